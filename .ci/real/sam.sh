#!/usr/bin/env bash
# Holds the expansion of SAM against AWS's own translator: the same rules must fail on a SAM template as on what the translator
# makes of it. Needs Python 3 and the network, and installs into a temporary folder only; not a part of CI.
#
#   .ci/real/sam.sh [BINARY] [TEMPLATE or FOLDER]...
#
# Without folders, our own templates in tests/sam are compared, and each difference must be one of .ci/real/sam.tsv.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
# The version that src/expand/serverless and scripts/facts.py follow; SAMTRANSLATOR=1.116.0 tries another one.
version=${SAMTRANSLATOR:-1.115.0}

binary=$root/target/debug/hipaalint
if (($# > 0)) && [[ -f $1 && -x $1 ]]; then
  binary=$1
  shift
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet "aws-sam-translator==$version" pyyaml==6.0.4
"$work/venv/bin/python" "$here/sam.py" "$binary" "$work" "$@"
