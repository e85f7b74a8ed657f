#!/usr/bin/env bash
# Lints: for code scanning all that is there, and for people and the exit code what is new, if there is an earlier revision to compare
# with.
#
# Reads ARGS, BASELINE, BASE_REF, BASE_SHA, CONFIG, EVENT, FAIL_ON, PATHS, PROFILE, ROOT, RUNNER_TEMP, SARIF, SINCE
# Writes exit-code, sarif-file, report, numbers, and the summary of the job
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# GitHub takes 1 MiB of summary from a step. The report has at most 64 KiB.
# Source: "Workflow commands for GitHub Actions", adding a job summary, GitHub documentation, 2026-11.
max_summary=1000000

# The merge base of the target of a pull request, if the clone has it.
merge_base() {
  local target git=(git -c core.fsmonitor=false -c core.hooksPath=/dev/null)
  for target in "refs/remotes/origin/$BASE_REF" "$BASE_SHA"; do
    if [[ $target == -* || -z $target ]]; then continue; fi
    "${git[@]}" merge-base "$target" HEAD 2> /dev/null && return
  done
  return 1
}

since=
case $SINCE in
  auto)
    if [[ $EVENT == pull_request ]]; then
      if ! since=$(merge_base); then
        since=
        message warning "The clone does not have the target of the pull request, so all findings count, not only new ones. \
Set fetch-depth: 0 for actions/checkout, or since: none here."
      fi
    fi
    ;;
  none) ;;
  *) since=$SINCE ;;
esac

# Never empty: the bash of macOS takes an empty list for one that is not set.
common=(--color=auto)
if [[ -n $PROFILE ]]; then common+=("--profile=$PROFILE"); fi
if [[ -n $CONFIG ]]; then common+=("--config=$CONFIG"); fi
if [[ -n $BASELINE ]]; then common+=("--baseline=$BASELINE"); fi
if [[ -n $FAIL_ON ]]; then common+=("--fail-on=$FAIL_ON"); fi
while IFS= read -r argument; do
  argument=${argument%$'\r'}
  if [[ -n $argument ]]; then common+=("$argument"); fi
done <<< "$ARGS"
paths=(--)
while IFS= read -r path; do
  path=${path%$'\r'}
  if [[ -n $path ]]; then paths+=("$path"); fi
done <<< "$PATHS"

reports=$(mktemp -d "$RUNNER_TEMP/hipaalint-report.XXXXXX")
files=("--output=markdown=$reports/report.md" "--output=json=$reports/report.json")
# A report of an earlier step must not pass as this one's.
if [[ -n $SARIF ]]; then rm -f -- "$SARIF"; fi

# What a template prints is no command of the workflow.
token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
printf '::stop-commands::%s\n' "$token"
code=0
if [[ -n $since ]]; then
  # Code scanning compares itself, and opens an alert for every result, also for one that is gone: it gets all that is there.
  if [[ -n $SARIF ]]; then
    "$ROOT/bin/hipaalint" "${common[@]}" "--output=sarif=$SARIF" --quiet "${paths[@]}" > /dev/null 2>&1 || true
  fi
  "$ROOT/bin/hipaalint" "${common[@]}" "${files[@]}" "--since=$since" "${paths[@]}" || code=$?
else
  if [[ -n $SARIF ]]; then files+=("--output=sarif=$SARIF"); fi
  "$ROOT/bin/hipaalint" "${common[@]}" "${files[@]}" "${paths[@]}" || code=$?
fi
printf '\n::%s::\n' "$token"

if [[ -s $reports/report.md ]]; then
  if (($(wc -c < "$reports/report.md") <= max_summary)); then
    cat "$reports/report.md" >> "$GITHUB_STEP_SUMMARY"
  else
    echo "The report of hipaalint is too long for a summary: see the log." >> "$GITHUB_STEP_SUMMARY"
  fi
  output report "$reports/report.md"
  if [[ -s $reports/report.json ]]; then output numbers "$reports/report.json"; fi
fi
output exit-code "$code"
if [[ -n $SARIF && -s $SARIF ]]; then output sarif-file "$SARIF"; fi
