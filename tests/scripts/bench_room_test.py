#!/usr/bin/env python3
"""What bench/run is made of, as far as it can be held against known answers: verdicts, the table, plots, what other
programs print, and that no process is left behind."""
import collections
import contextlib
import ctypes
import io
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import threading
import unittest
import xml.dom.minidom

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "bench"))

from room import report  # noqa: E402
from room.changes import _Found, _rows_of  # noqa: E402
from room.equal_catalog import write_catalog  # noqa: E402
from room.gaveld import check_import  # noqa: E402
from room.load import check_load, parse_wrk  # noqa: E402
from room.micro import parse_benchmarks  # noqa: E402
from room.overload import parse_table  # noqa: E402
from room.peers import fill_in, fixed_body  # noqa: E402
from room.plots import Axis, plot, rounded_up  # noqa: E402
from room.processes import Failure, Processes, pin_threads  # noqa: E402
from room.report import Row, Target  # noqa: E402


class Verdicts(unittest.TestCase):
    def test_each_side_of_each_bound(self):
        for target, compared, verdict in (
            (Target(at_least=0.7, stretch=0.9), 0.69, report.MISSED),
            (Target(at_least=0.7, stretch=0.9), 0.7, report.REACHED),
            (Target(at_least=0.7, stretch=0.9), 0.9, report.STRETCH),
            (Target(at_least=60_000), 59_999, report.MISSED),
            (Target(at_most=50), 50, report.REACHED),
            (Target(at_most=50), 50.1, report.MISSED),
            (Target(at_most=50), -3, report.REACHED),
        ):
            self.assertEqual(target.verdict(compared), verdict, (target, compared))

    def test_a_row_without_a_target_is_a_figure(self):
        self.assertEqual(Row("g", "n", "5 us").verdict, report.FIGURE)

    def test_quick_runs_judge_no_target_but_still_fail(self):
        self.assertEqual(report.not_judged(Row("g", "n", "", Target(at_least=1), 2)).verdict, report.NOT_JUDGED)
        self.assertEqual(report.not_judged(report.failed("g", "n", "why")).verdict, report.FAILED)


class Tables(unittest.TestCase):
    def test_numbers_keep_three_digits(self):
        for value, text in ((1234567, "1,234,567"), (1234.5, "1,234"), (123.4, "123"), (12.34, "12.3"), (1.234, "1.23"),
                            (0.1234, "0.123"), (0, "0"), (-12.34, "-12.3")):
            self.assertEqual(report.number(value), text)

    def test_columns_stand_under_each_other(self):
        rows = [Row("g", "a row", "1 against 2", Target(at_least=0.7, stretch=0.9), 0.5), report.failed("g", "another", "why")]
        head, line, first, second = report.table(rows).splitlines()
        self.assertEqual(first.index("missed"), head.index("verdict"))
        self.assertEqual(second.index("FAILED"), head.index("verdict"))
        self.assertEqual(first.index(">= 0.700 x (0.900)"), head.index("target"))
        self.assertTrue(second.endswith("(why)"))
        self.assertEqual(set(line), {"-", " "})


class Plots(unittest.TestCase):
    def test_an_axis_holds_its_values_between_round_numbers(self):
        self.assertEqual([rounded_up(v) for v in (0.3, 1, 1.2, 2.3, 30, 51, 0)], [0.5, 1, 2, 2.5, 50, 100, 1])
        axis = Axis([3, 700], 0, 100, logarithmic=True)
        self.assertEqual((axis.ticks(), axis.place(10)), ([1, 10, 100, 1000], 100 / 3))
        axis = Axis([3, 70], 100, 0, logarithmic=False)
        self.assertEqual((axis.place(0), axis.place(100)), (100, 0))
        self.assertGreater(Axis([1], 0, 1, logarithmic=True).high, 1)

    def test_a_plot_is_xml_with_a_point_for_each_point(self):
        svg = plot("<&>", "x", "y", {"a": [(1, 2), (10, 20)], "b": [(1, 1)], "none": []}, log_x=True, log_y=True)
        document = xml.dom.minidom.parseString(svg)
        self.assertEqual(len(document.getElementsByTagName("circle")), 3)
        self.assertEqual(len(document.getElementsByTagName("polyline")), 2)

    def test_nothing_is_drawn_of_nothing(self):
        self.assertIsNone(plot("t", "x", "y", {"a": []}))


