// Elements. Texts become text nodes, never markup.

type Child = Node | string | undefined | false;
type Attributes = Record<string, string | boolean | ((event: Event) => void) | undefined>;

/** An element with attributes (`onclick` and the like are listeners) and children. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  set(made, attributes, children);
  return made;
}

/** The same of a drawing. */
export function svg(tag: string, attributes: Attributes = {}, ...children: Child[]): SVGElement {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
  set(made, attributes, children);
  return made;
}

function set(made: Element, attributes: Attributes, children: Child[]) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, '');
    else if (typeof value === 'string') made.setAttribute(name, value);
  }
  made.append(...children.filter((child): child is Node | string => child !== undefined && child !== false));
}

/** The element of the page with an id. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found as T;
}

/** Characters that change how the text around them is read. */
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/gu;

/** A text of a template, at most so long, in which nothing is hidden. */
export function clean(text: string, limit = 2000): string {
  const short = text.length > limit ? `${text.slice(0, limit)}…` : text;
  return short.replace(UNSEEN, '\ufffd');
}

/** A text whose parts between backticks are code. */
export function prose(text: string): Node[] {
  const parts = clean(text, 4000).split('`');
  // Without a partner, a backtick is one.
  if (parts.length % 2 === 0) return [document.createTextNode(parts.join('`'))];
  return parts.map((part, index) => (index % 2 === 1 ? el('code', {}, part) : document.createTextNode(part)));
}

/** The Markdown of rules: paragraphs, lists, code, links. */
export function markdown(text: string): Node[] {
  const blocks: Node[] = [];
  const lines = text.split('\n');
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] ?? '';
    if (line.startsWith('```')) {
      const end = lines.findIndex((other, index) => index > at && other.startsWith('```'));
      const last = end < 0 ? lines.length : end;
      blocks.push(el('pre', { tabindex: '0' }, el('code', {}, lines.slice(at + 1, last).join('\n'))));
      at = last + 1;
    } else if (/^\s*([-*]|\d+\.)\s/.test(line)) {
      const isNumbered = /^\s*\d/.test(line);
      const items: string[] = [];
      while (at < lines.length && (lines[at] ?? '').trim() !== '') {
        const item = lines[at] ?? '';
        if (/^\s*([-*]|\d+\.)\s/.test(item)) items.push(item.replace(/^\s*([-*]|\d+\.)\s+/, ''));
        else items.push(`${items.pop() ?? ''} ${item.trim()}`);
        at++;
      }
      blocks.push(el(isNumbered ? 'ol' : 'ul', {}, ...items.map((item) => el('li', {}, ...inline(item)))));
    } else if (line.trim() === '') {
      at++;
    } else {
      const words: string[] = [];
      while (at < lines.length && (lines[at] ?? '').trim() !== '' && !(lines[at] ?? '').startsWith('```')) {
        words.push((lines[at] ?? '').trim());
        at++;
      }
      blocks.push(el('p', {}, ...inline(words.join(' '))));
    }
  }
  return blocks;
}

const INLINE = /`([^`]+)`|\[([^\]]+)\]\((https:\/\/[^)\s]+)\)|\*\*([^*]+)\*\*|\*([^*\s][^*]*)\*/g;

function inline(text: string): Node[] {
  const nodes: Node[] = [];
  let end = 0;
  for (const match of text.matchAll(INLINE)) {
    nodes.push(document.createTextNode(text.slice(end, match.index)));
    end = match.index + match[0].length;
    const [, code, words, address, strong, emphasis] = match;
    if (code !== undefined) nodes.push(el('code', {}, code));
    else if (words !== undefined && address !== undefined) nodes.push(link(words, address));
    else if (strong !== undefined) nodes.push(el('strong', {}, strong));
    else nodes.push(el('em', {}, emphasis ?? ''));
  }
  nodes.push(document.createTextNode(text.slice(end)));
  return nodes;
}

/** A link to another host, which a person may follow. */
export function link(words: string, address: string): HTMLElement {
  if (!address.startsWith('https://')) return el('span', {}, words);
  return el('a', { href: address, rel: 'noreferrer noopener', target: '_blank' }, words);
}

/** Lets a person keep a text as a file. */
export function download(name: string, text: string, type: string) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  el('a', { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** `1 finding`, `2 findings`. */
export const count = (number: number, noun: string, plural = `${noun}s`) =>
  `${number.toLocaleString('en-US')} ${number === 1 ? noun : plural}`;
