// A fix as a diff, to apply or not.
import type { Fixed } from '../../packages/wasm/src/index.js';
import { byId, clean, count, el } from './dom.js';

/** The most lines of a diff that are shown. */
const MAX_LINES = 2000;

/** A unified diff with a class for each line. */
export function shownDiff(diff: string): HTMLElement {
  const lines = diff.split('\n').slice(0, MAX_LINES);
  const kind = (line: string) => {
    if (line.startsWith('+++') || line.startsWith('---')) return 'file';
    return { '+': 'added', '-': 'removed', '@': 'place' }[line.charAt(0)] ?? 'same';
  };
  const shown = lines.map((line) => el('span', { class: kind(line) }, `${clean(line)}\n`));
  return el('pre', { class: 'diff', tabindex: '0', role: 'group', 'aria-label': 'Changes' }, ...shown);
}

/** Shows a dialog. */
export function ask(title: string, content: Node[], confirm?: { text: string; work(): void }) {
  const dialog = byId<HTMLDialogElement>('dialog');
  const close = () => dialog.close();
  const agree = () => {
    dialog.close();
    confirm?.work();
  };
  dialog.replaceChildren(
    el('h2', { id: 'dialog-title' }, title),
    el('div', { class: 'content' }, ...content),
    el('div', { class: 'actions' },
      confirm ? el('button', { type: 'button', class: 'primary', onclick: agree }, confirm.text) : undefined,
      el('button', { type: 'button', onclick: close }, confirm ? 'Cancel' : 'Close')));
  dialog.showModal();
}

/** Shows what was fixed, and applies it if a person agrees. */
export function offer(title: string, notes: string[], fixed: Fixed, isAll: boolean, apply: (text: string) => void) {
  const file = fixed.files[0];
  if (!file) {
    ask(title, [el('p', {}, 'hipaalint linted the fixed template again and took the fix back. Nothing was changed.'),
      ...notes.map((note) => el('p', {}, clean(note)))]);
    return;
  }
  const { fixes } = fixed;
  const left = (fixes?.not_fixed ?? []).filter(({ reason }) => isAll && reason !== 'unsafe');
  const number = left.reduce((sum, { findings }) => sum + findings, 0);
  ask(title, [
    ...notes.map((note) => el('p', { class: 'caution' }, clean(note))),
    el('p', { class: 'muted' }, `Fixes ${count(fixes?.fixed ?? 0, 'finding')}. hipaalint linted the result again: the change adds no finding.`),
    number > 0 ? el('p', { class: 'muted' }, `${count(number, 'finding')} cannot be fixed automatically.`) : el('span'),
    shownDiff(file.diff),
  ], { text: 'Apply', work: () => apply(file.text) });
}
