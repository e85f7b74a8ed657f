#!/usr/bin/env bash
# Runs examples/fleet on PySpark in local mode and on DuckDB: the same findings as the command line's, the same answers from both
# engines. Needs Java 17, Python and the network, and installs into a temporary folder only; not a part of CI.
#
#   .ci/real/fleet.sh [BINARY]
#   .ci/real/fleet.sh BINARY FOLDER   also wall times for 10,132 and 40,528 templates, copies of those of FOLDER
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
binary=$(realpath "${1:-$root/target/debug/hipaalint}")
folder=${2:+$(realpath "$2")}
command -v java > /dev/null || { echo "there is no Java, so fleet.sh did not run"; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet -r "$root/examples/fleet/requirements.txt"
cd "$work"
export PYTHONPATH="$root/examples/fleet" PYTHONDONTWRITEBYTECODE=1
"$work/venv/bin/python" "$root/examples/fleet/test_fleet.py" "$binary"
if [ -n "$folder" ]; then
  FLEET_FOLDER=$folder "$work/venv/bin/python" "$root/examples/fleet/test_fleet.py" "$binary" 10132 40528
fi
echo "The fleet agrees"
