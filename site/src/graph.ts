// The resources of a template and their relations: as a drawing, and as a list for those who do not see it.
import type { Drawn, Graph } from '../../packages/wasm/src/index.js';
import { clean, count, el, svg } from './dom.js';
import { layOut } from './layout.js';

/** The most resources of a drawing: more are shown around one of them. */
const MAX_NODES = 60;
/** The most rows of the list. */
const MAX_ROWS = 500;

type Node = Graph['nodes'][number];

/** The graph, and the resource around which it is drawn. */
export class GraphView {
  #center = '';
  #drawn: Drawn | undefined;

  constructor(private view: HTMLElement, private go: (line: number) => void) {}

  show(drawn: Drawn) {
    this.#drawn = drawn;
    const { graph, problem } = drawn;
    if (!graph) {
      this.view.replaceChildren(el('p', { class: 'caution' }, clean(problem ?? 'There is no graph.')));
      return;
    }
    if (graph.nodes.length === 0) {
      this.view.replaceChildren(el('p', { class: 'muted' }, 'The template has no resources.'));
      return;
    }
    const ids = graph.nodes.map(({ id }) => id);
    const isLarge = ids.length > MAX_NODES;
    if (!ids.includes(this.#center)) this.#center = '';
    const center = this.#center || (isLarge ? graph.nodes.find(({ findings }) => findings)?.id ?? ids[0] ?? '' : '');
    const choice = el('select', {
      onchange: (event) => {
        this.#center = (event.target as HTMLSelectElement).value;
        if (this.#drawn) this.show(this.#drawn);
        this.view.querySelector('select')?.focus();
      },
    }, ...(isLarge ? [] : [el('option', { value: '' }, 'All resources')]), ...graph.nodes.map(({ id }) =>
      el('option', { value: id, selected: id === center }, clean(id, 100))));
    const part = center ? around(graph, center) : graph;
    const linked = new Set(part.edges.filter(({ from, to }) => from !== to).flatMap(({ from, to }) => [from, to]));
    const [tied, alone] = [part.nodes.filter(({ id }) => linked.has(id)), part.nodes.filter(({ id }) => !linked.has(id))];
    this.view.replaceChildren(
      el('div', { class: 'bar' },
        el('label', { class: 'field' }, el('span', {}, 'Show'), choice),
        el('span', { class: 'muted' }, `${count(part.nodes.length, 'resource')}, ${count(part.edges.length, 'relation')}`)),
      this.#drawing(part, tied),
      ...(alone.length > 0
        ? [el('h2', {}, 'Without relations'), el('ul', { class: 'alone' }, ...alone.slice(0, MAX_ROWS).map((node) => el('li', {}, this.#button(node))))]
        : []),
      this.#key(),
      this.#list(part));
  }

  #drawing(graph: Graph, nodes: Node[]): HTMLElement | '' {
    if (nodes.length === 0) return '';
    const layout = layOut(nodes.map((node) => ({ id: node.id, width: width(node) })), graph.edges);
    const edges = new Map(graph.edges.map((edge) => [`${edge.from}\n${edge.to}`, edge]));
    const routes = layout.routes.map(({ from, to, points }) => {
      const edge = edges.get(`${from}\n${to}`);
      const kind = edge?.inCycle ? 'cycle' : edge?.derived ? 'derived' : 'reference';
      return svg('path', { d: path(points), class: `edge ${kind}`, 'data-from': from, 'data-to': to, 'marker-end': 'url(#arrow)' });
    });
    const boxes = nodes.map((node) => {
      const box = layout.boxes.get(node.id);
      if (!box) return svg('g');
      const [name, type] = seen(node, 30);
      const go = () => this.go(node.line);
      const key = (event: Event) => {
        const { key } = event as KeyboardEvent;
        if (key !== 'Enter' && key !== ' ') return;
        event.preventDefault();
        go();
      };
      const light = (isOn: boolean) => () => {
        for (const route of routes) {
          route.classList.toggle('near', isOn && (route.dataset.from === node.id || route.dataset.to === node.id));
        }
      };
      return svg('g', {
        class: `node ${mark(node)}`, transform: `translate(${box.x} ${box.y})`, role: 'button', tabindex: '0', 'aria-label': named(node, 30),
        onclick: go, onkeydown: key, onfocus: light(true), onblur: light(false), onmouseenter: light(true), onmouseleave: light(false),
      },
      svg('rect', { width: `${box.width}`, height: `${box.height}`, rx: '8' }),
      svg('text', { x: '12', y: '19', class: 'name' }, name), ' ',
      svg('text', { x: '12', y: '36', class: 'type' }, type));
    });
    const [w, h] = [layout.width + 16, layout.height + 16];
    const drawing = svg('svg', { viewBox: `-8 -8 ${w} ${h}`, width: `${w}`, height: `${h}`, role: 'group', 'aria-label': 'Resources and their relations' },
      svg('defs', {}, svg('marker', { id: 'arrow', viewBox: '0 0 8 8', refX: '7', refY: '4', markerWidth: '7', markerHeight: '7', orient: 'auto-start-reverse' },
        svg('path', { d: 'M0 0L8 4L0 8z', class: 'head' }))),
      ...routes, ...boxes);
    return el('div', { class: 'drawing', tabindex: '0', role: 'group', 'aria-label': 'Drawing' }, drawing);
  }

  #button(node: Node): HTMLElement {
    const [name, type] = seen(node, 60);
    return el('button', { type: 'button', class: `resource ${mark(node)}`, onclick: () => this.go(node.line), 'aria-label': named(node, 60) },
      el('b', {}, name), ' ', el('span', { class: 'muted' }, type));
  }

  #key(): HTMLElement {
    const sample = (kind: string) => svg('svg', { width: '34', height: '10', 'aria-hidden': 'true' }, svg('path', { d: 'M1 5H33', class: `edge ${kind}` }));
    return el('p', { class: 'legend muted' }, ...(['reference', 'derived', 'cycle'] as const).map((kind) => el('span', {}, sample(kind), { reference: ' refers to', derived: ' derived from policies or networks', cycle: ' part of a cycle' }[kind])));
  }

  #list(graph: Graph): HTMLElement {
    const rows = graph.edges.slice(0, MAX_ROWS).map(({ from, to, relations }) =>
      el('tr', {}, el('th', { scope: 'row' }, cut(from, 80)),
        el('td', {}, [...new Set(relations.map(({ kind, when }) => clean(when ? `${kind} (${when})` : kind, 200)))].join(', ')),
        el('td', {}, cut(to, 80))));
    const head = el('tr', {}, ...['Resource', 'Relation', 'To'].map((text) => el('th', { scope: 'col' }, text)));
    return el('details', { class: 'part' }, el('summary', {}, 'Relations as a table'),
      el('div', { class: 'scroll', tabindex: '0', role: 'group', 'aria-label': 'Relations' }, el('table', {}, el('thead', {}, head), el('tbody', {}, ...rows))),
      graph.edges.length > rows.length ? el('p', { class: 'muted' }, `The first ${rows.length} of ${graph.edges.length}.`) : undefined);
  }
}

/** A resource and its neighbors. */
function around(graph: Graph, center: string): Graph {
  const near = new Set([center]);
  for (const { from, to } of graph.edges) {
    if (near.size >= MAX_NODES) break;
    if (from === center) near.add(to);
    if (to === center) near.add(from);
  }
  const has = ({ from, to }: { from: string; to: string }) => near.has(from) && near.has(to);
  return { ...graph, nodes: graph.nodes.filter(({ id }) => near.has(id)), edges: graph.edges.filter(has) };
}

const cut = (text: string, length: number) => (clean(text).length > length ? `${clean(text).slice(0, length - 1)}…` : clean(text));

/** The two lines of a box. */
function seen(node: Node, length: number): [string, string] {
  return [cut(node.id, length), `${cut(node.type.replace(/^AWS::/, ''), length)}${node.phi ? ' · PHI' : ''}`];
}

/** The width of a box. */
function width(node: Node): number {
  const [name, type] = seen(node, 30);
  return Math.max(110, 24 + Math.ceil(Math.max(measured(name, '600 13px system-ui, sans-serif'), measured(type, '11.5px system-ui, sans-serif'))));
}

const pen = document.createElement('canvas').getContext('2d');

function measured(text: string, font: string): number {
  if (!pen) return text.length * 8.5;
  pen.font = font;
  return pen.measureText(text).width;
}

function mark({ findings = [] }: Node): string {
  return (['error', 'warning', 'note'] as const).find((level) => findings.some((finding) => finding.level === level)) ?? '';
}

function named(node: Node, length: number): string {
  const findings = node.findings ? `, ${count(node.findings.length, 'rule')} with findings` : '';
  return `${seen(node, length).join(' ')}${findings}: go to line ${node.line}`;
}

/** A smooth line through points. */
function path(points: [number, number][]): string {
  const [first, ...rest] = points;
  if (!first) return '';
  let [x, y] = first;
  return rest.reduce((made, [nextX, nextY]) => {
    const bend = (nextX - x) / 2;
    const part = `C${x + bend} ${y} ${nextX - bend} ${nextY} ${nextX} ${nextY}`;
    [x, y] = [nextX, nextY];
    return made + part;
  }, `M${x} ${y}`);
}
