#!/usr/bin/env bash
# aws-cdk-lib 2.276.0 with cdk-nag 3.0.2 (npm), seen in November 2026.
#
# An acknowledgement names a rule either with its plugin (`HIPAA.Security::HIPAA.Security-S3BucketVersioningEnabled`) or without
# (`HIPAA.Security-S3BucketVersioningEnabled`, the form that cdk-nag's own page shows). Both silence the rule. A good engineer would
# expect both in the validation report, which lists what was acknowledged with its reason. Only the one with the plugin's name is there:
# of the other, neither a violation nor an acknowledgement is reported, so that the report alone does not show that anyone decided.
#
# Output seen: "with plugin: violations 0, acknowledged 1" and "without plugin: violations 0, acknowledged 0", and as the counterpart
# "not acknowledged: violations 1, acknowledged 0".
# Exits 0 while the behavior is this, 1 when it has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund aws-cdk-lib@2.276.0 cdk-nag@3.0.2 constructs@10.8.1
cat > app.js <<'JAVASCRIPT'
const { App, Stack, Validations } = require('aws-cdk-lib');
const { Bucket } = require('aws-cdk-lib/aws-s3');
const { HIPAASecurityChecks } = require('cdk-nag');

const app = new App({ outdir: 'assembly' });
const make = (name, id) => {
  const bucket = new Bucket(new Stack(app, name), 'Records');
  if (id) Validations.of(bucket).acknowledge({ id, reason: 'the data can be made again' });
};
make('WithPlugin', 'HIPAA.Security::HIPAA.Security-S3BucketVersioningEnabled');
make('WithoutPlugin', 'HIPAA.Security-S3BucketVersioningEnabled');
make('NotAcknowledged');
Validations.of(app).addPlugins(new HIPAASecurityChecks(app));
app.synth();
JAVASCRIPT
# The app fails, since other rules have violations; the report is written before.
node app.js > /dev/null 2>&1 || true
cat > read.js <<'JAVASCRIPT'
const { pluginReports } = require('./assembly/validation-report.json');
const of = (list, stack) => (list ?? [])
  .filter(({ ruleName }) => ruleName === 'HIPAA.Security-S3BucketVersioningEnabled')
  .flatMap(({ violatingConstructs }) => violatingConstructs)
  .filter(({ constructPath }) => constructPath.startsWith(`${stack}/`)).length;
const count = (stack) => pluginReports.reduce(
  ([violations, acknowledged], report) =>
    [violations + of(report.violations, stack), acknowledged + of(report.suppressedViolations, stack)],
  [0, 0],
);
const seen = { 'with plugin': count('WithPlugin'), 'without plugin': count('WithoutPlugin'), 'not acknowledged': count('NotAcknowledged') };
for (const [name, [violations, acknowledged]] of Object.entries(seen)) {
  console.log(`${name}: violations ${violations}, acknowledged ${acknowledged}`);
}
process.exit(JSON.stringify(Object.values(seen)) === '[[0,1],[0,0],[1,0]]' ? 0 : 1);
JAVASCRIPT
node read.js
