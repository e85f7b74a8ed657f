#!/usr/bin/env bash
# Drives the language server from real clients: Neovim, Emacs with eglot, and the library of VS Code's clients; then packs the extension
# for VS Code. Installs Debian's packages of pinned versions where they are missing, and npm's into a temporary folder. Not a part of CI.
#
#   .ci/real/editors.sh [BINARY]
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
binary=$(realpath "${1:-$root/target/debug/hipaalint}")
here=$root/.ci/real/editors
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

install() {
  command -v "$1" > /dev/null && return
  echo "$1 is missing: installing ${*:2}"
  apt-get install --yes --no-install-recommends "${@:2}" > /dev/null
}
install nvim neovim=0.7.2-7
install emacs emacs-nox=1:28.2+1-15+deb12u4 elpa-eglot=1.9-2

wanted() {
  grep --quiet 'EnableKeyRotation: true # for now' "$1" || { echo "$2: the fix is not in the saved file"; exit 1; }
  grep --quiet 'Status: Enabled' "$1" || { echo "$2: the edit is not in the saved file"; exit 1; }
  grep --quiet '# The key of all records.' "$1" || { echo "$2: a comment is gone"; exit 1; }
}

export HIPAALINT=$binary
echo "== $(nvim --version | head -1)"
mkdir "$work/neovim" && cp "$here/template.yaml" "$work/neovim"
(cd "$work/neovim" && TEMPLATE=$work/neovim/template.yaml timeout 120 nvim --headless -u NONE -i NONE -n -c "luafile $here/neovim.lua" 2>&1)
echo
wanted "$work/neovim/template.yaml" Neovim

echo "== $(emacs --version | head -1), eglot"
mkdir "$work/emacs" && cp "$here/template.yaml" "$work/emacs"
(cd "$work/emacs" && git init --quiet && TEMPLATE=$work/emacs/template.yaml timeout 120 emacs -Q --batch --eval "(let ((default-directory \"/usr/share/emacs/site-lisp/elpa/\")) (normal-top-level-add-subdirs-to-load-path))" -l "$here/eglot.el")
wanted "$work/emacs/template.yaml" Emacs

echo "== The library of VS Code's clients"
mkdir "$work/node" && cp "$here/protocol.mjs" "$here/template.yaml" "$work/node"
(cd "$work/node" && npm init --yes > /dev/null && npm install --silent --no-audit --no-fund vscode-languageserver-protocol@3.18.5 \
  && timeout 120 node protocol.mjs "$binary" "$work/node/template.yaml")

echo "== The extension for VS Code"
cp -r "$root/editors/vscode" "$work/vscode-source"
mkdir -p "$work/a/editors" && mv "$work/vscode-source" "$work/a/editors/vscode" && cp "$root"/LICENSE-* "$work/a"
(cd "$work/a/editors/vscode" && rm -rf node_modules && npm ci --silent --no-audit --no-fund && npm test | grep '^# pass' && npm run --silent package | tail -1)
echo "All clients agree."
