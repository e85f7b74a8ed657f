// The page: what is typed goes to the worker, and what comes back is shown.
import patientRecords from '../../examples/patient-records.yaml';
import type { Finding, Linted, LintRequest, ReportRequest } from '../../packages/wasm/src/index.js';
import { byId, clean, count, download, el } from './dom.js';
import { Editor } from './editor.js';
import { Engine, Superseded } from './engine.js';
import { examples } from './examples.js';
import { Findings, marks } from './findings.js';
import { ask, offer } from './fixes.js';
import { GraphView } from './graph.js';
import { Parameters } from './parameters.js';
import { showReports } from './reports.js';
import { fromLink, linkTo } from './share.js';
import { tabs } from './tabs.js';
import { theme } from './theme.js';
import { showValues } from './values.js';

/** The largest template that is taken: CloudFormation takes one megabyte. */
const MAX_CHARACTERS = 4 << 20;

const PROFILES = [
  ['core', 'Core (default)'],
  ['conformance', 'Conformance pack'],
  ['strict', 'Strict: all rules'],
  ['proposed-2025', 'Proposed rule of 2025'],
] as const;

const engine = new Engine();

/** What the worker is asked about a text. */
const question = (request: LintRequest): LintRequest => ({ ...request, undecided: true, fixes: 'titles' });
const usual = question({
  files: { 'template.yaml': patientRecords },
  paths: ['template.yaml'],
  profile: 'core',
  parameters: {},
  noConfig: true,
});
// The worker gets the first question before the page is built: it is ready sooner than the page.
let early = location.hash === '' ? { about: JSON.stringify(usual), answer: engine.ask('lint', usual) } : undefined;
early?.answer.catch(() => undefined);
const summary = byId('summary');
const time = byId('time');
const profile = byId<HTMLSelectElement>('profile');
profile.append(...PROFILES.map(([name, text]) => el('option', { value: name }, text)));

type Profile = NonNullable<LintRequest['profile']>;

let name = 'template.yaml';
let view = 'findings';
/** The number of the newest change. Results of older ones are dropped. */
let version = 0;
let lastDuration = 0;

const editor = new Editor(byId('editor'), patientRecords, () => changed());
const findings = new Findings(byId('view-findings'), {
  go: (position) => editor.go(position),
  fix: (finding) => void fix(finding),
  fixAll: (isUnsafe) => void fixAll(isUnsafe),
});
const graph = new GraphView(byId('view-graph'), (line) => editor.go({ line, column: 1, offset: 0 }));
const parameters = new Parameters(byId('parameter-panel'), byId('parameters'), () => changed());
const show = tabs(document.querySelector('[role=tablist]') as HTMLElement, (chosen) => {
  view = chosen;
  void update();
});
theme(byId<HTMLButtonElement>('theme'));
showReports(byId('view-reports'), report);

/** What the worker is asked about. */
function request(): LintRequest {
  return { files: { [name]: editor.text }, paths: [name], profile: profile.value as Profile, parameters: parameters.given, noConfig: true };
}

let clock: ReturnType<typeof setTimeout> | undefined;

/** Something changed: lints soon, later if linting takes long. */
function changed() {
  version++;
  document.body.dataset.wanted = String(version);
  clearTimeout(clock);
  clock = setTimeout(() => void lint(), Math.min(lastDuration < 25 ? 5 : lastDuration, 500));
}

/** Asks about the template as it is now; nothing if that is not the newest any more. */
async function current<T>(question: Promise<T>): Promise<T | undefined> {
  const asked = version;
  try {
    const answer = await question;
    return asked === version ? answer : undefined;
  } catch (error) {
    if (!(error instanceof Superseded) && asked === version) fail(error);
    return undefined;
  }
}

function fail(error: unknown) {
  document.body.dataset.version = String(version);
  summary.className = 'summary bad';
  summary.textContent = error instanceof Error ? error.message : String(error);
  document.body.dataset.state = 'failed';
}

async function lint() {
  if (editor.text.length > MAX_CHARACTERS) {
    editor.mark([]);
    byId('view-findings').replaceChildren();
    fail(new Error('The text is larger than 4 MB. CloudFormation accepts templates of at most 1 MB.'));
    return;
  }
  const asked = version;
  const wanted = question(request());
  const known = early?.about === JSON.stringify(wanted) ? early.answer : undefined;
  early = undefined;
  const answer = await current(known ?? engine.ask('lint', wanted));
  if (!answer) return;
  lastDuration = answer.milliseconds;
  const linted = answer.result;
  editor.mark(marks(linted));
  tell(linted);
  time.textContent = `${answer.milliseconds < 10 ? answer.milliseconds.toFixed(1) : Math.round(answer.milliseconds)} ms`;
  findings.show(linted);
  document.body.dataset.state = 'ready';
  document.body.dataset.version = String(asked);
  performance.mark('hipaalint-result');
  if (parameters.isOpen || view !== 'findings') await update();
}

