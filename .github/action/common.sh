# What the scripts of the action share. Their input is the environment: nothing of it is ever part of a script.
# shellcheck shell=bash
set -euo pipefail

# A message for people, in one workflow command: message LEVEL TEXT.
message() {
  local text=${2//'%'/%25}
  text=${text//$'\r'/%0D}
  printf '::%s title=hipaalint::%s\n' "$1" "${text//$'\n'/%0A}"
}

# An output of the step. A value with a line break could be another output, so it is refused.
output() {
  if [[ $2 == *[$'\n\r']* ]]; then
    message error "The $1 must be one line."
    exit 2
  fi
  printf '%s=%s\n' "$1" "$2" >> "$GITHUB_OUTPUT"
}

sha256() {
  if command -v sha256sum > /dev/null; then sha256sum -- "$1"; else shasum -a 256 -- "$1"; fi | cut -d ' ' -f 1 | tr -d "\\\\"
}
