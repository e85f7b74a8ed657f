#!/usr/bin/env bash
# Holds what hipaalint reads of a cloud assembly against the AWS CDK itself: constructs, the lines of the program that make them,
# acknowledgements of cdk-nag, nested stacks, and that `--fix` changes no file of it. Needs Node.js and the network, and installs into a temporary folder only; not a part
# of CI.
#
#   .ci/real/cdk.sh [BINARY]
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
binary=$(realpath "${1:-$root/target/debug/hipaalint}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund aws-cdk-lib@2.276.0 cdk-nag@3.0.2 constructs@10.8.1
cat > app.js <<'JAVASCRIPT'
const { App, NestedStack, Stack, Stage, Validations } = require('aws-cdk-lib');
const { Bucket } = require('aws-cdk-lib/aws-s3');

class Records extends Stack {
  constructor(scope, id) {
    super(scope, id);
    const scratch = new Bucket(this, 'Scratch');
    Validations.of(scratch).acknowledge({ id: 'HIPAA.Security-S3BucketVersioningEnabled', reason: 'made again nightly' });
    Validations.of(this).acknowledge({ id: 'HIPAA.Security::HIPAA.Security-S3BucketLoggingEnabled', reason: 'logged elsewhere' });
    const nest = new NestedStack(this, 'Nest');
    const inner = new Bucket(nest, 'Inner');
    Validations.of(inner).acknowledge({ id: 'hipaalint::s3-bucket-versioning', reason: 'a copy' });
    new Bucket(this, 'Open');
  }
}

const app = new App({ outdir: 'cdk.out' });
new Records(app, 'Records');
new Records(new Stage(app, 'Prod'), 'Records');
app.synth();
JAVASCRIPT
node app.js > /dev/null 2>&1
status=0
"$binary" cdk.out --no-config --rule s3-bucket-versioning --rule s3-bucket-access-log --show suppressed --format json > report.json || status=$?
cat > check.js <<'JAVASCRIPT'
const { findings, suppressed, summary } = require('./report.json');
const line = ({ rule, subject: { construct, origin }, exception }) =>
  `${rule} ${construct} ${origin?.file}:${origin?.line}` + (exception ? ` (${exception.id}: ${exception.reason}, line ${exception.origin?.line})` : '');
const lines = (list) => list.map(line).sort();
const of = (prefix) => ({
  findings: [`s3-bucket-versioning ${prefix}Records/Open/Resource app.js:13`],
  suppressed: [
    `s3-bucket-access-log ${prefix}Records/Nest/Inner/Resource app.js:11 (HIPAA.Security::HIPAA.Security-S3BucketLoggingEnabled: logged elsewhere, line 9)`,
    `s3-bucket-access-log ${prefix}Records/Open/Resource app.js:13 (HIPAA.Security::HIPAA.Security-S3BucketLoggingEnabled: logged elsewhere, line 9)`,
    `s3-bucket-access-log ${prefix}Records/Scratch/Resource app.js:7 (HIPAA.Security::HIPAA.Security-S3BucketLoggingEnabled: logged elsewhere, line 9)`,
    `s3-bucket-versioning ${prefix}Records/Nest/Inner/Resource app.js:11 (hipaalint::s3-bucket-versioning: a copy, line 12)`,
    `s3-bucket-versioning ${prefix}Records/Scratch/Resource app.js:7 (Annotation::HIPAA.Security-S3BucketVersioningEnabled: made again nightly, line 8)`,
  ],
});
const wanted = ['', 'Prod/'].map(of);
const all = (key) => wanted.flatMap((one) => one[key]).sort();
const same = (name, seen, expected) => {
  const good = JSON.stringify(seen) === JSON.stringify(expected);
  console.log(`${good ? 'as expected' : 'DIFFERENT'}: ${name} (${seen.length})`);
  if (!good) console.log(seen.join('\n'), '\n--- expected:\n', expected.join('\n'));
  return good;
};
const good = [
  same('findings', lines(findings), all('findings')),
  same('acknowledged', lines(suppressed), all('suppressed')),
  same('templates', [String(summary.templates)], ['4']),
].every(Boolean);
process.exit(good ? 0 : 1);
JAVASCRIPT
node check.js
((status == 1)) || { echo "exit code $status, not 1"; exit 1; }
cp -r cdk.out before
nested=(cdk.out/*.nested.template.json)
for path in "${nested[0]}" cdk.out; do
  status=0
  "$binary" "$path" --no-config --rule s3-bucket-versioning --fix --unsafe-fixes --format json > fixed.json || status=$?
  ((status == 1)) || { echo "--fix $path: exit code $status, not 1"; exit 1; }
  diff -r before cdk.out
done
node -e "
const { fixes } = require('./fixed.json').summary;
const kept = fixes.not_fixed.find(({ reason }) => reason === 'generated')?.findings;
if (fixes.fixed !== 0 || kept !== 2) { console.log('DIFFERENT: --fix', JSON.stringify(fixes)); process.exit(1); }
console.log('as expected: --fix changes nothing of the assembly');
"
