import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve, sep } from 'node:path';
import { test } from 'node:test';

const require = createRequire(import.meta.url);
const { App, CfnParameter, NestedStack, Stack, Stage, Validations } = require('aws-cdk-lib');
const { Bucket } = require('aws-cdk-lib/aws-s3');
const { Hipaalint } = require('../lib/index.js');
const { argumentsOf } = require('../lib/options.js');
const { checkLibrary, foldersOf, nearestConfig } = require('../lib/plugin.js');
const { lead } = require('../lib/words.js');
const skip = process.platform === 'win32' && 'the program of the tests is a script';

process.env.NODE_ENV = 'test';

test('the first sentence of a remediation, and a short second one', () => {
  for (const [markdown, wanted] of [
    ['Set `Status: Enabled`. Add a rule.', 'Set Status: Enabled. Add a rule.'],
    [`Set it. ${'Long words '.repeat(20)}end.`, 'Set it.'],
    ['See [the guide](https://x), e.g. this.\n\nMore.', 'See the guide, e.g. this.'],
    ['Write:\n```yaml\nA: 1\n```', 'Write:'],
    ['No end', 'No end'],
    ['', ''],
  ]) {
    assert.equal(lead(markdown), wanted);
  }
});

test('assemblies inside of another one are not named twice', () => {
  const root = resolve('out');
  const templates = ['a.json', 'assembly-Prod/b.json', 'assembly-Prod/assembly-Inner/c.json'].map((name) => join(root, name));
  assert.deepEqual(foldersOf(templates), [root]);
  assert.deepEqual(foldersOf(templates.slice(1)), [join(root, 'assembly-Prod')]);
  const beside = [join(root, 'assembly-A', 'x.json'), join(root, 'assembly-AB', 'x.json')];
  assert.deepEqual(foldersOf(beside), [join(root, 'assembly-A'), join(root, 'assembly-AB')]);
  assert.deepEqual(foldersOf([`${sep}x.json`]), [resolve(sep)]);
});

