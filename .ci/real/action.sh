#!/usr/bin/env bash
# Runs the steps of the action as the runner of GitHub does: with its context and files, over a release and an API that are served on
# this machine. Needs Python, git, curl, jq and the network, and installs into a temporary folder only; not a part of CI.
#
#   .ci/real/action.sh [BINARY]
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
binary=$(realpath "${1:-$root/target/debug/hipaalint}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check pyyaml==6.0.4
"$work/venv/bin/python" "$root/.ci/real/action.py" "$binary" "$work"
