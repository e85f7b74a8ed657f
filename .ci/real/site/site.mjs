// What is tried, in the order of the page's promises.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import { serve } from './serve.mjs';
import { byProgram, twins } from './twins.mjs';

const { ROOT: root, BINARY: binary, PICTURES: pictures, CHROMIUM: executablePath } = process.env;
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const folder = join(root, 'site/dist');
const work = mkdtempSync(join(tmpdir(), 'site-'));
const { server, address } = await serve(folder);
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
const told = [];
const requested = new Set();
const tell = (text) => console.log(text);
const median = (numbers) => numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)];

/**
 * A page of its own, of which everything is noted that it asks for or complains about. Before it is loaded, the browser may `rest` for
 * some milliseconds, in which it ends the processes of the page before and starts those of this one.
 */
async function open(options = {}, path = '', rest = 0) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  page.on('request', (request) => requested.add(request.url()));
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && told.push(message.text()));
  page.on('pageerror', (error) => told.push(error.message));
  page.on('dialog', (dialog) => told.push(`a dialog: ${dialog.message()}`) && dialog.dismiss());
  await page.waitForTimeout(rest);
  await page.goto(address + path);
  await page.waitForSelector('body[data-state=ready]', { timeout: 60_000 });
  return page;
}

/** Does something that changes what is linted, and waits until the result for it is shown. */
async function settled(page, work) {
  const before = await page.evaluate(() => document.body.dataset.wanted ?? '0');
  await work();
  const isShown = (before) => {
    const { wanted = '0', version } = document.body.dataset;
    return wanted !== before && wanted === version;
  };
  await page.waitForFunction(isShown, before, { timeout: 120_000 });
}

const load = (page, file) => settled(page, () => page.setInputFiles('#file', file));

/** The cards of the page, as the program's lines. */
const shown = (page) => page.evaluate(() => {
  const cards = [...document.querySelectorAll('#view-findings article')].map((card) => card.dataset);
  return {
    findings: cards.filter(({ rule }) => rule).map(({ outcome, rule, place }) => `${outcome} ${rule} ${place}`).sort(),
    problems: cards.filter(({ code }) => code).map(({ code, place }) => `${code} ${place}`).sort(),
  };
});


// -- Size.
const sizes = readdirSync(folder).filter((name) => name !== 'licenses.txt').map((name) => [name, gzipSync(readFileSync(join(folder, name)), { level: 9 }).length]);
const total = sizes.reduce((sum, [, size]) => sum + size, 0);
tell(`size: ${(total / 1e6).toFixed(2)} MB with gzip (${sizes.map(([name, size]) => `${name} ${(size / 1e3).toFixed(0)} kB`).join(', ')})`);

// -- Time to the first result.
const first = [];
for (let round = 0; round < 9; round++) {
  const page = await open({}, '', 1_000);
  first.push(await page.evaluate(() => performance.getEntriesByName('hipaalint-result')[0].startTime));
  await page.context().close();
}
tell(`first result: median ${median(first).toFixed(0)} ms after the navigation began, from ${Math.min(...first).toFixed(0)} to ${Math.max(...first).toFixed(0)} (load of the machine ${loadavg()[0].toFixed(1)})`);

// -- The same findings as the program's.
const page = await open();
for (const reference of ['reference/TapStack.json', 'reference/cfn-template.yaml']) {
  const file = join(root, 'fixtures', reference);
  await load(page, file);
  const [ours, theirs] = [await shown(page), byProgram(binary, file, 'core')];
  assert.deepEqual(ours, theirs, reference);
  assert.equal(ours.findings.filter((line) => line.startsWith('fail')).length, 0, reference);
}
tell('references: both without findings');
const broken = twins(root, 20);
for (const { name, file, profile, expect } of broken) {
  if (profile !== (await page.inputValue('#profile'))) await settled(page, () => page.selectOption('#profile', profile));
  await load(page, file);
  const [ours, theirs] = [await shown(page), byProgram(binary, file, profile)];
  assert.deepEqual(ours, theirs, name);
  for (const { rule, line } of expect) assert.ok(ours.findings.some((found) => found.startsWith(`fail ${rule} ${line}:`)), `${name}: ${rule} is not on line ${line}`);
}
tell(`twins: ${broken.length} found on their lines, as by the program`);

