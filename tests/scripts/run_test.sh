#!/usr/bin/env bash
# scripts/run as a newcomer meets it: the first start, the three commands that it prints, the README's tour with curl,
# SIGTERM, and a second start on the same data. Usage: run_test.sh BUILD_DIR
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
build=$1
work=$(mktemp -d)
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
url=http://127.0.0.1:$port
run=

# shellcheck disable=SC2317 # it is called by the trap
clean_up() {
  if [[ -n $run ]]; then
    kill -TERM "$run" 2>/dev/null || true
    wait "$run" || true
  fi
  rm -rf "$work"
}
trap clean_up EXIT

fail() {
  printf 'run_test: %s\n' "$@" >&2
  exit 1
}

# Starts it and waits for the end of its welcome; $said is what it has printed by then.
start() {
  said=
  coproc RUN { exec "$root/scripts/run" --build-dir "$build" --listen "127.0.0.1:$port" --data-dir "$work/data" 2>&1; }
  run=$RUN_PID
  local line
  while IFS= read -r line <&"${RUN[0]}"; do
    said+=$line$'\n'
    if [[ $line == 'Stop with Ctrl-C'* ]]; then return; fi
  done
  run=
  fail "it ended before its welcome:" "$said"
}

stop() {
  kill -TERM "$run"
  local status=0
  wait "$run" || status=$?
  run=
  ((status == 0)) || fail "SIGTERM ended it with $status"
}

# Runs a newcomer's commands from standard input, with an error for each answer of 400 and more.
commands() {
  { echo 'curl() { command curl --fail-with-body --max-time 60 "$@"; }' && cat; } |
    (cd "$work" && bash -euo pipefail 2>&1) || fail "a command failed; $1 printed:" "$2"
}

expect() {
  grep -Eq "$2" <<<"$1" || fail "no match of $2 in:" "$1"
}

start
expect "$said" '^loading the demo marketplace'
printed=$(grep -E '^  (answer=|curl )' <<<"$said")
[[ $(wc -l <<<"$printed") == 3 ]] || fail "it prints other than three commands:" "$said"
shown=$(commands "the welcome" "$said" <<<"$printed")
expect "$shown" '"winners":\[\{"position":1,'
expect "$shown" 'HTTP/1.1 302 Found'
expect "$shown" '"spent_today_micros":[1-9]'

# shellcheck disable=SC2016 # the backquotes are Markdown's
tour=$(sed -n '/^## A tour with curl/,/^## /p' "$root/README.md" | sed -n '/^```sh/,/^```$/p' | sed '/^```/d')
tour=${tour//http:\/\/127.0.0.1:8080/$url}
shown=$(commands "the tour" "$tour" <<<"${tour//\/tmp\/answer/answer}")
expect "$shown" '"ad_id":"dress-1","outcome":"won"'
expect "$shown" 'HTTP/1.1 302 Found'
expect "$shown" '"campaign_id":"summer","day":"[-0-9]+","impressions":0,"clicks":1,'
expect "$shown" '"festival_id":"double-11"'
expect "$shown" '^gavel_charged_micros_total [1-9]'
stop

start
expect "$said" '^Gavel is at '
if grep -q '^loading the demo marketplace' <<<"$said"; then fail "the second start loads again:" "$said"; fi
expect "$(curl -s "$url/v1/campaigns/summer/budget")" '"spent_today_micros":[1-9]'
stop
echo "scripts/run: all is as it should be"
