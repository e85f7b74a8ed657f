#!/usr/bin/env bash
# Builds @hipaalint/wasm into dist/. Needs Node.js, and Rust with the target wasm32-unknown-unknown
# (`rustup target add wasm32-unknown-unknown`). CONTRIBUTING.md describes how to build with Debian's packages instead.
#
#   WASM_CARGO       the Cargo that builds the module (default: cargo)
#   WASM_CARGO_ARGS  more arguments for it
set -euo pipefail
cd "$(dirname "$0")"
crate=../../crates/hipaalint-wasm
target=${CARGO_TARGET_DIR:-$crate/target}
export CARGO_TERM_COLOR="${CARGO_TERM_COLOR:-never}"

[[ -d node_modules ]] || npm ci --no-audit --no-fund
# shellcheck disable=SC2086 # the arguments are several words
"${WASM_CARGO:-cargo}" build --locked --release --manifest-path $crate/Cargo.toml -p hipaalint-wasm -p hipaalint-brotli \
  --target wasm32-unknown-unknown ${WASM_CARGO_ARGS:-}
rm -rf dist brotli
bindgen() {
  cargo run --locked --release --quiet --manifest-path $crate/Cargo.toml -p bindgen -- \
    "$target/wasm32-unknown-unknown/release/$1.wasm" "$2" "$3"
}
mkdir dist
bindgen hipaalint_wasm dist/made hipaalint
mv dist/made/hipaalint_bg.wasm dist/hipaalint.wasm
mv dist/made/hipaalint.js dist/glue.js
rm -r dist/made
# For the page, not for the package.
bindgen hipaalint_brotli brotli brotli
cp src/*.js src/*.d.ts dist
cp src/index.d.ts dist/index.d.cts
# For `require`: one file.
npx --no-install esbuild dist/node.js --bundle --platform=node --format=cjs --target=node20 --outfile=dist/node.cjs \
  --define:import.meta.url=moduleAddress \
  --banner:js="const moduleAddress = require('node:url').pathToFileURL(__filename).href;" --log-level=warning
ls -l dist/hipaalint.wasm