// -- A fix, one and all.
if ((await page.inputValue('#profile')) !== 'core') await settled(page, () => page.selectOption('#profile', 'core'));
await load(page, join(root, 'examples/patient-records.yaml'));
await page.click('article[data-rule=s3-bucket-tls-only] button.fix');
await page.waitForSelector('dialog[open] .diff .added');
if (pictures) await page.screenshot({ path: join(pictures, 'fix.png') });
await settled(page, () => page.click('dialog[open] button.primary'));
assert.equal(await page.locator('article[data-rule=s3-bucket-tls-only][data-outcome=fail]').count(), 0);
await settled(page, () => page.locator('#editor .cm-content').press('Control+z'));
assert.equal(await page.locator('article[data-rule=s3-bucket-tls-only][data-outcome=fail]').count(), 1, 'undo');
await page.click('#view-findings .actions button >> nth=-1');
await settled(page, () => page.click('dialog[open] button.primary'));
assert.equal(await page.locator('article[data-outcome=fail]').count(), 0, 'all fixed');
tell('fixes: one, undone, and all');

// -- Parameters, and a link that is made on request only.
await load(page, join(root, 'examples/patient-records.yaml'));
assert.equal(new URL(page.url()).hash, '');
await page.click('#parameters');
await page.locator('#parameter-panel label', { hasText: /^Env$/ }).locator('input').waitFor();
await settled(page, () => page.locator('#parameter-panel label', { hasText: /^Env$/ }).locator('input').fill('prod'));
assert.equal(await page.locator('article[data-rule=s3-bucket-versioning]').count(), 0, 'Env is prod');
await page.click('#share');
const link = await page.inputValue('dialog[open] input');
await page.click('dialog[open] button:last-child');
const other = await open({}, link.slice(address.length));
assert.equal(await other.locator('article[data-rule=s3-bucket-versioning]').count(), 0);
assert.equal(await other.locator('article[data-rule=s3-bucket-tls-only]').count(), 1);
await other.context().close();
tell(`link: ${link.length} characters, on request; a parameter decides a finding`);

// -- Reports.
await page.click('#tab-reports');
for (const format of ['html', 'sarif', 'markdown', 'exceptions-csv', 'json']) {
  const [download] = await Promise.all([page.waitForEvent('download'), page.click(`[data-format=${format}]`)]);
  const saved = readFileSync(await download.path(), 'utf8');
  assert.ok(saved.length > 50, format);
  if (format === 'sarif') assert.equal(JSON.parse(saved).version, '2.1.0');
}
await page.click('#tab-findings');
tell('reports: HTML, SARIF, Markdown, CSV, JSON');

// -- A key stroke.
await load(page, join(root, 'fixtures/reference/TapStack.json'));
await page.locator('#editor .cm-content').click();
await page.keyboard.press('Control+Home');
await page.keyboard.press('End');
await page.evaluate(() => document.addEventListener('keydown', () => (globalThis.pressed = performance.now()), true));
const strokes = [];
for (let number = 0; number < 41; number++) {
  await settled(page, () => page.keyboard.press(number % 2 === 0 ? 'Space' : 'Backspace'));
  strokes.push(await page.evaluate(() => performance.getEntriesByName('hipaalint-result').at(-1).startTime - globalThis.pressed));
}
tell(`key stroke, TapStack.json: median ${median(strokes).toFixed(1)} ms to the result, at most ${Math.max(...strokes).toFixed(1)} (load ${loadavg()[0].toFixed(1)})`);

