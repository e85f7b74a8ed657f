// Runs the app in each way, and compares what the CDK reports with what it should.
const { spawnSync } = require('node:child_process');
const { chmodSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

let failed = 0;
function check(name, good, seen = '') {
  console.log(`${good ? 'as expected' : 'DIFFERENT'}: ${name}`);
  if (!good) {
    failed += 1;
    console.log(seen);
  }
}

const CDK = join(__dirname, 'node_modules/aws-cdk/bin/cdk');
const line = (text) => readFileSync(join(__dirname, 'app.js'), 'utf8').split('\n').findIndex((one) => one.includes(text)) + 1;

function run(command, environment) {
  rmSync('cdk.out', { recursive: true, force: true });
  const env = { ...process.env, CI: '', NO_COLOR: '1', CDK_DISABLE_CLI_TELEMETRY: 'true', ...environment };
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { encoding: 'utf8', env, maxBuffer: 1 << 28 });
  return { status, output: stdout + stderr };
}
/** Under the CLI of the CDK, with all stacks selected unless some are named. */
const cdk = (environment, ...stacks) =>
  run([CDK, 'synth', '--quiet', '--no-notices', '--app', 'node app.js', ...(stacks.length > 0 ? stacks : ['**'])], environment);
/** Without it. */
const node = (environment) => run(['app.js'], { CDK_OUTDIR: 'cdk.out', ...environment });
const options = (value) => ({ OPTIONS: JSON.stringify(value) });

const report = () => JSON.parse(readFileSync('cdk.out/validation-report.json', 'utf8')).pluginReports.find(({ pluginName }) => pluginName === 'hipaalint');
const places = (list = []) => list.flatMap((one) => one.violatingConstructs.map(({ constructPath }) => `${one.ruleName} ${constructPath}`)).sort();

// Violations, in a stack of the app and in the same of a stage.
const broken = cdk({ CASE: 'broken', ...options({ output: ['exceptions=register.md', 'report.json'] }) });
const seen = report();
const bytes = JSON.stringify(seen);
check('violations fail `cdk synth`', broken.status === 1 && /Synthesis finished with errors/.test(broken.output), broken.output);
check('the plugin reports a failure', seen?.conclusion === 'failure', bytes);
const found = places(seen.violations);
const wanted = [
  's3-bucket-versioning Open/Resource',
  's3-bucket-tls-only Open/Resource',
  's3-bucket-public-access-block Open/Resource',
  's3-bucket-tls-only Unexplained/Resource',
  's3-bucket-versioning Nest/Inner/Resource',
  's3-bucket-tls-only Nest/Copy/Resource',
  'rds-public-access Database/Resource',
  'apigateway-method-authorization Api/Default/ANY/Resource',
  'apigateway-access-log Api/DeploymentStage.prod/Resource',
  'parameter-secret-default Nest/ApiToken',
  'tags-required ',
];
const both = (list) => ['Records', 'Prod/Records'].flatMap((stack) => list.map((one) => one.replace(' ', ` ${stack}/`).replace(/\/$/, ''))).sort();
const missing = both(wanted).filter((one) => !found.includes(one));
check(`violations name rules and constructs (${found.length})`, missing.length === 0, `${missing.join('\n')}\n--- of\n${found.join('\n')}`);
const acknowledged = both([
  's3-bucket-versioning Scratch/Resource',
  's3-bucket-versioning Unexplained/Resource',
  's3-bucket-versioning Nest/Copy/Resource',
  'rds-storage-encrypted Database/Resource',
  ...['Open', 'Scratch', 'Unexplained', 'Nest/Inner', 'Nest/Copy'].map((bucket) => `s3-bucket-encryption-declared ${bucket}/Resource`),
]);
const listed = places(seen.suppressedViolations);
check(`the CDK lists what is acknowledged as hipaalint::RULE (${listed.length})`, JSON.stringify(listed) === JSON.stringify(acknowledged), listed.join('\n'));
const elsewhere = both([
  's3-bucket-tls-only Scratch/Resource',
  's3-bucket-public-access-block Scratch/Resource',
  'apigateway-execution-log Api/DeploymentStage.prod/Resource',
]);
check('other names of rules count, too', [...elsewhere, ...acknowledged].every((one) => !found.includes(one)), found.join('\n'));
const suppressed = JSON.parse(readFileSync('report.json', 'utf8')).suppressed.map(({ rule, subject }) => `${rule} ${subject.construct}`).sort();
check(`the program suppresses all of them (${suppressed.length})`, JSON.stringify(suppressed) === JSON.stringify([...elsewhere, ...acknowledged].sort()), suppressed.join('\n'));
const register = readFileSync('register.md', 'utf8');
const reasons = ['made again every night', 'reached from one network only', 'the account blocks it', 'test data only', 'a copy', 'the default of S3 is enough', 'logged by the gateway before it'];
check('the register has every reason', reasons.every((reason) => register.includes(reason)), register);
const open = seen.violations.find(({ ruleName, violatingConstructs }) => ruleName === 's3-bucket-versioning' && violatingConstructs[0].constructPath === 'Records/Open/Resource');
check('a violation has its line', open.violatingConstructs[0].stackTraces?.[0].includes(`app.js:${line("new Bucket(this, 'Open')")}:`), JSON.stringify(open));
check('a violation has its fix, reason and page', /^Set VersioningConfiguration.*\nWhy: .*\nHIPAA: 45 CFR .*\nRule: https:/.test(open.suggestedFix), open.suggestedFix);
check('a violation in a nested stack has its line', broken.output.includes(`app.js:${line("new Bucket(nest, 'Inner')")}:`), broken.output);
check('the numbers are shown', /^hipaalint \S+: \d+ errors?, \d+ notes? \(4 templates, \d+ rules of core\); \d+ suppressed/m.test(broken.output), broken.output);
cdk({ CASE: 'broken' });
check('a second run reports the same', JSON.stringify(report()) === bytes);
check('a stack without the stage fails alone', cdk({ CASE: 'broken' }, 'Records').status === 1);

