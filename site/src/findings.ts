// What was found: a card for each finding, and what was not decided or not looked at.
import type { Diagnostic, Finding, Linted, NotLookedAt, Position } from '../../packages/wasm/src/index.js';
import { clean, count, el, link, markdown, prose } from './dom.js';
import type { Mark } from './editor.js';

/** The most cards of a list until someone wants more. */
const PAGE = 100;

export type Actions = {
  go(position: Position): void;
  fix(finding: Finding): void;
  fixAll(isUnsafe: boolean): void;
};

const SEVERITY = { critical: 'Critical', high: 'High', medium: 'Medium', low: 'Low' };

/** `When Env is dev or test` */
const capitalized = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

const sentence = (text: string) => (/[.!?]$/.test(text.trimEnd()) ? text : `${text}.`);

/** The marks of the editor. */
export function marks({ report, rules }: Linted): Mark[] {
  const of = (finding: Finding): Mark[] => {
    if (!finding.start) return [];
    const severity = { error: 'error', warning: 'warning', note: 'info' } as const;
    const title = rules[finding.rule]?.title ?? finding.rule;
    return [{
      start: finding.start,
      end: finding.end,
      severity: finding.outcome === 'undecided' ? 'hint' : severity[finding.level],
      message: clean(`${title}. ${finding.message}`),
      render: () => el('div', { class: 'tip' },
        el('strong', {}, finding.outcome === 'undecided' ? `Undecided: ${title}` : title),
        el('p', {}, ...prose(sentence(finding.message))),
        finding.when ? el('p', { class: 'when' }, ...prose(sentence(capitalized(finding.when)))) : undefined,
        el('p', { class: 'muted' }, [finding.rule, ...finding.controls].join(' · '))),
    }];
  };
  const wrong = (diagnostic: Diagnostic): Mark[] => diagnostic.start
    ? [{
        start: diagnostic.start,
        end: diagnostic.end,
        severity: diagnostic.severity === 'error' ? 'error' : 'info',
        message: clean(diagnostic.message),
        render: () => el('div', { class: 'tip' }, el('p', {}, ...prose(sentence(capitalized(diagnostic.message)))),
          diagnostic.help ? el('p', {}, ...prose(diagnostic.help)) : undefined),
      }]
    : [];
  return [...report.findings.flatMap(of), ...report.diagnostics.flatMap(wrong)];
}

type Card = { json: string; element: HTMLElement };

/** The list, which keeps the cards that did not change: their focus and what was opened in them. */
export class Findings {
  #cards = new Map<string, Card>();
  #shown = { fail: PAGE, undecided: PAGE };
  #last: Linted | undefined;

  constructor(private view: HTMLElement, private actions: Actions) {}

