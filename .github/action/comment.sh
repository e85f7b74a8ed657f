#!/usr/bin/env bash
# Writes the report as one comment on the pull request, and updates that comment from then on. It is found by the mark in its first line
# and by its author. A comment is started only if there is something to read. Whatever happens here, the job goes on.
#
# Reads API_URL, BASE_REPOSITORY, CATEGORY, EVENT, HEAD_REPOSITORY, NUMBER, NUMBERS, REPORT, RUNNER_TEMP, TOKEN
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# The characters that GitHub takes.
max_comment=65536

if [[ $EVENT != pull_request ]]; then exit 0; fi
if [[ $HEAD_REPOSITORY != "$BASE_REPOSITORY" ]]; then
  message notice "The pull request is from a fork, and its workflow has no permission to comment. The summary of the job has the report."
  exit 0
fi
if [[ ! $NUMBER =~ ^[0-9]+$ || ! $BASE_REPOSITORY =~ ^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$ ]]; then exit 0; fi
for program in curl jq; do
  if ! command -v "$program" > /dev/null; then
    message notice "$program is not installed, so there is no comment. The summary of the job has the report."
    exit 0
  fi
done

work=$(mktemp -d "$RUNNER_TEMP/hipaalint-comment.XXXXXX")
trap 'rm -rf "$work"' EXIT
# Calls the API: api METHOD PATH [BODY]. Prints the status; the answer is in $work/answer. The token is no argument of a process.
api() {
  local body=()
  if (($# > 2)); then body=(--data-binary "@$3"); fi
  printf 'Authorization: Bearer %s\n' "$TOKEN" | curl --silent --show-error --max-time 60 --proto "=${API_URL%%:*}" --request "$1" \
    --header 'Accept: application/vnd.github+json' --header 'X-GitHub-Api-Version: 2022-11-28' --header @- ${body[@]+"${body[@]}"} \
    --output "$work/answer" --write-out '%{http_code}' "$API_URL/$2" || true
}

if [[ $CATEGORY == hipaalint ]]; then mark='<!-- hipaalint -->'; else mark="<!-- hipaalint ${CATEGORY//[^A-Za-z0-9_.]/_} -->"; fi
# The report begins with a mark of its own.
{ printf '%s\n' "$mark"; sed '1{/^<!-- hipaalint -->$/d;}' "$REPORT"; } > "$work/text"
jq --raw-input --slurp --argjson max "$max_comment" \
  '{ body: (if length > $max then .[:$max - 100] + "\n\nThe summary of the job has the rest.\n" else . end) }' < "$work/text" > "$work/body"

# Of a workflow's own token, the API names no user.
author='github-actions[bot]'
if [[ $(api GET user) == 200 ]]; then author=$(jq --raw-output .login < "$work/answer"); fi

known=
for ((page = 1; page <= 30; page++)); do
  status=$(api GET "repos/$BASE_REPOSITORY/issues/$NUMBER/comments?per_page=100&page=$page")
  if [[ $status != 200 ]]; then break; fi
  known=$(jq --raw-output --arg author "$author" --arg mark "$mark" \
    '[.[] | select(.user.login == $author and (.body | split("\n")[0] | rtrimstr("\r")) == $mark)][0].id // empty' < "$work/answer")
  if [[ -n $known || $(jq length < "$work/answer") -lt 100 ]]; then break; fi
done

if [[ $status == 200 ]]; then
  if [[ $known =~ ^[0-9]+$ ]]; then
    status=$(api PATCH "repos/$BASE_REPOSITORY/issues/comments/$known" "$work/body")
  elif jq --exit-status '.summary | [.errors, .warnings, .notes, .unreadable, .problems, .since.fixed // 0, .since.unjudged // 0] | add == 0' < "$NUMBERS" > /dev/null; then
    echo "There is nothing to comment on."
    exit 0
  else
    status=$(api POST "repos/$BASE_REPOSITORY/issues/$NUMBER/comments" "$work/body")
  fi
fi
case $status in
  200 | 201) echo "The comment is up to date." ;;
  401 | 403 | 404) message notice "The token has no permission to comment: the job needs the permission pull-requests: write. The summary of the job has the report." ;;
  *) message warning "The comment could not be written (status ${status:-none}). The summary of the job has the report." ;;
esac
