#!/usr/bin/env bash
# Holds what `--fix --unsafe-fixes` makes of templates against cfn-lint: it reports no error that it did not report before, and the
# comments are the same. Needs Python and the network, and installs into a temporary folder only; not a part of CI.
#
#   .ci/real/fix.sh [BINARY] [FOLDER]...
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
binary=$(realpath "${1:-$root/target/debug/hipaalint}")
[ $# -gt 0 ] && shift
folders=()
for folder in "${@:-$root/fixtures}"; do folders+=("$(realpath "$folder")"); done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet cfn-lint==1.58.0
"$work/venv/bin/python" "$root/.ci/real/fix.py" "$binary" "$work" "${folders[@]}"
