#!/usr/bin/env bash
# Tries the playground in headless Chromium (Debian's), driven by playwright-core: the page finds what the command line finds, nothing
# leaves it, axe-core finds nothing, and it is quick and small. The page is built before: packages/wasm/build.sh, then site/build.mjs.
# The binary has to be of the same commit. Installs npm's packages into a temporary folder only; not a part of CI.
#
#   .ci/real/site.sh [BINARY] [FOLDER FOR SCREENSHOTS]
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
binary=$(realpath "${1:-$root/target/debug/hipaalint}")
[[ -f $root/site/dist/engine.js ]] || { echo "site/dist is missing: build it first"; exit 2; }
pictures=${2:+$(mkdir -p "$2" && realpath "$2")}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$root"/.ci/real/site/*.mjs "$work"
cd "$work"
npm init --yes > /dev/null
npm pkg set type=module > /dev/null
npm install --silent --no-audit --no-fund --ignore-scripts playwright-core@1.65.1 axe-core@4.14.1 yaml@2.8.1
ROOT=$root BINARY=$binary PICTURES=$pictures CHROMIUM=${CHROMIUM:-/usr/bin/chromium} node site.mjs
