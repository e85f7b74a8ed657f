// Places for the resources of a graph: in layers from left to right, so that most arrows point right.

export type Box = { id: string; x: number; y: number; width: number; height: number };
export type Route = { from: string; to: string; points: [number, number][] };
export type Layout = { boxes: Map<string, Box>; routes: Route[]; width: number; height: number };

const HEIGHT = 46;
const GAP_X = 64;
const GAP_Y = 18;
/** Rounds in which neighbors draw each other near. */
const ROUNDS = 8;

type Slot = { id: string; layer: number; width: number; order: number; isBend: boolean; before: Slot[]; after: Slot[] };

/** Lays out nodes, with the width of each, and edges between them. */
export function layOut(nodes: { id: string; width: number }[], edges: { from: string; to: string }[]): Layout {
  const links = acyclic(nodes.map(({ id }) => id), edges.filter(({ from, to }) => from !== to));
  const layers = layersOf(nodes.map(({ id }) => id), links);
  const slots = new Map<string, Slot>();
  const columns: Slot[][] = [];
  const put = (slot: Slot) => {
    (columns[slot.layer] ??= []).push(slot);
    slot.order = (columns[slot.layer]?.length ?? 1) - 1;
    return slot;
  };
  const slot = (id: string, layer: number, width: number, isBend: boolean): Slot =>
    put({ id, layer, width, order: 0, isBend, before: [], after: [] });
  for (const { id, width } of nodes) slots.set(id, slot(id, layers.get(id) ?? 0, width, false));
  // An edge across several layers bends in each of them, so that it passes between the boxes.
  const chains = links.map(({ from, to, isTurned }) => {
    const [start, end] = [slots.get(from), slots.get(to)];
    if (!start || !end) return { from, to, isTurned, chain: [] as Slot[] };
    const chain = [start];
    for (let layer = start.layer + 1; layer < end.layer; layer++) chain.push(slot(`${from}\n${to}\n${layer}`, layer, 0, true));
    chain.push(end);
    for (let at = 1; at < chain.length; at++) {
      chain[at - 1]?.after.push(chain[at] as Slot);
      chain[at]?.before.push(chain[at - 1] as Slot);
    }
    return { from, to, isTurned, chain };
  });
  order(columns);
  return placed(columns, slots, chains);
}

type Link = { from: string; to: string; isTurned: boolean };

/** The edges, of which those are turned that close a cycle. */
function acyclic(ids: string[], edges: { from: string; to: string }[]): Link[] {
  const after = new Map<string, string[]>();
  for (const { from, to } of edges) after.set(from, [...(after.get(from) ?? []), to]);
  const state = new Map<string, 'open' | 'done'>();
  const turned = new Set<string>();
  for (const root of ids) {
    if (state.has(root)) continue;
    const stack: { id: string; next: number }[] = [{ id: root, next: 0 }];
    state.set(root, 'open');
    while (stack.length > 0) {
      const top = stack[stack.length - 1] as { id: string; next: number };
      const to = (after.get(top.id) ?? [])[top.next++];
      if (to === undefined) {
        state.set(top.id, 'done');
        stack.pop();
      } else if (state.get(to) === 'open') {
        turned.add(`${top.id}\n${to}`);
      } else if (!state.has(to)) {
        state.set(to, 'open');
        stack.push({ id: to, next: 0 });
      }
    }
  }
  return edges.map(({ from, to }) =>
    turned.has(`${from}\n${to}`) ? { from: to, to: from, isTurned: true } : { from, to, isTurned: false });
}

/** The longest way to each node. */
function layersOf(ids: string[], links: Link[]): Map<string, number> {
  const layers = new Map(ids.map((id) => [id, 0]));
  const open = new Map(ids.map((id) => [id, 0]));
  const after = new Map<string, string[]>();
  for (const { from, to } of links) {
    open.set(to, (open.get(to) ?? 0) + 1);
    after.set(from, [...(after.get(from) ?? []), to]);
  }
  const ready = ids.filter((id) => open.get(id) === 0);
  for (let at = 0; at < ready.length; at++) {
    const id = ready[at] as string;
    for (const to of after.get(id) ?? []) {
      layers.set(to, Math.max(layers.get(to) ?? 0, (layers.get(id) ?? 0) + 1));
      open.set(to, (open.get(to) ?? 0) - 1);
      if (open.get(to) === 0) ready.push(to);
    }
  }
  return layers;
}

/** Orders each layer by the middle of its neighbors. */
function order(columns: Slot[][]) {
  const middle = (slot: Slot, neighbors: Slot[]) =>
    neighbors.length === 0 ? slot.order : neighbors.reduce((sum, other) => sum + other.order, 0) / neighbors.length;
  for (let round = 0; round < ROUNDS; round++) {
    const isForward = round % 2 === 0;
    for (const column of isForward ? columns : columns.toReversed()) {
      const keyed = column.map((slot) => ({ slot, key: middle(slot, isForward ? slot.before : slot.after) }));
      keyed.sort((one, other) => one.key - other.key);
      keyed.forEach(({ slot }, index) => {
        slot.order = index;
        column[index] = slot;
      });
    }
  }
}

function placed(columns: Slot[][], slots: Map<string, Slot>, chains: (Link & { chain: Slot[] })[]): Layout {
  const places = new Map<Slot, Box>();
  const heights = columns.map((column) =>
    column.reduce((sum, slot) => sum + (slot.isBend ? GAP_Y : HEIGHT + GAP_Y), 0));
  const height = Math.max(HEIGHT, ...heights);
  let x = 0;
  columns.forEach((column, index) => {
    const width = Math.max(0, ...column.map((slot) => slot.width));
    let y = (height - (heights[index] ?? 0)) / 2;
    for (const slot of column) {
      const own = slot.isBend ? 0 : HEIGHT;
      places.set(slot, { id: slot.id, x, y, width: slot.isBend ? width : slot.width, height: own });
      y += own + GAP_Y;
    }
    x += width + GAP_X;
  });
  const boxes = new Map([...slots].flatMap(([id, slot]) => {
    const box = places.get(slot);
    return box ? [[id, box] as const] : [];
  }));
  const routes = chains.map(({ from, to, isTurned, chain }) => {
    const points = chain.flatMap((slot, index): [number, number][] => {
      const box = places.get(slot);
      if (!box) return [];
      const y = box.y + box.height / 2;
      const [left, right]: [number, number][] = [[box.x, y], [box.x + box.width, y]];
      if (index === 0) return [right as [number, number]];
      return index === chain.length - 1 ? [left as [number, number]] : [left as [number, number], right as [number, number]];
    });
    return isTurned ? { from: to, to: from, points: points.toReversed() } : { from, to, points };
  });
  return { boxes, routes, width: Math.max(0, x - GAP_X), height };
}
