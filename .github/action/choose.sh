#!/usr/bin/env bash
# Chooses where the binary comes from: a release, if the action is used at exactly the commit of one; else its own source.
#
# Reads ACTION_PATH, ACTION_REF, ACTION_REPOSITORY, API_URL, PLATFORM, RUNNER_TEMP, TOKEN, VERSION
# Writes tag, target, root, key
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

case $PLATFORM in
  Linux-X64) target=x86_64-unknown-linux-musl ;;
  Linux-ARM64) target=aarch64-unknown-linux-musl ;;
  macOS-ARM64) target=aarch64-apple-darwin ;;
  macOS-X64) target=x86_64-apple-darwin ;;
  Windows-X64) target=x86_64-pc-windows-msvc ;;
  *) target= ;;
esac

# In a composite action the context may be empty; the folder of the action ends with OWNER/NAME/REF in any case.
if [[ -z $ACTION_REF && $ACTION_PATH =~ [/\\]_actions[/\\]([^/\\]+)[/\\]([^/\\]+)[/\\]([^/\\]+)$ ]]; then
  ACTION_REPOSITORY=${BASH_REMATCH[1]}/${BASH_REMATCH[2]} ACTION_REF=${BASH_REMATCH[3]}
fi

is_tag='^v[0-9]+\.[0-9]+\.[0-9]+$'
is_commit='^[0-9a-f]{40}$'
# The version in the source: the first one of Cargo.toml.
own=v$(sed -n 's/^version = "\([0-9.]*\)".*/\1/p' "$ACTION_PATH/Cargo.toml" | head -n 1)
tag=
if [[ -n $VERSION ]]; then
  if [[ ! $VERSION =~ $is_tag && $VERSION != source ]]; then
    message error "The input version must be a release such as v1.2.3, or \"source\"."
    exit 2
  fi
  if [[ $VERSION != source ]]; then tag=$VERSION; fi
elif [[ $ACTION_REF =~ $is_tag ]]; then
  tag=$ACTION_REF
elif [[ $ACTION_REF =~ $is_commit && $own =~ $is_tag ]]; then
  # A commit is a release if the tag of its version is that commit. This media type gives the hash alone.
  header=()
  if [[ -n $TOKEN ]]; then header=(--header @-); fi
  commit=$(printf 'Authorization: Bearer %s\n' "$TOKEN" | curl --silent --show-error --fail --max-time 30 --proto "=${API_URL%%:*}" \
    --header 'Accept: application/vnd.github.sha' ${header[@]+"${header[@]}"} "$API_URL/repos/$ACTION_REPOSITORY/commits/$own" 2> /dev/null || true)
  if [[ $commit == "$ACTION_REF" ]]; then tag=$own; fi
fi
if [[ -z $target || ! $ACTION_REPOSITORY =~ ^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$ ]]; then tag=; fi

# Everything that the binary is made of, for the cache of one that is built.
sources=$(cd "$ACTION_PATH" && find Cargo.toml Cargo.lock build.rs src rules data -type f | LC_ALL=C sort \
  | git hash-object --no-filters --stdin-paths | git hash-object --stdin)
compiler=$({ rustc --version 2> /dev/null || echo none; } | git hash-object --stdin)
output tag "$tag"
output target "$target"
output repository "$ACTION_REPOSITORY"
output root "$RUNNER_TEMP/hipaalint"
output key "hipaalint-$PLATFORM-$sources-$compiler"