test('the configuration of the current folder', () => {
  const root = mkdtempSync(join(tmpdir(), 'hipaalint-test-'));
  try {
    mkdirSync(join(root, 'repository/.git'), { recursive: true });
    mkdirSync(join(root, 'repository/app'));
    writeFileSync(join(root, 'hipaalint.yaml'), '');
    assert.equal(nearestConfig(join(root, 'repository/app')), undefined);
    writeFileSync(join(root, 'repository/hipaalint.yaml'), '');
    assert.equal(nearestConfig(join(root, 'repository/app')), join(root, 'repository/hipaalint.yaml'));
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});

test('options of the program', () => {
  assert.deepEqual(argumentsOf({}), []);
  assert.deepEqual(argumentsOf({ profile: 'strict', failOn: 'note', config: false, output: 'a.html' }), [
    '--profile', 'strict', '--fail-on', 'note', '--no-config', '--output=a.html',
  ]);
  assert.deepEqual(argumentsOf({ config: 'a/h.yaml', baseline: 'b.json', output: ['x.md', 'sarif=y'] }), [
    '--config', resolve('a/h.yaml'), '--baseline', resolve('b.json'), '--output=x.md', '--output=sarif=y',
  ]);
  assert.throws(() => argumentsOf({ profile: 'hipaa' }), /must be one of core/);
  assert.throws(() => argumentsOf({ failOn: 'warn' }), /must be one of error/);
});

test('a missing program throws', () => {
  assert.throws(() => new Hipaalint({ binary: 'nowhere/hipaalint' }), /is not a program/);
  assert.throws(() => new Hipaalint({ binary: tmpdir() }), /is not a program/);
  const { PATH } = process.env;
  try {
    process.env.PATH = ['', '.', 'node_modules/.bin'].join(delimiter);
    assert.throws(() => new Hipaalint(), /npm install --save-dev hipaalint/);
  } finally {
    process.env.PATH = PATH;
  }
});

test('a library that acknowledges too much is refused', () => {
  for (const version of ['2.271.0', '2.276.0', '2.1000.0', '3.0.0']) checkLibrary(version);
  for (const version of ['2.270.0', '2.9.0']) assert.throws(() => checkLibrary(version), /2\.271\.0 or later/);
});

/** A report as the program writes it. */
const report = (findings = [], suppressed = [], summary = {}) => ({
  schema: 1,
  tool: { name: 'hipaalint', version: '9.9.9' },
  findings,
  suppressed,
  exceptions: [],
  diagnostics: [],
  summary: {
    selection: 'core', templates: 1, rules: 9, undecided: 0, suppressed_by_exceptions: 0, in_baseline: 0, left_out_files: 0,
    left_out_folders: 0, not_looked_at: { resources: 0 }, ...summary,
    errors: findings.filter(({ level }) => level === 'error').length,
    warnings: findings.filter(({ level }) => level === 'warning').length,
    notes: findings.filter(({ level }) => level === 'note').length,
  },
});

/** Synthesizes an app with a program that writes this report, and gives what the plugin answers. */
function answer(build, written, code, props = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'hipaalint-test-'));
  try {
    const app = new App({ outdir: join(folder, 'out') });
    const stack = new Stack(app, 'Records');
    const bucket = new Bucket(stack, 'Data');
    build?.(app, stack, bucket);
    const id = stack.getLogicalId(bucket.node.defaultChild);
    const binary = join(folder, 'program');
    writeFileSync(join(folder, 'report.json'), typeof written === 'string' ? written : JSON.stringify(written({ folder, id })));
    writeFileSync(binary, `#!/bin/sh\necho "$@" > '${folder}/arguments'\ncat '${folder}/report.json'\nexit ${code}\n`);
    chmodSync(binary, 0o755);
    const plugin = new Hipaalint({ binary, ...props });
    const { validate } = plugin;
    let seen;
    plugin.validate = (context) => (seen = validate.call(plugin, context));
    Validations.of(app).addPlugins(plugin);
    let error;
    try {
      app.synth();
    } catch (thrown) {
      error = thrown;
    }
    return { seen, error };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const finding = ({ folder, id }, more = {}) => ({
  rule: 's3-bucket-versioning', title: 'Title', url: 'https://example.com/rule', harm: 'Harm.', remediation: 'Fix it.', level: 'error',
  severity: 'medium', message: 'Message', when: null, file: join(folder, 'out/Records.template.json'),
  path: `Resources/${id}/Properties/Rules/0/Status`, subject: { section: 'Resources', name: id, construct: 'Records/Data/Resource' },
  alike: [], controls: ['164.312(b)'], exception: null, ...more,
});

test('a finding becomes a violation', { skip }, () => {
  const { seen, error } = answer(undefined, (place) => report([finding(place, { when: 'Env is dev' })]), 1);
  const [one] = seen.violations;
  assert.equal(seen.success, false);
  assert.equal(one.ruleName, 's3-bucket-versioning');
  assert.equal(one.severity, 'error');
  assert.equal(one.description, 'Message, when Env is dev');
  assert.equal(one.fix, 'Fix it.\nWhy: Harm.\nHIPAA: 45 CFR 164.312(b)\nRule: https://example.com/rule');
  assert.deepEqual(one.violatingResources[0].locations, ['Properties.Rules.0.Status']);
  assert.match(error.message, /Records\/Data\/Resource/);
});

test('what is about the template names its stack', { skip }, () => {
  const template = { path: 'Resources', subject: { section: 'Template', name: '', construct: null } };
  const { seen } = answer(undefined, (place) => report([finding(place, template)]), 1);
  assert.equal(seen.violations[0].violatingResources[0].constructPath, 'Records');
  const parameter = { path: 'Parameters/Token/Default', subject: { section: 'Parameters', name: 'Token', construct: 'Records/Token' } };
  const build = (_, stack) => new CfnParameter(stack, 'Token');
  const [one] = answer(build, (place) => report([finding(place, parameter)]), 1).seen.violations;
  assert.deepEqual(one.violatingResources[0].constructPath, 'Records/Token');
  assert.deepEqual(one.violatingResources[0].locations, ['Parameters.Token']);
  // Nested stacks are not among the templates that the CDK names.
  const nested = (_, stack) => new Bucket(new NestedStack(stack, 'Nest'), 'Inner');
  const inner = ({ folder, id }) => {
    const { templateFile } = new NestedStack(new Stack(new App(), 'Records'), 'Nest');
    return report([finding({ folder, id }, { ...template, file: join(folder, 'out', templateFile) })]);
  };
  assert.equal(answer(nested, inner, 1).seen.violations[0].violatingResources[0].constructPath, 'Records/Nest');
});

test('levels that fail are errors, and no other ones', { skip }, () => {
  const levels = (code, props, ...found) =>
    answer(undefined, (place) => report(found.map((level) => finding(place, { level }))), code, props).seen.violations.map(({ severity }) => severity);
  const all = ['error', 'warning', 'note'];
  assert.deepEqual(levels(1, {}, ...all), ['error', 'warning', 'info']);
  assert.deepEqual(levels(1, { failOn: 'error' }, ...all), ['error', 'warning', 'info']);
  assert.deepEqual(levels(1, { failOn: 'warning' }, ...all), ['error', 'error', 'info']);
  assert.deepEqual(levels(1, { failOn: 'note' }, ...all), ['error', 'error', 'error']);
  assert.deepEqual(levels(0, { failOn: 'never' }, ...all), ['warning', 'warning', 'info']);
  // The configuration decides.
  assert.deepEqual(levels(0, {}, ...all), ['warning', 'warning', 'info']);
  assert.deepEqual(levels(1, {}, 'warning', 'note'), ['error', 'info']);
  assert.deepEqual(levels(1, {}, 'note'), ['error']);
});

test('what the CDK takes as acknowledged, it lists', { skip }, () => {
  const acknowledge = (id) => (_, __, bucket) => Validations.of(bucket).acknowledge({ id, reason: 'decided' });
  const suppressed = (place) => report([], [finding(place, { exception: { id: 'any' } })]);
  const own = answer(acknowledge('hipaalint::s3-bucket-versioning'), suppressed, 0);
  assert.equal(own.error, undefined);
  assert.equal(own.seen.violations.length, 0, 'the CDK took it away');
  const other = answer(acknowledge('HIPAA.Security-S3BucketVersioningEnabled'), suppressed, 0);
  assert.equal(other.error, undefined);
  assert.deepEqual(other.seen.violations, []);
  // What the program does not accept stays.
  const refused = answer(acknowledge('hipaalint::s3-bucket-versioning'), (place) => report([finding(place)]), 1);
  assert.equal(refused.seen.violations[0].severity, 'fatal');
  assert.match(refused.error.message, /FATAL/);
});

test('acknowledgements above the stacks are handed over', { skip }, () => {
  const { Acknowledged } = require('../lib/acknowledged.js');
  const app = new App();
  const stage = new Stage(app, 'Prod');
  const stack = new Stack(stage, 'Records');
  Validations.of(app).acknowledge({ id: 'hipaalint::a', reason: 'app' });
  Validations.of(stage).acknowledge({ id: 'hipaalint::b', reason: 'stage' }, { id: 'c', reason: 'stage' });
  Validations.of(stack).acknowledge({ id: 'hipaalint::d', reason: 'stack' });
  const acknowledged = new Acknowledged(app);
  assert.deepEqual(Object.keys(acknowledged.aboveStacks), ['', 'Prod']);
  assert.deepEqual(acknowledged.aboveStacks.Prod.map(({ data }) => data), [{ 'hipaalint::b': 'stage' }, { 'Annotation::c': 'stage' }]);
  for (const [id, path, covered] of [
    ['hipaalint::a', 'Prod/Records/Data/Resource', true],
    ['hipaalint::a', '', true],
    ['hipaalint::b', 'Prod/Records', true],
    ['hipaalint::b', 'Production/Records', false],
    ['hipaalint::d', 'Prod/Records/Data/Resource', true],
    ['hipaalint::d', 'Prod', false],
    ['hipaalint::e', 'Prod', false],
  ]) {
    assert.equal(acknowledged.covers(id, path), covered, `${id} ${path}`);
  }
});

test('a program that cannot check is a violation that nobody can acknowledge', { skip }, () => {
  const acknowledge = (app) => Validations.of(app).acknowledge({ id: 'hipaalint::not-checked', reason: 'no' });
  const problem = { ...report(), diagnostics: [{ severity: 'error', file: 'h.yaml', message: 'unknown key', help: 'Did you mean `profile`?' }] };
  for (const [written, code, text] of [
    ['not JSON', 0, /without a report/],
    ['', 1, /without a report/],
    [() => problem, 2, /h\.yaml: unknown key Did you mean/],
    [() => report(), 7, /exit code 7/],
    [() => ({ ...report(), schema: 2 }), 0, /schema 2/],
    [() => report([], [], { templates: 0 }), 0, /checked no template/],
  ]) {
    const { seen, error } = answer(acknowledge, written, code);
    assert.equal(seen.success, false);
    assert.equal(seen.violations[0].severity, 'fatal');
    assert.match(error.message, text);
  }
});