/** The outcome in a sentence. */
function tell({ exit, report }: Linted) {
  const { summary: numbers } = report;
  const failed = report.findings.filter(({ outcome }) => outcome === 'fail').length;
  const problems = report.diagnostics.filter(({ severity }) => severity === 'error').length;
  const parts = [
    failed > 0 ? count(failed, 'finding') : numbers.templates > 0 ? 'No findings' : '',
    numbers.undecided > 0 ? `${numbers.undecided} undecided` : '',
    numbers.templates > 0 ? `${numbers.passed} passed` : '',
  ].filter((part) => part !== '');
  const scope = numbers.templates > 0 ? ` · ${numbers.rules} rules on ${count(numbers.resources, 'resource')}` : '';
  const wrong = problems > 0 ? `${count(problems, 'problem')}${parts.length > 0 ? ' · ' : ''}` : '';
  const text = `${wrong}${parts.join(', ')}${scope}`;
  // A screen reader reads what changes.
  if (summary.textContent !== text) summary.textContent = text || 'No template';
  summary.className = `summary ${exit === 2 ? 'bad' : failed > 0 ? 'found' : 'good'}`;
}

/** Fills the view that is open. */
async function update() {
  if (view === 'graph') {
    const drawn = await current(engine.ask('graph', request()));
    if (drawn) graph.show(drawn.result);
  }
  if (view === 'values' || parameters.isOpen) {
    const evaluated = await current(engine.ask('evaluate', request()));
    if (!evaluated) return;
    if (parameters.isOpen) parameters.show(evaluated.result);
    if (view === 'values') showValues(byId('view-values'), evaluated.result, (position) => editor.go(position));
  }
}

async function report(format: ReportRequest['format']): Promise<string> {
  const today = new Date().toISOString().slice(0, 10);
  return (await engine.ask('report', { ...request(), format, today }, `report ${format}`)).result;
}

const apply = (text: string) => {
  editor.change(text);
  byId('results').focus();
};

async function fix(finding: Finding) {
  const only = [{ rule: finding.rule, path: finding.path, offset: finding.start?.offset ?? 0 }];
  const answer = await current(engine.ask('fix', { ...request(), fixing: { unsafe: true, only } }));
  const of = finding.fixes[0];
  const notes = of?.note ? [of.note] : [];
  if (answer) offer(clean(of?.title ?? 'Fix', 300), notes, answer.result, false, apply);
}

async function fixAll(isUnsafe: boolean) {
  const answer = await current(engine.ask('fix', { ...request(), fixing: { unsafe: isUnsafe } }));
  const notes = isUnsafe
    ? ['Unsafe fixes can replace, interrupt or delete a resource, deny requests, or cost money. Read the changes first.']
    : [];
  if (answer) offer(isUnsafe ? 'Fix all findings' : 'Fix all findings safely', notes, answer.result, true, apply);
}

/** Shows a file. */
async function open(file: File) {
  if (file.size > MAX_CHARACTERS) {
    fail(new Error('The file is larger than 4 MB. CloudFormation accepts templates of at most 1 MB.'));
    return;
  }
  name = fileName(file.name);
  example.value = '';
  editor.open(await file.text());
}

/** A name that is a path of one step. */
const fileName = (text: string) => {
  const short = clean(text, 200).replace(/[/\\]/g, '_');
  return short === '.' || short === '..' || short === '' ? 'template.yaml' : short;
};

const file = byId<HTMLInputElement>('file');
byId('open').addEventListener('click', () => file.click());
file.addEventListener('change', () => {
  const chosen = file.files?.[0];
  if (chosen) void open(chosen);
  file.value = '';
});

const example = byId<HTMLSelectElement>('example');
example.append(el('option', { value: '' }, 'Choose…'), ...examples.map(({ title }, index) => el('option', { value: String(index), selected: index === 0 }, title)));
example.addEventListener('change', () => {
  const chosen = example.value === '' ? undefined : examples[Number(example.value)];
  if (!chosen) return;
  name = chosen.file;
  parameters.set({});
  editor.open(chosen.text);
});

for (const kind of ['dragenter', 'dragover'] as const) {
  document.addEventListener(kind, (event) => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    document.body.classList.add('dropping');
  }, true);
}
document.addEventListener('dragleave', (event) => {
  if (!event.relatedTarget) document.body.classList.remove('dropping');
});
document.addEventListener('drop', (event) => {
  document.body.classList.remove('dropping');
  const dropped = event.dataTransfer?.files[0];
  if (!dropped) return;
  event.preventDefault();
  event.stopPropagation();
  void open(dropped);
}, true);

byId('save').addEventListener('click', () => download(name, editor.file, 'text/plain'));
profile.addEventListener('change', () => changed());

byId('share').addEventListener('click', () => {
  const shared = { text: editor.text, profile: profile.value, parameters: parameters.given };
  void linkTo(shared).then((link) => {
    if (link === undefined) {
      ask('The template is too large for a link', [el('p', {}, 'Save the template, and share the file instead.')]);
      return;
    }
    const field = el('input', { type: 'text', value: link, readonly: true, 'aria-label': 'Link' });
    field.addEventListener('focus', () => field.select());
    ask('Copy a link with the template', [
      el('p', {}, 'The link contains the whole template. Anyone with the link can read it. Browsers do not send this part of a link to a server.'),
      field,
    ], { text: 'Copy', work: () => void navigator.clipboard.writeText(link) });
  });
});

const shared = await fromLink();
if (shared) {
  profile.value = shared.profile;
  if (profile.selectedIndex < 0) profile.value = 'core';
  parameters.set(shared.parameters);
  example.value = '';
  editor.open(shared.text);
}
show('findings');
clearTimeout(clock);
void lint();
