#!/usr/bin/env bash
# aws-cdk-lib 2.276.0 with the CLI aws-cdk 2.1148.1 (npm), seen in November 2026.
#
# `cdk synth STACK` reports the violations of policy validation in the selected stacks only. A good engineer would expect that it also
# fails for these only. But a plugin has one conclusion for the whole app, and the CLI takes it for the selected stacks, as soon as one
# of them has a violation of any severity: a stack with nothing but a violation of severity `info` ends with "Synthesis finished with
# errors" and exit code 1, because a stack that was not selected has an error. Without the `info`, it passes.
#
# Output seen: "a stack with info, beside one with an error: exit 1", "a stack with nothing, beside one with an error: exit 0".
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
for (const name of ['Noted', 'Wrong', 'Clean']) new Bucket(new Stack(app, name), 'Records');
const violation = (stack, severity) => ({
  ruleName: severity, description: stack, severity, violatingResources: [{ constructPath: stack, locations: [] }],
});
Validations.of(app).addPlugins({
  name: 'checker',
  validate: () => ({ success: false, violations: [violation('Noted', 'info'), violation('Wrong', 'error')] }),
});
app.synth();
JAVASCRIPT
export CDK_DISABLE_CLI_TELEMETRY=true CDK_VALIDATION=false
seen=
try() {
  local name=$1 stack=$2 code=0
  npx cdk synth --quiet --app 'node app.js' "$stack" > /dev/null 2>&1 < /dev/null || code=$?
  echo "$name, beside one with an error: exit $code"
  seen+="$code;"
}
try 'a stack with info' Noted
try 'a stack with nothing' Clean
[[ $seen == '1;0;' ]]
