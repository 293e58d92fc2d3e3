// The real server as a child process, with a data directory and a configuration of the test's own.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/json_tree.h"
#include "tests/support/temp_dir.h"

namespace gavel {

// Starts, stops and kills one gaveld again and again on one data directory. The process and the directory end
// with this object, and the process ends with the thread that started it, whatever becomes of the test. Not
// thread-safe.
class GaveldProcess {
 public:
  explicit GaveldProcess(const JsonTree& config = JsonTree::Object(), const std::string& raw_toml = "");
  ~GaveldProcess();
  GaveldProcess(const GaveldProcess&) = delete;
  GaveldProcess& operator=(const GaveldProcess&) = delete;

  // Writes the configuration file that the next start reads. `config` holds members that replace these
  // defaults or add to them: scalars at the top, objects as tables, arrays of objects as arrays of tables;
  // null takes one away.
  //   listen = "127.0.0.1:0", data_dir, [clock] mode = "manual", start = "2024-11-01T00:00:00Z"
  // `raw_toml` follows them as it is.
  void configure(const JsonTree& config, const std::string& raw_toml = "");
  // What the next starts get on the command line, after --config FILE.
  void set_arguments(std::vector<std::string> arguments) { arguments_ = std::move(arguments); }

  // What the next starts run: the server, or the same program with failpoints and with a disk that can lose
  // its power (budget/failpoint.h, tests/failpoints/durable_disk.cc).
  enum class Program { kServer, kWithFailpoints };
  // `environment` holds NAME=VALUE, on top of this process's.
  void set_program(Program program, std::vector<std::string> environment = {});

  // Starts the server and waits until it is ready. False where it ended before or was not ready within
  // `patience`; log() tells why. Requires that none runs.
  bool start(std::chrono::seconds patience = std::chrono::seconds(60));
  // Starts the server and waits until it has ended by itself: for configurations that must be refused. None
  // where it did not end within `patience` (then it is killed).
  std::optional<int> run_to_exit(std::chrono::seconds patience = std::chrono::seconds(60));

  // Starts the server without waiting for anything.
  bool spawn();
  // Waits until the process has ended by itself, where it has not yet: the signal that ended it, 0 where it
  // exited. None where it still runs after `patience` (then it is killed).
  std::optional<int> wait_for_death(std::chrono::seconds patience = std::chrono::seconds(60));
  // The same for its exit code; none as well where it died of a signal.
  std::optional<int> wait_for_exit(std::chrono::seconds patience = std::chrono::seconds(60));
  // kill -9, and waits until it is gone.
  void kill_hard();
  // SIGTERM, and waits until it has ended: the exit code, or none where it died of a signal or outlived
  // `patience` (then it is killed).
  std::optional<int> terminate(std::chrono::seconds patience = std::chrono::seconds(60));

  bool running() const { return pid_ > 0; }
  pid_t pid() const { return pid_; }
  std::uint16_t port() const { return port_; }  // of the last start()
  std::string log() const;  // what all runs have written to standard output and error so far
  // What a sanitizer has reported in the log, from its first line on; empty where nothing was.
  std::string sanitizer_report() const;
  std::string data_dir() const { return directory_.file("data"); }
  std::string config_file() const { return directory_.file("gavel.toml"); }
  const TempDir& directory() const { return directory_; }  // where secret files and the like can be put

 private:
  // The exit status as of waitpid once it has ended, none at `deadline`.
  std::optional<int> reap(std::chrono::steady_clock::time_point deadline);
  bool read_port();

  TempDir directory_;
  std::vector<std::string> arguments_;
  std::string program_;
  std::vector<std::string> environment_;
  pid_t pid_ = -1;
  std::optional<int> status_;  // of the last process, as of waitpid, where it has ended by itself
  std::uint16_t port_ = 0;
};

}  // namespace gavel