const alone = node({ CASE: 'broken' });
check('without the CLI, the app fails', alone.status === 1 && alone.output.includes('Records/Open/Resource'), alone.output);
const tested = node({ CASE: 'broken', NODE_ENV: 'test' });
check('in a unit test, `synth` throws with the report', tested.status === 1 && /ValidationFailed.*\n?[\s\S]*hipaalint::s3-bucket-versioning/.test(tested.output), tested.output);
check('in a unit test, nothing else is printed', !/^hipaalint \d/m.test(tested.output), tested.output);

const clean = cdk({ CASE: 'clean' });
check('a clean app passes', clean.status === 0 && clean.output.includes(': no findings ('), clean.output);
check('and no violation is reported', report() === undefined, JSON.stringify(report()));

const never = cdk({ CASE: 'broken', ...options({ failOn: 'never' }) });
check('failOn never: warnings', never.status === 0 && report().violations.every(({ severity }) => severity !== 'error'), never.output);
writeFileSync('hipaalint.yaml', 'fail-on: never\n');
const configured = cdk({ CASE: 'broken' });
check('fail-on of the nearest configuration', configured.status === 0 && report().violations.every(({ severity }) => severity !== 'error'), configured.output);
const inTest = run(['app.js'], { CASE: 'broken', NODE_ENV: 'test' });
check('fail-on of it in a unit test, too', inTest.status === 0, inTest.output);
check('options take precedence', cdk({ CASE: 'broken', ...options({ failOn: 'error' }) }).status === 1);
check('config: false', cdk({ CASE: 'broken', ...options({ config: false }) }).status === 1);
writeFileSync('hipaalint.yaml', 'skip: ["*.json"]\n');
const skipped = cdk({ CASE: 'broken' });
check('nothing checked is a failure', skipped.status === 1 && /^FATAL /m.test(skipped.output), skipped.output);
writeFileSync('hipaalint.yaml', 'profil: core\n');
const wrong = cdk({ CASE: 'clean' });
check('a wrong configuration is a failure', wrong.status === 1 && /^FATAL hipaalint could not check everything/m.test(wrong.output) && wrong.output.includes('profil'), wrong.output);
rmSync('hipaalint.yaml');
const strict = cdk({ CASE: 'clean', ...options({ profile: 'strict', failOn: 'note' }) });
check('failOn note with profile strict', strict.status === 1 && report().violations.every(({ severity }) => severity === 'error'), strict.output);
const unknown = cdk({ CASE: 'clean', ...options({ profile: 'hipaa' }) });
check('an unknown profile throws', unknown.status === 1 && unknown.output.includes('must be one of core, conformance'), unknown.output);

