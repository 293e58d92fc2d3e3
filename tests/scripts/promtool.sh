#!/usr/bin/env bash
# promtool with these arguments. Where it is missing (Debian's package prometheus has it) that is a failure, so that nobody
# takes what was not checked for checked; with GAVEL_ALLOW_MISSING_TOOLS=1 the test is skipped.
set -euo pipefail
if ! command -v promtool >/dev/null; then
  echo "promtool is missing: scripts/bootstrap installs it" >&2
  if [[ ${GAVEL_ALLOW_MISSING_TOOLS:-} == 1 ]]; then exit 77; fi
  exit 1
fi
exec promtool "$@"