// -- One megabyte.
const bucket = (number) => `  Bucket${number}:\n    Type: AWS::S3::Bucket\n    Properties:\n      BucketName: !Sub records-\${AWS::AccountId}-${number}\n      VersioningConfiguration: { Status: Suspended }\n`;
let large = 'Resources:\n';
for (let number = 0; large.length < 1_000_000; number++) large += bucket(number);
writeFileSync(join(work, 'large.yaml'), large);
const begun = Date.now();
await load(page, join(work, 'large.yaml'));
const [resting, status] = await page.evaluate(() => [document.querySelector('#time').textContent, document.querySelector('#summary').textContent]);
await page.evaluate(() => {
  globalThis.longest = 0;
  let last = performance.now();
  const frame = () => {
    const now = performance.now();
    globalThis.longest = Math.max(globalThis.longest, now - last);
    last = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
});
await page.locator('#editor .cm-content').click();
for (let number = 0; number < 10; number++) await page.keyboard.press('x', { delay: 20 });
const longest = await page.evaluate(() => globalThis.longest);
tell(`1 MB: ${status}; ${Date.now() - begun} ms from opening to ten keys typed, linted in ${resting}; longest frame while typing ${longest.toFixed(0)} ms`);
await page.context().close();

// -- Hostile texts.
const evil = '<img src=x onerror="globalThis.pwned = 1"><script>globalThis.pwned = 1</script>';
const hostile = {
  'tags.yaml': `Description: '${evil}'\nParameters:\n  Env: { Type: String, Default: '${evil}' }\nResources:\n  '${evil}':\n    Type: AWS::S3::Bucket\n  Records:\n    Type: AWS::S3::Bucket\n    Metadata: { hipaalint: { exceptions: [{ rule: s3-bucket-tls-only, reason: '${evil}' }] } }\n    Properties:\n      BucketName: '${evil}'\n      VersioningConfiguration: { Status: '${evil}' }\n  Policy:\n    Type: AWS::S3::BucketPolicy\n    Properties: { Bucket: !Ref Records, PolicyDocument: '${evil}' }\n`,
  'bidi.yaml': 'Resources:\n  Records:\n    Type: AWS::S3::Bucket\n    Properties:\n      BucketName: "a\u202eb\u2066c\u200bd"\n      VersioningConfiguration: { Status: "Sus\u202epended" }\n',
  'nested.json': `{"Resources":{"Records":{"Type":"AWS::S3::Bucket","Properties":${'{"a":['.repeat(95)}1${']}'.repeat(95)}}}}`,
  'deep.json': `${'['.repeat(200_000)}`,
  'deep.yaml': `Resources: ${'{a: '.repeat(50_000)}`,
  'joins.json': `{"Resources":{"Records":{"Type":"AWS::S3::Bucket","Properties":{"BucketName":${'{"Fn::Join":["",[1,'.repeat(60)}1${']]}'.repeat(60)}}}}}`,
  'aliases.yaml': `a: &a [x, x]\n${Array.from({ length: 25 }, (_, at) => `b${at}: &b${at} [*${at ? `b${at - 1}` : 'a'}, *${at ? `b${at - 1}` : 'a'}]\n`).join('')}Resources: { Records: { Type: AWS::S3::Bucket } }\n`,
  'bytes.yaml': Buffer.from([0xff, 0xfe, 0x00, 0x80, 0xc3, 0x28]),
  'empty.yaml': '',
  '<b>name&.yaml': 'Resources: { Records: { Type: AWS::S3::Bucket } }\n',
};
const victim = await open();
for (const [name, contents] of Object.entries(hostile)) {
  writeFileSync(join(work, name), contents);
  await load(victim, join(work, name));
  for (const tab of ['graph', 'values', 'reports', 'findings']) {
    await victim.click(`#tab-${tab}`);
    await victim.waitForTimeout(60);
  }
  assert.equal(await victim.evaluate(() => globalThis.pwned), undefined, name);
  assert.equal(await victim.evaluate(() => document.querySelectorAll('main img, main script').length), 0, name);
  const seen = await victim.evaluate(() => document.querySelector('.results').innerText);
  assert.ok(!/[\u202a-\u202e\u2066-\u2069\u200b]/.test(seen), `${name}: a hidden character is shown`);
}
await load(victim, join(root, 'examples/patient-records.yaml'));
assert.equal(await victim.locator('article[data-outcome=fail]').count(), 2, 'the page is alive');
tell(`hostile: ${Object.keys(hostile).length} texts, nothing ran, the page went on`);

// -- Nothing leaves the page.
const refused = await victim.evaluate(async (address) => {
  const results = [];
  for (const to of [`${address}index.html`, 'https://example.com/']) results.push(await fetch(to).then(() => 'sent', () => 'refused'));
  results.push(navigator.sendBeacon(`${address}x`, 'x') ? 'queued' : 'refused');
  return results;
}, address);
assert.deepEqual(refused.slice(0, 2), ['refused', 'refused']);
const [worker] = victim.workers();
assert.equal(await worker.evaluate((to) => fetch(to).then(() => 'sent', () => 'refused'), `${address}index.html`), 'refused');
const policies = told.filter((text) => /Content Security Policy/.test(text));
assert.ok(policies.length >= 2, 'the refusals were told');
told.length = 0;
await victim.waitForTimeout(200);
const own = new Set(readdirSync(folder).map((name) => address + name).concat(address));
const foreign = [...requested].filter((url) => !url.startsWith('blob:') && !url.startsWith('data:') && !own.has(url.split(/[?#]/)[0]) && url !== 'https://example.com/' && url !== `${address}x`);
assert.deepEqual(foreign, []);
tell(`requests: only ${[...requested].filter((url) => own.has(url.split('#')[0])).map((url) => url.slice(address.length) || 'index.html').filter((url) => !url.startsWith('#')).sort().join(', ')}; fetch is refused in the page and in the worker`);
await victim.context().close();

// -- The keyboard alone.
const keys = await open();
await keys.keyboard.press('Tab');
assert.equal(await keys.evaluate(() => document.activeElement.className), 'skip');
const visited = [];
for (let number = 0; number < 16; number++) {
  await keys.keyboard.press('Tab');
  visited.push(await keys.evaluate(() => document.activeElement.id || document.activeElement.textContent.slice(0, 20)));
}
for (const id of ['open', 'example', 'save', 'share', 'editor', 'profile', 'parameters', 'tab-findings']) assert.ok(visited.includes(id), `Tab does not reach ${id}: ${visited}`);
await keys.focus('#tab-findings');
await keys.keyboard.press('ArrowRight');
assert.equal(await keys.getAttribute('#tab-graph', 'aria-selected'), 'true');
await keys.locator('.node').first().focus();
await keys.keyboard.press('Enter');
assert.equal(await keys.evaluate(() => document.activeElement.id), 'editor');
await keys.keyboard.press('Control+Home');
await keys.keyboard.press('F8');
assert.equal(await keys.evaluate(() => document.querySelector('#editor').shadowRoot.querySelector('.cm-activeLineGutter').textContent.trim()), '19');
await keys.context().close();
tell('keyboard: every control is reached, tabs, the graph and F8 work');

// -- axe-core, in light and dark, wide and narrow, in each view.
let looked = 0;
for (const colorScheme of ['light', 'dark']) {
  for (const [size, viewport] of [['wide', { width: 1440, height: 900 }], ['narrow', { width: 390, height: 844 }]]) {
    const page = await open({ colorScheme, viewport });
    const check = async (what) => {
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
      const texts = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target, failureSummary }) => `${target} ${failureSummary}`).join(' | ')}`);
      assert.deepEqual(texts, [], `${colorScheme} ${size} ${what}`);
      looked++;
      if (pictures) await page.screenshot({ path: join(pictures, `${colorScheme}-${size}-${what}.png`), fullPage: size === 'narrow' });
    };
    await page.locator('article details summary').first().click();
    await check('findings');
    for (const [tab, ready] of [['graph', '.drawing'], ['values', '#view-values .part'], ['reports', '.reports']]) {
      await page.click(`#tab-${tab}`);
      await page.waitForSelector(ready);
      if (tab === 'values') await page.locator('#view-values .part summary').first().click();
      await check(tab);
    }
    await page.click('#tab-graph');
    await load(page, join(root, 'fixtures/reference/cfn-template.yaml'));
    await page.waitForTimeout(300);
    await check('large-graph');
    await page.click('#tab-findings');
    await page.click('#parameters');
    await page.waitForSelector('#parameter-panel input');
    await settled(page, () => page.selectOption('#profile', 'strict'));
    await check('strict');
    await page.locator('button.fix').first().click();
    await page.waitForSelector('dialog[open] .diff');
    await check('dialog');
    await page.context().close();
  }
}
tell(`axe-core: nothing in ${looked} views`);
assert.deepEqual(told, [], 'the console is empty');

await browser.close();
server.close();

const over = [
  total > 2_500_000 && `the page has ${total} bytes, more than 2.5 MB`,
  median(first) > 300 && `the first result takes ${median(first).toFixed(0)} ms, more than 300`,
  median(strokes) > 50 && `a key stroke's result takes ${median(strokes).toFixed(0)} ms, more than 50`,
].filter(Boolean);
for (const text of over) tell(`BAR MISSED: ${text}`);
process.exitCode = over.length > 0 ? 1 : 0;
