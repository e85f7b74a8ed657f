#!/usr/bin/env bash
# Holds SARIF reports with `fixes` against the schema of the standard and Microsoft's SARIF Multitool (scripts/validate-sarif.sh): its
# rules for SARIF and GitHub's. Needs npm, Python and the network, and installs into a temporary folder only; not a part of CI.
#
#   .ci/real/sarif.sh [BINARY] [FOLDER]...
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
binary=$(realpath "${1:-$root/target/debug/hipaalint}")
(($# > 0)) && shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet jsonschema==4.25.1
number=0
for folder in "${@:-$root/fixtures}"; do
  number=$((number + 1))
  # 1: there are findings.
  (cd "$folder" && "$binary" --no-config --profile strict --format sarif .) > "$work/$number.sarif" || (($? == 1))
  fixes=$(grep -o '"fixes":' "$work/$number.sarif" | wc -l)
  echo "$folder: $fixes results with fixes"
  ((fixes > 0))
done
PATH="$work/venv/bin:$PATH" "$root/scripts/validate-sarif.sh" "$work"/*.sarif
echo "valid"