// A program that cannot run must never look like a pass.
const programs = {
  'a missing program throws': ['nowhere/hipaalint', undefined, 'is not a program'],
  'a program that fails': ['./fails', '#!/bin/sh\necho broken >&2\nexit 3\n', 'exit code 3'],
  'a program that dies': ['./dies', '#!/bin/sh\nkill -KILL $$\n', 'SIGKILL'],
  'a program that writes nothing': ['./silent', '#!/bin/sh\nexit 0\n', 'without a report'],
  'a program of another schema': ['./future', '#!/bin/sh\necho \'{ "schema": 2, "summary": {} }\'\n', 'schema 2'],
};
for (const [name, [file, text, message]] of Object.entries(programs)) {
  if (text !== undefined) {
    writeFileSync(file, text);
    chmodSync(file, 0o755);
  }
  for (const [way, start] of [['CLI', cdk], ['node', node]]) {
    const { status, output } = start({ CASE: 'clean', BINARY: file });
    check(`${name} (${way})`, status === 1 && output.includes(message), output);
  }
}
// cdk-nag beside it: each has its own report, and its own names.
const peers = cdk({ CASE: 'broken', PEERS: '1' });
const names = JSON.parse(readFileSync('cdk.out/validation-report.json', 'utf8')).pluginReports.map(({ pluginName }) => pluginName);
check('cdk-nag beside it', peers.status === 1 && names.includes('HIPAA.Security') && names.includes('hipaalint'), names.join(', '));
check('which changes nothing for hipaalint', JSON.stringify(report()) === bytes);

// What it costs: the median of several runs, with and without, one after the other.
const COUNT = '50';
const ROUNDS = Number(process.env.ROUNDS ?? 9);
const median = (list) => [...list].sort((one, other) => one - other)[Math.floor(list.length / 2)];
const timed = (start, environment) => {
  const before = process.hrtime.bigint();
  start({ CASE: 'many', COUNT, ...environment });
  return Number(process.hrtime.bigint() - before) / 1e6;
};
// On a busy machine, this says more: it does not count time in which others run. The program itself is not in it.
const cpu = (environment) =>
  Array.from({ length: ROUNDS }, () => Number(/^CPU ([\d.]+)$/m.exec(node({ CASE: 'many', COUNT, MEASURE: '1', CDK_VALIDATION: 'false', ...environment }).output)[1]));
if (ROUNDS > 0) console.log(`CPU time of the app's process in synth: ${median(cpu({ OPTIONS: 'none' })).toFixed(0)} ms without, ${median(cpu({})).toFixed(0)} ms with`);
for (const [name, start] of ROUNDS > 0 ? [['cdk synth', cdk], ['node app.js', node]] : []) {
  const [without, with_] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    without.push(timed(start, { OPTIONS: 'none' }));
    with_.push(timed(start, {}));
  }
  const violations = places(report().violations).length;
  const [least, most] = [median(without), median(with_)];
  const [first, second] = [Math.min(...without), Math.min(...with_)];
  console.log(`${name}: ${least.toFixed(0)} ms without, ${most.toFixed(0)} ms with ${violations} violations (median of ${ROUNDS})`);
  console.log(`${name}: ${first.toFixed(0)} ms without, ${second.toFixed(0)} ms with (the fastest of each)`);
  check(`${name}: at least 200 violations, at most 150 ms more (${(most - least).toFixed(0)} ms)`, violations >= 200 && most - least <= 150);
}

rmSync(`node_modules/@hipaalint/cli-${process.platform}-${process.arch}`, { recursive: true });
const bare = cdk({ CASE: 'clean', PATH: '/bin' });
check('without the package of the platform: what to install', bare.status === 1 && bare.output.includes('npm install --include=optional'), bare.output);
process.exit(failed > 0 ? 1 : 0);
