// The package as Node.js loads it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { HipaalintError, load, loadSync } from '@hipaalint/wasm';

const hipaalint = loadSync();
const template = readFileSync(new URL('../../../examples/patient-records.yaml', import.meta.url), 'utf8');
const files = { 'app.yaml': template };

test('it is one module, however it is loaded', async () => {
  assert.equal(await load(), hipaalint);
  const other = createRequire(import.meta.url)('@hipaalint/wasm').loadSync();
  assert.deepEqual(other.about(), hipaalint.about());
  assert.equal(hipaalint.about().profiles[0].name, 'core');
});

test('findings have their places, rules and fixes', () => {
  const { exit, report, rules, citations } = hipaalint.lint({ files });
  assert.equal(exit, 1);
  const [first] = report.findings;
  assert.equal(first.rule, 's3-bucket-tls-only');
  assert.equal(first.start.line, 19);
  assert.ok(first.fixes[0].edits.length > 0);
  assert.match(rules[first.rule].why, /PHI/);
  for (const control of first.controls) assert.ok(citations[control], control);
  assert.equal(hipaalint.lint({ files, parameters: { Env: 'prod' } }).report.findings.length, report.findings.length - 1);
  assert.ok(hipaalint.lint({ files, undecided: true }).report.findings.some(({ outcome }) => outcome === 'undecided'));
  assert.deepEqual(hipaalint.lint({ files, fixes: 'none' }).report.findings[0].fixes, []);
});

test('a configuration among the files governs, and its changes are seen', () => {
  const rules = (config) => hipaalint.lint({ files: { ...files, 'hipaalint.yaml': config } }).report.findings.map(({ rule }) => rule);
  assert.ok(!rules('rules: { s3-bucket-tls-only: { level: off } }\n').includes('s3-bucket-tls-only'));
  assert.ok(rules('profile: core\n').includes('s3-bucket-tls-only'));
});

test('fixes: all, and only some', () => {
  const all = hipaalint.fix({ files, fixing: { unsafe: true } });
  assert.equal(all.fixes.fixed, 2);
  const fixed = { 'app.yaml': all.files[0].text };
  assert.deepEqual(hipaalint.lint({ files: fixed }).report.findings, []);
  const [{ rule, path, start }] = hipaalint.lint({ files }).report.findings;
  const one = hipaalint.fix({ files, fixing: { unsafe: true, only: [{ rule, path, offset: start.offset }] } });
  assert.equal(one.fixes.fixed, 1);
  assert.match(one.files[0].diff, /^\+ +- Sid: DenyRequestsWithoutTls$/m);
  assert.deepEqual(hipaalint.fix({ files }).files, []);
});

test('reports, graphs, values and explanations', () => {
  assert.match(hipaalint.report({ files, format: 'html' }), /^<!doctype html>/i);
  assert.equal(JSON.parse(hipaalint.report({ files, format: 'sarif' })).version, '2.1.0');
  assert.equal(hipaalint.graph({ files }).graph.nodes.length, 2);
  assert.match(hipaalint.graph({ files }).mermaid, /^(graph|flowchart)/m);
  const { values } = hipaalint.evaluate({ files, path: 'Conditions/IsProd' });
  assert.deepEqual(values.deployments[0].parts[0].value.alternatives.map(({ content }) => content.value), [true, false]);
  assert.equal(hipaalint.explain('s3-bucket-tls-only').level, 'error');
});

test('nested templates and a folder', () => {
  const parent = 'Resources: { Child: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: ./child.yaml } } }\n';
  const { report } = hipaalint.lint({ files: { 'stacks/parent.yaml': parent, 'stacks/child.yaml': template }, paths: ['stacks'] });
  assert.equal(report.summary.templates, 2);
});

test('what is wrong about a request is said', () => {
  const refused = (request, message) => assert.throws(() => hipaalint.lint(request), (error) => error instanceof HipaalintError && error.kind === 'request' && message.test(error.message));
  refused({ files: { '../app.yaml': template } }, /is not relative/);
  refused({ files: { '/app.yaml': template } }, /is not relative/);
  refused({ files, profil: 'core' }, /unknown field `profil`/);
  refused({ files, today: 'tomorrow' }, /not a date/);
  refused({ files, profile: 'none' }, /no profile `none`, only core/);
  assert.equal(hipaalint.lint({ files, rules: ['no-such-rule'] }).exit, 2);
  assert.throws(() => hipaalint.report({ files, format: 'pdf' }), /no format `pdf`/);
});

test('texts that are no templates, deep ones and large ones are survived', () => {
  const texts = ['', '[', '['.repeat(500_000), `${'{a: '.repeat(100_000)}`, `{"Resources":${'{"a":'.repeat(198)}1${'}'.repeat(198)}}`, '\u0000', '&a [*a]'];
  for (const text of texts) hipaalint.lint({ files: { 'app.yaml': text }, paths: ['app.yaml'] });
  assert.equal(hipaalint.lint({ files }).report.findings.length, 2);
});
