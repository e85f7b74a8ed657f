#!/usr/bin/env bash
# Downloads the binary of a release, and checks its SHA-256 against the list of the release. A binary that differs ends the job. One
# that is not there is built instead.
#
# Reads REPOSITORY, ROOT, RUNNER_TEMP, SERVER_URL, TAG, TARGET
# Writes found
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

if [[ -z $TAG ]]; then
  echo "This commit of the action is not a release: its own source is built."
  output found false
  exit 0
fi
if [[ $TARGET == *windows* ]]; then ending=zip program=hipaalint.exe; else ending=tar.gz program=hipaalint; fi
name=hipaalint-$TAG-$TARGET
work=$(mktemp -d "$RUNNER_TEMP/hipaalint-fetch.XXXXXX")
get() {
  curl --silent --show-error --fail --location --retry 3 --max-time 300 --proto "=${SERVER_URL%%:*}" \
    --output "$work/$1" "$SERVER_URL/$REPOSITORY/releases/download/$TAG/$1"
}
if ! get SHA256SUMS || ! get "$name.$ending"; then
  message notice "Release $TAG has no binary for this platform, so it is built from source."
  output found false
  exit 0
fi
expected=$(awk -v name="$name.$ending" '$2 == name || $2 == "*" name { print $1 }' "$work/SHA256SUMS")
actual=$(sha256 "$work/$name.$ending")
if [[ ! $expected =~ ^[0-9a-f]{64}$ || $expected != "$actual" ]]; then
  message error "The SHA-256 of $name.$ending is not the one of the release. The file is not used."
  exit 2
fi
if [[ $ending == zip ]]; then unzip -q "$work/$name.$ending" -d "$work"; else tar -xzf "$work/$name.$ending" -C "$work"; fi
mkdir -p "$ROOT/bin"
cp "$work/$name/$program" "$ROOT/bin/$program"
chmod +x "$ROOT/bin/$program"
rm -rf "$work"
output found true
