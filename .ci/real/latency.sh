#!/usr/bin/env bash
# Counts the instructions of the language server (the program, over standard input and output) from a message to the diagnostics,
# against linting the same text by the library: when a document is opened, and when one value of it changes. Needs valgrind and
# Python 3; not a part of CI. Counted, not timed: the numbers are the same on a busy machine.
#
#   .ci/real/latency.sh [TEMPLATE FROM TO]
#
# Fails if opening takes more than 1.15 times what a session of the library takes, or a change more than 0.4 times.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
# built NAME ARGUMENT...: the program of that name that cargo makes with these arguments.
built() {
  cargo "${@:2}" --message-format=json | NAME=$1 python3 -c '
import json, os, sys
made = [json.loads(line) for line in sys.stdin]
print([one["executable"] for one in made if one.get("executable") and one["target"]["name"] == os.environ["NAME"]][-1])'
}
binary=$(built hipaalint build --release --bin hipaalint)
bench=$(built again bench --bench again --no-run)
measure() { python3 .ci/real/latency.py "$binary" "$bench" "$@"; }
if (($# > 0)); then
  measure "$@"
  exit
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$bench" --text '55 KB' > "$work/large.yaml"
"$bench" --text '1 MB' > "$work/copies.yaml"
measure fixtures/reference/TapStack.json '"EnableKeyRotation": true' '"EnableKeyRotation": false'
measure "$work/large.yaml" 'Enabled, Suspended' 'Enabled, Enabled'
measure "$work/copies.yaml" 'EnableKeyRotation: true' 'EnableKeyRotation: false'