  /** Shows results. */
  show(linted: Linted) {
    this.#last = linted;
    const { report } = linted;
    const failed = report.findings.filter((finding) => finding.outcome === 'fail');
    const undecided = report.findings.filter((finding) => finding.outcome === 'undecided');
    const used = new Map<string, Card>();
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement : undefined;
    const errors = report.diagnostics.filter((diagnostic) => diagnostic.severity === 'error');
    const notes = report.diagnostics.filter((diagnostic) => diagnostic.severity === 'note');
    const sections = [
      section('Problems', errors.length, ...errors.slice(0, PAGE).map((diagnostic) => this.#problem(diagnostic))),
      failed.length > 0 && el('section', {}, heading('Findings', failed.length), this.#fixes(linted),
        ...this.#list(failed, 'fail', linted, used)),
      failed.length === 0 && errors.length === 0 && this.#nothing(linted),
      section('Undecided', undecided.length,
        el('p', { class: 'muted' }, 'These checks need a value that the template does not specify. Set parameters to decide them.'),
        ...this.#list(undecided, 'undecided', linted, used)),
      section('Exceptions', report.exceptions.length, this.#exceptions(linted)),
      section('Not looked at', missed(report.summary.not_looked_at).length,
        el('ul', { class: 'plain' }, ...missed(report.summary.not_looked_at).map((text) => el('li', {}, ...prose(text))))),
      section('Notes', notes.length, ...notes.slice(0, PAGE).map((diagnostic) => this.#problem(diagnostic))),
    ];
    this.view.replaceChildren(...sections.filter((one): one is HTMLElement => one instanceof HTMLElement));
    this.#cards = used;
    // A card that was moved loses the focus on the way.
    if (focused?.isConnected && this.view.contains(focused)) focused.focus({ preventScroll: true });
  }

  #list(findings: Finding[], kind: 'fail' | 'undecided', linted: Linted, used: Map<string, Card>): Node[] {
    const limit = this.#shown[kind];
    const cards = findings.slice(0, limit).map((finding) => this.#card(finding, linted, used));
    const rest = findings.length - cards.length;
    if (rest > 0) {
      const more = () => {
        this.#shown[kind] += 10 * PAGE;
        if (this.#last) this.show(this.#last);
      };
      cards.push(el('button', { type: 'button', onclick: more }, `Show more (${rest.toLocaleString('en-US')})`));
    }
    return cards;
  }

  #card(finding: Finding, linted: Linted, used: Map<string, Card>): HTMLElement {
    const base = `${finding.rule}\n${finding.path}\n${finding.subject.name}\n${finding.message}`;
    let key = base;
    for (let number = 1; used.has(key); number++) key = `${base}\n${number}`;
    const json = JSON.stringify(finding);
    const known = this.#cards.get(key);
    if (known?.json === json) {
      used.set(key, known);
      return known.element;
    }
    const element = this.#made(finding, linted);
    if (known?.element.querySelector('details')?.open) element.querySelector('details')?.setAttribute('open', '');
    used.set(key, { json, element });
    return element;
  }

  #made(finding: Finding, { rules, citations }: Linted): HTMLElement {
    const rule = rules[finding.rule];
    const title = rule?.title ?? finding.title ?? finding.rule;
    const isUndecided = finding.outcome === 'undecided';
    const fix = finding.fixes[0];
    const cited = finding.controls.map((id) => el('li', {}, el('b', {}, `45 CFR ${id}`), ` ${citations[id] ?? ''}`));
    const related = finding.related.filter((place) => place.start).slice(0, 20);
    const more = el('details', {},
      el('summary', {}, 'Why it matters, and how to fix it'),
      el('div', { class: 'more' },
        el('h4', {}, 'Remediation'), ...markdown(finding.remediation ?? rule?.remediation ?? ''),
        el('h4', {}, 'Why'), ...markdown(rule?.why ?? ''),
        el('h4', {}, 'HIPAA Security Rule'), el('ul', { class: 'plain' }, ...cited),
        ...(related.length > 0
          ? [el('h4', {}, 'Related places'), el('ul', { class: 'plain' }, ...related.map((place) =>
              el('li', {}, this.#line(place.start as Position, 'Related: '), ' ', ...prose(place.message))))]
          : []),
        el('p', { class: 'muted' }, finding.url ? link(finding.rule, finding.url) : finding.rule, ' · ', clean(finding.path, 200))));
    const place = finding.start ? `${finding.start.line}:${finding.start.column}` : '';
    return el('article', { class: `card ${isUndecided ? 'undecided' : finding.severity}`, 'data-rule': finding.rule, 'data-outcome': finding.outcome, 'data-place': place },
      el('header', {},
        el('span', { class: 'badge' }, isUndecided ? 'Undecided' : SEVERITY[finding.severity]),
        el('h3', {}, ...prose(title)),
        finding.start ? this.#line(finding.start, `${title}: `) : undefined),
      el('p', {}, ...prose(sentence(finding.message))),
      finding.when ? el('p', { class: 'when' }, ...prose(sentence(capitalized(finding.when)))) : undefined,
      el('div', { class: 'foot' }, more,
        fix && fix.applicability !== 'display' && !isUndecided
          ? el('button', { type: 'button', class: 'fix', onclick: () => this.actions.fix(finding), 'aria-label': `Show fix: ${clean(fix.title, 200)}` }, 'Show fix')
          : undefined));
  }

  #line(position: Position, what: string): HTMLElement {
    const go = () => this.actions.go(position);
    return el('button', { type: 'button', class: 'line', onclick: go, 'aria-label': `${clean(what, 200)}go to line ${position.line}` }, `Line ${position.line}`);
  }

  #fixes({ report }: Linted): HTMLElement | undefined {
    const { safe = 0, unsafe = 0 } = report.summary.fixable ?? {};
    if (safe + unsafe === 0) return undefined;
    const button = (text: string, isUnsafe: boolean) =>
      el('button', { type: 'button', onclick: () => this.actions.fixAll(isUnsafe) }, text);
    return el('div', { class: 'actions' },
      safe > 0 ? button(`Fix ${count(safe, 'finding')} safely…`, false) : undefined,
      unsafe > 0 ? button(`Fix ${count(safe + unsafe, 'finding')}, including unsafe fixes…`, true) : undefined);
  }

  #nothing({ report: { summary } }: Linted): HTMLElement | undefined {
    if (summary.templates === 0) return undefined;
    return el('section', { class: 'clear' }, el('h2', {}, 'No findings in what was checked'),
      el('p', {}, `${count(summary.passed, 'check')} passed.`));
  }

  #problem(diagnostic: Diagnostic): HTMLElement {
    const place = diagnostic.start ? `${diagnostic.start.line}:${diagnostic.start.column}` : '';
    return el('article', { class: `card ${diagnostic.severity === 'error' ? 'high' : 'note'}`, 'data-code': diagnostic.code, 'data-place': place },
      el('header', {},
        el('span', { class: 'badge' }, diagnostic.severity === 'error' ? 'Error' : 'Note'),
        el('h3', {}, ...prose(sentence(capitalized(diagnostic.message)))),
        diagnostic.start ? this.#line(diagnostic.start, 'Problem: ') : undefined),
      diagnostic.help ? el('p', {}, ...prose(diagnostic.help)) : undefined);
  }

  #exceptions({ report }: Linted): HTMLElement {
    const state: Record<string, string> = {
      'in-force': 'in force', 'not-checked': 'not checked', unused: 'unused', expired: 'expired',
      'without-reason': 'without a reason', 'unknown-rule': 'unknown rule', malformed: 'malformed',
    };
    return el('ul', { class: 'plain' }, ...report.exceptions.slice(0, PAGE).map((exception) =>
      el('li', {}, el('code', {}, clean(exception.id, 200)), `: ${state[exception.state] ?? exception.state}. `,
        exception.findings > 0 ? `Suppresses ${count(exception.findings, 'finding')}. ` : undefined,
        ...prose(exception.reason ?? 'No reason is given.'), ' ',
        exception.start ? this.#line(exception.start, 'Exception: ') : undefined)));
  }
}

function heading(title: string, number: number): HTMLElement {
  return el('h2', {}, `${title} `, el('span', { class: 'number' }, number.toLocaleString('en-US')));
}

function section(title: string, number: number, ...children: Node[]): HTMLElement | undefined {
  return number > 0 ? el('section', {}, heading(title, number), ...children) : undefined;
}

/** What no rule judged, as sentences. */
function missed(gaps: NotLookedAt): string[] {
  const types = gaps.types.slice(0, PAGE).map(({ type, resources, profile }) =>
    `${count(resources, 'resource')} of type \`${type}\`: ${profile ? `profile ${profile} has rules for it.` : 'no rule is about it.'}`);
  const others: [number, string, string][] = [
    [gaps.unreadable_types, 'resource', 'whose `Type` cannot be read'],
    [gaps.unknown_types, 'resource', 'of an unknown type'],
    [gaps.not_transformed, 'resource', 'that a macro changes'],
    [gaps.sam_resources, 'SAM resource', 'that is not expanded'],
    [gaps.sam_events, 'SAM event', 'that is not expanded'],
    [gaps.sam_connectors, 'SAM connector', 'that is not expanded'],
    [gaps.inner_templates, 'template', 'in a property'],
    [gaps.templates_not_found, 'nested template', 'that this page does not have'],
  ];
  return [...types, ...others.filter(([number]) => number > 0).map(([number, noun, what]) => `${count(number, noun)} ${what}.`)];
}
