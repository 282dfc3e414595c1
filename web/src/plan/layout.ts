/** A plan's graph in layers from left to right: what of the drawing is arithmetic. */

export interface LayoutNode {
  readonly state: string;
  readonly critical: boolean;
}

/** A node as it is drawn: one job, or all jobs of a layer that are in one collapsed state. */
export interface Placed {
  /** Places of the jobs it stands for. */
  readonly jobs: readonly number[];
  readonly isBundle: boolean;
  readonly state: string;
  readonly critical: boolean;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PlacedEdge {
  readonly from: number;
  readonly to: number;
  readonly critical: boolean;
}

export interface Layout {
  readonly placed: readonly Placed[];
  readonly edges: readonly PlacedEdge[];
  /** Which drawn node a job is, by its place in the plan. */
  readonly nodeOf: Int32Array;
  readonly width: number;
  readonly height: number;
}

const nodeWidth = 168;
const nodeHeight = 24;
const columnGap = 72;
const rowGap = 8;
/** Columns of one layer stand closer than layers. */
const innerGap = 14;
const sweeps = 4;

/** Longest way from a node without needs, by node; edges lead from what comes first to what waits for it. */
export function layersOf(count: number, edges: readonly (readonly [number, number])[]): Int32Array {
  const layers = new Int32Array(count);
  // plans stand in an order in which they could be run: what comes first has the smaller place
  const sorted = [...edges].sort((a, b) => a[1] - b[1]);
  for (const [from, to] of sorted) layers[to] = Math.max(layers[to] ?? 0, (layers[from] ?? 0) + 1);
  return layers;
}

/** Places all nodes; jobs in a collapsed state are one node in each layer. */
export function layOut(
  nodes: readonly LayoutNode[],
  edges: readonly (readonly [number, number])[],
  collapsed: ReadonlySet<string>,
): Layout {
  const layers = layersOf(nodes.length, edges);
  const drafts = drawn(nodes, layers, collapsed);
  const nodeOf = new Int32Array(nodes.length);
  for (const [at, { jobs }] of drafts.entries()) for (const job of jobs) nodeOf[job] = at;
  const links = linksOf(nodes, edges, nodeOf);
  const columns = inOrder(drafts, links);
  return { ...placeAll(drafts, columns), edges: links, nodeOf };
}

interface Draft {
  readonly jobs: number[];
  readonly isBundle: boolean;
  readonly state: string;
  readonly critical: boolean;
  readonly layer: number;
}

function drawn(
  nodes: readonly LayoutNode[],
  layers: Int32Array,
  collapsed: ReadonlySet<string>,
): readonly Draft[] {
  const bundles = new Map<string, Draft>();
  const drafts: Draft[] = [];
  for (const [at, { state, critical }] of nodes.entries()) {
    const layer = layers[at] ?? 0;
    // the critical path stays visible, whatever is collapsed
    if (!collapsed.has(state) || critical) {
      drafts.push({ jobs: [at], isBundle: false, state, critical, layer });
      continue;
    }
    const key = `${layer} ${state}`;
    const known = bundles.get(key);
    if (known) known.jobs.push(at);
    else {
      const made: Draft = { jobs: [at], isBundle: true, state, critical: false, layer };
      bundles.set(key, made);
      drafts.push(made);
    }
  }
  return drafts;
}

function linksOf(
  nodes: readonly LayoutNode[],
  edges: readonly (readonly [number, number])[],
  nodeOf: Int32Array,
): readonly PlacedEdge[] {
  const links = new Map<string, PlacedEdge>();
  for (const [a, b] of edges) {
    const from = nodeOf[a] ?? 0;
    const to = nodeOf[b] ?? 0;
    if (from === to) continue;
    const critical = nodes[a]?.critical === true && nodes[b]?.critical === true;
    const key = `${from} ${to}`;
    if (critical || !links.has(key)) links.set(key, { from, to, critical });
  }
  return [...links.values()];
}

/** Nodes of each layer from top to bottom, so that few edges cross: each goes to the middle of its neighbours, some times. */
function inOrder(drafts: readonly Draft[], links: readonly PlacedEdge[]): readonly (readonly number[])[] {
  const columns: number[][] = [];
  for (const [at, { layer }] of drafts.entries()) {
    let column = columns[layer];
    if (!column) {
      column = [];
      columns[layer] = column;
    }
    column.push(at);
  }
  const before = drafts.map((): number[] => []);
  const behind = drafts.map((): number[] => []);
  for (const { from, to } of links) {
    behind[from]?.push(to);
    before[to]?.push(from);
  }
  const place = new Float64Array(drafts.length);
  const note = (column: readonly number[]): void => {
    for (const [row, at] of column.entries())
      place[at] = column.length === 1 ? 0.5 : row / (column.length - 1);
  };
  const filled = columns.filter((column) => column !== undefined);
  for (const column of filled) note(column);
  for (let sweep = 0; sweep < sweeps; sweep += 1) {
    const isForward = sweep % 2 === 0;
    for (const column of isForward ? filled : [...filled].reverse()) {
      const keys = new Map(
        column.map((at) => [at, middle((isForward ? before : behind)[at] ?? [], place) ?? place[at] ?? 0]),
      );
      column.sort((a, b) => (keys.get(a) ?? 0) - (keys.get(b) ?? 0) || a - b);
      note(column);
    }
  }
  return filled;
}

function middle(others: readonly number[], place: Float64Array): number | undefined {
  if (others.length === 0) return undefined;
  let sum = 0;
  for (const other of others) sum += place[other] ?? 0;
  return sum / others.length;
}

/** Coordinates; a layer with very many nodes gets several columns, as high as makes the whole about as wide as a screen is. */
function placeAll(
  drafts: readonly Draft[],
  columns: readonly (readonly number[])[],
): Pick<Layout, 'placed' | 'width' | 'height'> {
  let most = 12;
  let size = sizeOf(columns, most);
  while (size.width > screenShape * size.height && columns.some(({ length }) => length > most)) {
    most = Math.ceil(most * 1.25);
    size = sizeOf(columns, most);
  }
  const placed: Placed[] = [];
  let x = 0;
  for (const column of columns) {
    const { rows, width } = columnShape(column.length, most);
    for (const [place, at] of column.entries()) {
      const { layer: _, ...draft } = drafts[at] as Draft;
      placed[at] = {
        ...draft,
        x: x + Math.floor(place / rows) * (nodeWidth + innerGap),
        y: (place % rows) * (nodeHeight + rowGap),
        width: nodeWidth,
        height: nodeHeight,
      };
    }
    x += width + columnGap;
  }
  return { placed: centered(placed, size.height), ...size };
}

const screenShape = 1.5;

/** Rows and width of a layer when no column of it may have more than so many rows. */
function columnShape(count: number, most: number): { readonly rows: number; readonly width: number } {
  const wide = Math.ceil(count / most);
  return { rows: Math.ceil(count / wide), width: wide * (nodeWidth + innerGap) - innerGap };
}

function sizeOf(
  columns: readonly (readonly number[])[],
  most: number,
): { readonly width: number; readonly height: number } {
  let width = 0;
  let height = 0;
  for (const { length } of columns) {
    const shape = columnShape(length, most);
    width += shape.width + columnGap;
    height = Math.max(height, shape.rows * (nodeHeight + rowGap));
  }
  return { width: Math.max(0, width - columnGap), height };
}

/** Short columns stand in the middle of the height. */
function centered(placed: readonly Placed[], height: number): readonly Placed[] {
  const lowest = new Map<number, number>();
  for (const { x, y } of placed) lowest.set(x, Math.max(lowest.get(x) ?? 0, y + nodeHeight));
  return placed.map((one) => ({ ...one, y: one.y + (height - (lowest.get(one.x) ?? 0)) / 2 }));
}

/** Which node is nearest in a direction: `left` and `right` along edges, `up` and `down` within the column. */
export function neighbour(
  layout: Layout,
  at: number,
  direction: 'left' | 'right' | 'up' | 'down',
): number | undefined {
  const here = layout.placed[at];
  if (!here) return undefined;
  const candidates =
    direction === 'up' || direction === 'down'
      ? layout.placed.flatMap(({ x, y }, other) =>
          x === here.x && (direction === 'up' ? y < here.y : y > here.y) ? [other] : [],
        )
      : layout.edges.flatMap(({ from, to }) =>
          direction === 'right' ? (from === at ? [to] : []) : to === at ? [from] : [],
        );
  const away = (other: number): number => {
    const { y = 0, critical = false } = layout.placed[other] ?? {};
    return Math.abs(y - here.y) - (critical && here.critical ? 1e6 : 0);
  };
  return candidates.sort((a, b) => away(a) - away(b))[0];
}

/** States that are collapsed at first: of large plans what is done or up to date. */
export function firstCollapsed(nodes: readonly LayoutNode[]): ReadonlySet<string> {
  if (nodes.length <= 120) return new Set();
  const counts = new Map<string, number>();
  for (const { state } of nodes) counts.set(state, (counts.get(state) ?? 0) + 1);
  return new Set(
    [...counts]
      .filter(([state, count]) => count > 40 && /^(already-built|succeeded|skipped|canceled)$/.test(state))
      .map(([state]) => state),
  );
}
