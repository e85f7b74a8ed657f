#!/usr/bin/env bash
# aws-cdk-lib 2.276.0 with the CLI aws-cdk 2.1148.1 (npm), seen in November 2026.
#
# A plugin for policy validation that cannot check (its tool is missing, a file cannot be read) throws. `app.synth()` then fails, and
# names the error. A good engineer would expect the same of `cdk synth`. The CLI writes the
# failure into validation-report.json, prints nothing about it, and ends with exit code 0, so that a pipeline goes on to deploy what
# nobody checked. Only a violation fails: one without a construct does, whichever stacks are selected.
#
# Output seen: "node app.js, plugin throws: exit 1, reported", "cdk synth, plugin throws: exit 0, not reported",
# "cdk synth, plugin reports a violation: exit 1, reported".
# Exits 0 while the behavior is this, 1 when it has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund aws-cdk@2.1148.1 aws-cdk-lib@2.276.0 constructs@10.8.1
cat > app.js <<'JAVASCRIPT'
const { App, Stack, Validations } = require('aws-cdk-lib');
const { Bucket } = require('aws-cdk-lib/aws-s3');

const app = new App();
new Bucket(new Stack(app, 'App'), 'Records');
Validations.of(app).addPlugins({
  name: 'checker',
  validate() {
    if (process.env.HOW === 'throws') throw new Error('the tool is not installed');
    const violation = { ruleName: 'not-checked', description: 'the tool is not installed', severity: 'fatal', violatingResources: [{ locations: [] }] };
    return { success: false, violations: [violation] };
  },
});
app.synth();
JAVASCRIPT
export CDK_DISABLE_CLI_TELEMETRY=true
seen=
try() {
  local name=$1 code=0 reported='not reported'
  shift
  "$@" > output 2>&1 < /dev/null || code=$?
  grep --quiet 'the tool is not installed' output && reported=reported
  echo "$name: exit $code, $reported"
  seen+="$code $reported;"
}
try 'node app.js, plugin throws' env HOW=throws node app.js
try 'cdk synth, plugin throws' env HOW=throws npx cdk synth --quiet --app 'node app.js'
try 'cdk synth, plugin reports a violation' env HOW=violation npx cdk synth --quiet --app 'node app.js'
[[ $seen == '1 reported;0 not reported;1 reported;' ]]
