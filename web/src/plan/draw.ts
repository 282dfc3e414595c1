import type { PlanGraph } from '../../../src/api/index.ts';
import { signOf, toneOf } from '../pieces/states.ts';
import type { Layout, Placed } from './layout.ts';

/** What of the graph is seen: pixels for each unit, and where the origin is, in units. */
export interface Frame {
  readonly scale: number;
  readonly left: number;
  readonly top: number;
}

/** What is drawn. */
export interface DrawnScene {
  readonly graph: PlanGraph;
  readonly layout: Layout;
  /** The node that is chosen. */
  readonly at: number | undefined;
}

const namesOfColours = [
  'ink',
  'quiet',
  'line',
  'sheet',
  'faint',
  'accent',
  'good',
  'bad',
  'warn',
  'busy',
] as const;
type Colours = Readonly<Record<(typeof namesOfColours)[number], string>>;

/** From this scale on names can be read; below it nodes are only drawn as colours. */
const labelScale = 0.45;
const bendScale = 0.3;

/** Draws what of the graph is in the frame. */
export function draw(canvas: HTMLCanvasElement, frame: Frame, scene: DrawnScene): void {
  const box = canvas.parentElement;
  const context = canvas.getContext('2d');
  if (!box || !context) return;
  const ratio = devicePixelRatio || 1;
  const [width, height] = [box.clientWidth, box.clientHeight];
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  const { scale, left, top } = frame;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.setTransform(ratio * scale, 0, 0, ratio * scale, ratio * scale * left, ratio * scale * top);
  const colours = coloursOf(canvas);
  const seen = { x: -left, y: -top, right: width / scale - left, bottom: height / scale - top };
  drawEdges(context, scene, { colours, scale, seen });
  for (const [at, node] of scene.layout.placed.entries()) {
    if (!isSeen(node, seen)) continue;
    drawNode(context, { node, scene, isChosen: at === scene.at }, { colours, scale });
  }
}

interface Seen {
  readonly x: number;
  readonly y: number;
  readonly right: number;
  readonly bottom: number;
}

const isSeen = ({ x, y, width, height }: Placed, seen: Seen): boolean =>
  x < seen.right && x + width > seen.x && y < seen.bottom && y + height > seen.y;

function coloursOf(element: Element): Colours {
  const style = getComputedStyle(element);
  return Object.fromEntries(
    namesOfColours.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]),
  ) as Colours;
}

function drawEdges(
  context: CanvasRenderingContext2D,
  { layout, at }: DrawnScene,
  how: { readonly colours: Colours; readonly scale: number; readonly seen: Seen },
): void {
  const { colours, scale, seen } = how;
  const plain = new Path2D();
  const critical = new Path2D();
  const own = new Path2D();
  for (const edge of layout.edges) {
    const from = layout.placed[edge.from];
    const to = layout.placed[edge.to];
    if (!from || !to || !crosses(from, to, seen)) continue;
    const path = edge.from === at || edge.to === at ? own : edge.critical ? critical : plain;
    const [x, y] = [from.x + from.width, from.y + from.height / 2];
    const [endX, endY] = [to.x, to.y + to.height / 2];
    const bend = Math.max(20, (endX - x) / 2);
    path.moveTo(x, y);
    // from afar nobody sees a bend, and thousands of them cost
    if (scale < bendScale) path.lineTo(endX, endY);
    else path.bezierCurveTo(x + bend, y, endX - bend, endY, endX, endY);
  }
  context.lineWidth = Math.min(2, 1 / scale);
  context.strokeStyle = colours.line;
  context.stroke(plain);
  context.lineWidth = 2.5 / scale;
  context.strokeStyle = colours.warn;
  context.stroke(critical);
  // a hub has hundreds
  context.lineWidth = 1.4 / scale;
  context.strokeStyle = colours.accent;
  context.stroke(own);
}

const crosses = (from: Placed, to: Placed, seen: Seen): boolean =>
  from.x < seen.right &&
  to.x + to.width > seen.x &&
  Math.min(from.y, to.y) < seen.bottom &&
  Math.max(from.y + from.height, to.y + to.height) > seen.y;

function drawNode(
  context: CanvasRenderingContext2D,
  {
    node,
    scene,
    isChosen,
  }: { readonly node: Placed; readonly scene: DrawnScene; readonly isChosen: boolean },
  { colours, scale }: { readonly colours: Colours; readonly scale: number },
): void {
  const { x, y, width, height, state } = node;
  const colour = colours[toneOf(state)];
  if (scale < labelScale && !isChosen && !node.critical) {
    context.fillStyle = colour;
    context.fillRect(x, y, width, height);
    return;
  }
  context.fillStyle = scale < labelScale ? colour : colours.sheet;
  context.beginPath();
  context.roundRect(x, y, width, height, 5);
  context.fill();
  context.lineWidth = isChosen ? Math.min(8, 3 / scale) : node.critical ? Math.min(5, 2 / scale) : 1;
  context.strokeStyle = isChosen ? colours.accent : node.critical ? colours.warn : colour;
  context.setLineDash(node.isBundle ? [5, 3] : []);
  context.stroke();
  context.setLineDash([]);
  if (scale < labelScale) return;
  context.fillStyle = colour;
  context.font = '13px system-ui, sans-serif';
  context.textBaseline = 'middle';
  context.fillText(signOf(state), x + 7, y + height / 2 + 1);
  context.fillStyle = colours.ink;
  context.fillText(clipped(context, labelOf(node, scene.graph), width - 32), x + 25, y + height / 2 + 1);
}

const labelOf = ({ isBundle, jobs, state }: Placed, graph: PlanGraph): string =>
  isBundle ? `${jobs.length} ${state}` : (graph.nodes[jobs[0] ?? 0]?.name ?? '');

const known = new Map<string, string>();

/** As much of a text as fits; measured once for each text. */
function clipped(context: CanvasRenderingContext2D, text: string, width: number): string {
  const before = known.get(text);
  if (before !== undefined) return before;
  let end = text.length;
  while (end > 1 && context.measureText(end < text.length ? `${text.slice(0, end)}…` : text).width > width)
    end -= 1;
  const shown = end < text.length ? `${text.slice(0, end)}…` : text;
  if (known.size > 20_000) known.clear();
  known.set(text, shown);
  return shown;
}