class OtherPrograms(unittest.TestCase):
    def test_wrk(self):
        self.assertEqual(parse_wrk('Running 4s\n...\nJSON {"requests":100,"seconds":4.000000,"errors":0}\n'), 25)
        for bad in ('JSON {"requests":100,"seconds":4.0,"errors":1}', 'JSON {"requests":0,"seconds":4.0,"errors":0}', "",
                    "unable to connect"):
            with self.assertRaises(Failure):
                parse_wrk(bad)

    def test_gavel_load(self):
        good = {"statuses": {"200": 5}, "errors": 0, "answered": 5}
        self.assertIs(check_load(good, "/"), good)
        for bad in ({"statuses": {"200": 5, "503": 1}}, {"errors": 1}, {"answered": 0, "statuses": {}}):
            with self.assertRaises(Failure):
                check_load({**good, **bad}, "/")

    def test_google_benchmark(self):
        found = parse_benchmarks('{"benchmarks": ['
                                 '{"name": "a/10/1000/real_time", "cpu_time": 2, "real_time": 3, "time_unit": "ms"},'
                                 '{"name": "b", "cpu_time": 2, "real_time": 3, "time_unit": "ns"}]}')
        self.assertEqual((found["a", (10, 1000)]["cpu_us"], found["b", ()]["real_us"]), (2000, 0.003))
        with self.assertRaisesRegex(Failure, "a: the disk refused"):
            parse_benchmarks('{"benchmarks": [{"name": "a", "error_occurred": true, "error_message": "the disk refused"}]}')

    def test_gavel_overload(self):
        rows = parse_table("| what | target | measured | |\n|---|---|---|---|\n| memory | bounded | +1.0 MB | met |\n"
                           "| p99 | 2.0 ms | 3.0 ms, p50 1.0 ms | **missed** |\n")
        self.assertEqual([(row.name, row.measured, row.verdict) for row in rows],
                         [("memory", "+1.0 MB (target: bounded)", report.REACHED),
                          ("p99", "3.0 ms, p50 1.0 ms (target: 2.0 ms)", report.MISSED)])
        with self.assertRaises(Failure):
            parse_table("| what | target | measured | |\n|---|---|---|---|\n")

    def test_bulk_answers(self):
        def check(lines):
            with tempfile.NamedTemporaryFile("w", delete=False) as file:
                file.write(lines)
            self.addCleanup(lambda: os.path.exists(file.name) and os.remove(file.name))
            return check_import(file.name)

        self.assertEqual(check('{"line":1,"status":201}\n{"line":2,"status":200}\n'), 2)
        for bad in ('{"line":1,"status":201}\n{"line":2,"status":400}\n', ""):
            with self.assertRaises(Failure):
                check(bad)

    def test_a_fixed_body_has_its_size_in_parts_that_nginx_can_read(self):
        for size in (1, 2000, 2001, 6500):
            directives, body = fixed_body(size)
            parts = dict(re.findall(r'set \$(body\d+) "(x+)";', directives))
            self.assertLess(max(len(part) for part in parts.values()), 4096)
            self.assertEqual(sum(len(parts[name]) for name in re.findall(r"\$(body\d+)", body)), size)

    def test_templates_are_filled_in_and_unknown_names_fail(self):
        self.assertEqual(fill_in("a @DIR@/@PORT@ $x", {"DIR": "/d", "PORT": 1}), "a /d/1 $x")
        with self.assertRaises(KeyError):
            fill_in("@NONE@", {})


class EqualCatalog(unittest.TestCase):
    def test_a_thousand_ads_share_each_word_and_parents_come_first(self):
        out = io.StringIO()
        write_catalog(3000, out)
        known, words = set(), collections.Counter()
        for line in out.getvalue().splitlines():
            operation = json.loads(line)
            known.add((operation["type"], operation["id"]))
            for parent in ("advertiser", "campaign", "ad_group"):
                if f"{parent}_id" in operation["body"]:
                    self.assertIn((parent, operation["body"][f"{parent}_id"]), known)
            if operation["type"] == "keyword":
                words[operation["body"]["text"]] += 1
        self.assertEqual(words, {"word0": 1000, "word1": 1000, "word2": 1000})
        self.assertEqual(collections.Counter(kind for kind, _ in known),
                         {"placement": 1, "advertiser": 150, "campaign": 600, "ad_group": 3000, "ad": 3000, "keyword": 3000})


