#!/usr/bin/env bash
# Tests the Hook (crates/hipaalint-hook) against Lambda's Runtime API on loopback, and lints the template that deploys it. Needs the
# network for its crates; not a part of CI.
#
#   .ci/real/hook.sh [BINARY]
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
binary=$(realpath "${1:-$root/target/debug/hipaalint}")
"$binary" "$root/examples/hook/template.yaml" --profile conformance --no-config
cd "$root/crates/hipaalint-hook"
cargo clippy --locked --quiet --all-targets -- -D warnings
cargo test --locked --quiet
echo "The Hook works"
