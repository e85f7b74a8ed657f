#!/usr/bin/env bash
# Tries @hipaalint/cdk, from its tarball, in `cdk synth` itself: findings with constructs and lines, acknowledgements of each kind, a
# nested stack and a stage, cdk-nag beside it, programs that cannot run, and what the plugin costs. Needs Node.js and the network;
# writes into a temporary folder only. Not a part of CI.
#
#   .ci/real/cdk-plugin.sh [BINARY]
#
# ROUNDS=0 leaves out what measures the cost, which needs a release build.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
binary=$(realpath "${1:-$root/target/debug/hipaalint}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. "$root/.ci/real/packages.sh"
pack "$root" "$binary" "$work"
mkdir "$work/app"
cd "$work/app"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund --ignore-scripts "$work/out/hipaalint-cli-$platform-$version.tgz" \
  "$work/out/hipaalint-$version.tgz" "$work/out/hipaalint-cdk-$version.tgz" \
  aws-cdk@2.1148.1 aws-cdk-lib@2.276.0 cdk-nag@3.0.2 constructs@10.8.1
cp "$root/.ci/real/cdk-plugin/"*.js .
node check.js
