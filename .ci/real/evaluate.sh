#!/usr/bin/env bash
# Holds `hipaalint evaluate` against two other evaluators of templates, value by value: `TemplateModel` of cloudformation-validate, and
# the functions of moto, which deploys templates in memory. Needs Python 3 and the network, and installs into a temporary folder only;
# not a part of CI.
#
#   .ci/real/evaluate.sh [BINARY] [TEMPLATE or FOLDER]...
#
# Without templates, those in fixtures and examples are compared. Each difference has a kind; those that are not known in
# .ci/real/evaluate.py are listed, and the script fails.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)

binary=$root/target/debug/hipaalint
if (($# > 0)) && [[ -f $1 && -x $1 ]]; then
  binary=$1
  shift
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check cloudformation-validate==1.14.0 "moto[cloudformation]==5.2.5" pyyaml==6.0.4
if (($# == 0)); then set -- "$root/fixtures" "$root/examples"; fi
AWS_DEFAULT_REGION=us-east-1 "$work/venv/bin/python" "$here/evaluate.py" "$binary" "$@"
