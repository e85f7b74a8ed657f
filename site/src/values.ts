// The evaluated template: each value, with the choices that lead to it.
import type { Content, Evaluated, Position, Value } from '../../packages/wasm/src/index.js';
import { clean, el, prose } from './dom.js';

/** The most entries of a list or map that are shown. */
const MAX_ENTRIES = 300;

export function showValues(view: HTMLElement, evaluated: Evaluated, go: (position: Position) => void) {
  const problems = evaluated.problems.map((problem) => el('p', { class: 'caution' }, ...prose(problem)));
  const parts = evaluated.values?.deployments.flatMap((deployment) => deployment.parts) ?? [];
  const sections = ['Parameters', 'Conditions', 'Resources', 'Outputs'].flatMap((name) => {
    const own = parts.filter((part) => part.section === name).slice(0, MAX_ENTRIES * 4);
    if (own.length === 0) return [];
    return [el('section', {}, el('h2', {}, `${name} `, el('span', { class: 'number' }, `${own.length}`)), ...own.map((part) => {
      const label = [el('b', {}, clean(part.name, 200)), part.type ? el('span', { class: 'muted' }, ` ${clean(part.type, 200)}`) : ''];
      const { start } = part.value;
      const line = start ? el('button', { type: 'button', class: 'line', onclick: () => go(start), 'aria-label': `${clean(part.name, 200)}: go to line ${start.line}` }, `Line ${start.line}`) : '';
      if (isShort(part.value)) return el('div', { class: 'entry' }, el('div', {}, ...label, ': ', ...short(part.value)), line);
      const body = el('div', { class: 'body' });
      const fill = () => {
        if (body.childElementCount === 0) body.append(line, ...alternatives(part.value));
      };
      return el('details', { class: 'part', ontoggle: fill }, el('summary', {}, ...label), body);
    }))];
  });
  view.replaceChildren(...problems, ...sections);
  if (sections.length === 0 && problems.length === 0) view.replaceChildren(el('p', { class: 'muted' }, 'There is nothing to evaluate.'));
}

const isSimple = (content: Content | null) => content === null || content.kind === 'value' || content.kind === 'text';

const isShort = ({ alternatives, note }: Value) => !note && alternatives.every(({ content }) => isSimple(content));

/** Values without entries, on one line. */
function short({ alternatives }: Value): Node[] {
  return alternatives.flatMap(({ when, content }, index) => [
    index > 0 ? document.createTextNode('; ') : document.createTextNode(''),
    scalar(content),
    when ? el('span', { class: 'choice' }, ` if ${clean(when, 500)}`) : document.createTextNode(''),
  ]);
}

function alternatives(value: Value): Node[] {
  const note = value.note ? [el('p', { class: 'muted' }, ...prose(value.note))] : [];
  return [...note, ...value.alternatives.flatMap(({ when, content }) => [
    ...(when ? [el('p', { class: 'choice' }, `If ${clean(when, 500)}:`)] : []),
    shown(content),
  ])];
}

function shown(content: Content | null): Node {
  if (content?.kind === 'list') {
    const items = content.items.slice(0, MAX_ENTRIES).map((item) => el('li', {}, ...(isShort(item) ? short(item) : alternatives(item))));
    return items.length > 0 ? el('ol', { class: 'tree', start: '0' }, ...items) : el('span', { class: 'muted' }, 'empty list');
  }
  if (content?.kind === 'map') {
    const entries = content.entries.slice(0, MAX_ENTRIES).map(({ key, value }) =>
      el('li', {}, el('span', { class: 'key' }, `${clean(key, 200)}: `), ...(isShort(value) ? short(value) : alternatives(value))));
    return entries.length > 0 ? el('ul', { class: 'tree' }, ...entries) : el('span', { class: 'muted' }, 'empty map');
  }
  return scalar(content);
}

function scalar(content: Content | null): Node {
  if (content === null) return el('span', { class: 'muted' }, 'absent');
  if (content.kind === 'value') return el('code', {}, clean(typeof content.value === 'string' ? content.value : JSON.stringify(content.value), 500));
  if (content.kind === 'text') {
    return el('code', {}, ...content.parts.slice(0, 100).map((part) => {
      if ('unknown' in part) return el('span', { class: 'unknown', title: clean(part.reason, 300) }, clean(part.unknown, 200));
      return 'secret' in part ? el('span', { class: 'muted' }, clean(part.secret, 200)) : clean(part.text, 500);
    }));
  }
  return shown(content);
}