class ChildProcesses(unittest.TestCase):
    def test_a_failed_program_is_named_with_its_last_words(self):
        with self.assertRaisesRegex(Failure, "^sh ended with 3: it is broken$"):
            Processes().run(["sh", "-c", "echo first >&2; echo it is broken >&2; exit 3"])
        with self.assertRaisesRegex(Failure, "cannot start /no/such/program"):
            Processes().run(["/no/such/program"])

    def test_what_takes_too_long_is_ended(self):
        processes = Processes()
        process = processes.start(["sleep", "600"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        with self.assertRaisesRegex(Failure, "sleep did not end within 0 s"):
            processes.finish(process, 0)
        self.assertIsNotNone(process.poll())

    def test_all_that_still_run_are_stopped(self):
        processes = Processes()
        started = [processes.start(["sleep", "600"]) for _ in range(3)]
        processes.stop_all()
        self.assertEqual([process.returncode for process in started], [-signal.SIGTERM] * 3)

    def test_a_killed_run_leaves_no_process(self):
        # The child holds the pipe open for as long as it lives.
        program = ("import os, signal, sys; sys.path.insert(0, sys.argv[1]); sys.dont_write_bytecode = True\n"
                   "from room.processes import Processes\n"
                   "Processes().start(['sleep', '600']); os.kill(os.getpid(), signal.SIGKILL)\n")
        run = subprocess.run([sys.executable, "-c", program, ROOT / "bench"], stdout=subprocess.PIPE, timeout=60, check=False)
        self.assertEqual(run.returncode, -signal.SIGKILL)


class ChangesRows(unittest.TestCase):
    def test_each_way_has_its_own_figures(self):
        def found(p99_us, waited_ms, rows, user_us):
            way = _Found()
            way.p99_us, way.waited_ms, way.rows, way.seconds = p99_us, waited_ms, rows, rows / 1000
            way.user_us, way.system_us = user_us * rows, user_us * rows / 2
            return way

        none = found([1000, 2000, 3000], [10, 11, 12], 0, 0)
        rows = _rows_of("rows", none, found([1050, 2060, 3070], [20, 21, 22], 100, 30), found([1200, 2300, 3400], [40, 41, 42], 200, 60))
        sharing, elsewhere, waits, cost = rows
        self.assertEqual((sharing.compared, sharing.verdict), (300, report.MISSED))
        self.assertEqual((elsewhere.compared, elsewhere.verdict), (60, report.REACHED))
        self.assertEqual(waits.measured, "41 ms a second, 21 where they are applied on another core, 11 where they are not")
        self.assertEqual((cost.compared, cost.verdict), (60, report.MISSED))
        self.assertIn("60 us, and 30 us in the kernel; on another core than auctions 30 and 15", cost.measured.replace(".0", ""))


class Threads(unittest.TestCase):
    def test_those_of_a_name_are_moved_alone(self):
        last = max(os.sched_getaffinity(0))
        with parked_thread("pinned-0") as pinned, parked_thread("other") as other:
            self.assertEqual(pin_threads(os.getpid(), last, "pinned"), 1)
            self.assertEqual(os.sched_getaffinity(pinned), {last})
            self.assertEqual(os.sched_getaffinity(other), os.sched_getaffinity(0))


@contextlib.contextmanager
def parked_thread(name):
    """A thread of this name that waits; its number."""
    named, ends, numbers = threading.Event(), threading.Event(), []

    def run():
        ctypes.CDLL(None).prctl(15, name.encode(), 0, 0, 0)  # PR_SET_NAME
        numbers.append(threading.get_native_id())
        named.set()
        ends.wait()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    if not named.wait(10):
        raise AssertionError("the thread did not begin")
    try:
        yield numbers[0]
    finally:
        ends.set()
        thread.join()


class CommandLine(unittest.TestCase):
    def run_bench(self, *arguments):
        return subprocess.run([ROOT / "bench" / "run", *arguments], capture_output=True, text=True, timeout=60, check=False)

    def test_an_unknown_row_is_refused_with_the_known_ones(self):
        run = self.run_bench("--only", "peek")
        self.assertEqual(run.returncode, 2)
        self.assertIn("'peak'", run.stderr)

    def test_rows_that_cannot_be_measured_end_it_with_a_message_and_nothing_else(self):
        with tempfile.TemporaryDirectory() as empty:
            run = self.run_bench("--quick", "--only", "events", "--only", "catalog", "--build-dir", empty, "--out",
                                 f"{empty}/out")
            self.assertEqual(run.returncode, 1)
            self.assertRegex(run.stdout, r"events +FAILED  \(cannot start .*bench-ledger_bench: No such file")
            self.assertRegex(run.stdout, r"catalog +FAILED  \(cannot start .*gaveld: No such file")
            self.assertEqual(os.listdir(empty), ["out"])


if __name__ == "__main__":
    unittest.main()
