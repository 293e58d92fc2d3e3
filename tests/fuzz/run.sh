#!/usr/bin/env bash
# Runs all fuzzers of a build made with the preset `fuzz`, each for SECONDS; fails on any crash, hang or leak.
# Usage: tests/fuzz/run.sh BUILD_DIR SECONDS
set -euo pipefail

if [[ $# -ne 2 ]]; then
  echo "usage: $0 BUILD_DIR SECONDS" >&2
  exit 2
fi
here=$(cd "$(dirname "$0")" && pwd)
build=$1
seconds=$2

status=0
for name in json http token; do
  # What is found lives beside the build and makes the next run start where this one ended.
  found="$build/fuzz-corpus/$name"
  mkdir -p "$found"
  echo "fuzz_$name for $seconds s"
  if ! "$build/tests/fuzz/fuzz_$name" -max_total_time="$seconds" -max_len=4096 -timeout=10 -rss_limit_mb=2048 \
    -print_final_stats=1 -print_funcs=0 -verbosity=0 -artifact_prefix="$build/fuzz-$name-" "$found" "$here/corpus/$name"; then
    status=1
    echo "fuzz_$name found something; its input is at $build/fuzz-$name-*" >&2
  fi
done
exit "$status"
