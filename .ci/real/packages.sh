# Sourced by npm.sh and cdk-plugin.sh: builds the npm packages around a program for this machine.
# shellcheck shell=bash

# pack ROOT BINARY WORK: tarballs in WORK/out. Sets `platform` and `version`.
pack() {
  local root=$1 binary=$2 work=$3 target name
  # The parts of the repository that the build reads.
  mkdir -p "$work/repo/packages" "$work/release"
  cp "$root/Cargo.toml" "$root/LICENSE-MIT" "$root/LICENSE-APACHE" "$work/repo"
  tar c -C "$root/packages" --exclude node_modules . | tar x -C "$work/repo/packages"
  (cd "$work/repo/packages/cdk" && npm ci --silent --no-audit --no-fund && npm run --silent build)
  platform=$(node -p '`${process.platform}-${process.arch}`')
  target=$(node -p "require('$work/repo/packages/npm/platforms.json').find((one) => one.package === '@hipaalint/cli-$platform').target")
  version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$root/Cargo.toml" | head -1)
  name="hipaalint-v$version-$target"
  mkdir "$work/release/$name"
  cp "$binary" "$work/release/$name/hipaalint"
  tar czf "$work/release/$name.tar.gz" -C "$work/release" "$name"
  node "$work/repo/packages/npm/build.mjs" "$work/release" "$work/out" --only "@hipaalint/cli-$platform" > /dev/null
}
