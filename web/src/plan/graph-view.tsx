import type { TargetedKeyboardEvent, TargetedPointerEvent } from 'preact';
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { PlanGraph } from '../../../src/api/index.ts';
import { go } from '../frame/location.ts';
import { count, jobAddress } from '../pieces/words.ts';
import { draw, type Frame } from './draw.ts';
import { firstCollapsed, type Layout, layOut, neighbour } from './layout.ts';
import { SelectedJob } from './selected-job.tsx';

const zoomStep = 1.25;
const leastScale = 0.02;
const mostScale = 3;
/** Labels can be read from here on. */
const readableScale = 0.8;

/** A plan as a graph: drawn on a canvas, walked with pointer or keys; a table says the same to those who do not see it. */
export function GraphView({ graph }: { readonly graph: PlanGraph }) {
  const [collapsed, setCollapsed] = useState<ReadonlySet<string>>(() => firstCollapsed(graph.nodes));
  const [selected, setSelected] = useState<number>();
  const layout = useMemo(() => layOut(graph.nodes, graph.edges, collapsed), [graph, collapsed]);
  const at = selected === undefined ? undefined : layout.nodeOf[selected];
  const view = useCanvas({ graph, layout, at });
  const choose = (job: number | undefined): void => {
    setSelected(job);
    if (job !== undefined) view.show(layout.nodeOf[job] ?? 0);
  };
  const toggle = (state: string): void => {
    const next = new Set(collapsed);
    if (!next.delete(state)) next.add(state);
    setCollapsed(next);
  };
  return (
    <div class="graph">
      <GraphTools graph={graph} collapsed={collapsed} toggle={toggle} view={view} choose={choose} />
      <div class="graph-sheet">
        {/* biome-ignore lint/a11y/useSemanticElements: no element is a drawing that is walked with keys */}
        <div
          role="group"
          class="graph-box"
          tabIndex={0}
          aria-label={`graph of plan ${graph.id}: ${count(graph.nodes.length, 'job')}; arrow keys walk it, plus and minus zoom, 0 shows all, c the critical path, Enter opens a job`}
          onKeyDown={(event) => walk(event, { layout, at, selected, graph, choose, view })}
          onPointerDown={(event) =>
            view.drag(event, (node) => choose(node === undefined ? undefined : layout.placed[node]?.jobs[0]))
          }
        >
          <canvas ref={view.canvas} aria-hidden="true" />
        </div>
        <SelectedJob
          graph={graph}
          job={selected}
          bundle={at === undefined ? undefined : layout.placed[at]}
          choose={choose}
        />
      </div>
    </div>
  );
}

type View = ReturnType<typeof useCanvas>;

function GraphTools(props: {
  readonly graph: PlanGraph;
  readonly collapsed: ReadonlySet<string>;
  readonly toggle: (state: string) => void;
  readonly view: View;
  readonly choose: (job: number | undefined) => void;
}) {
  const { graph, collapsed, toggle, view, choose } = props;
  const states = new Map<string, number>();
  for (const { state } of graph.nodes) states.set(state, (states.get(state) ?? 0) + 1);
  const critical = graph.nodes.findIndex((one) => one.critical);
  return (
    <div class="graph-tools" role="group" aria-label="what the graph shows">
      <span class="quiet">one by one:</span>
      {[...states].map(([state, number]) => (
        <button type="button" key={state} aria-pressed={!collapsed.has(state)} onClick={() => toggle(state)}>
          {number} {state}
        </button>
      ))}
      <span class="spring" />
      {critical >= 0 && (
        <button type="button" onClick={() => choose(critical)}>
          Critical path
        </button>
      )}
      <button type="button" aria-label="zoom in" onClick={() => view.zoom(zoomStep)}>
        +
      </button>
      <button type="button" aria-label="zoom out" onClick={() => view.zoom(1 / zoomStep)}>
        −
      </button>
      <button type="button" onClick={() => view.fit()}>
        All
      </button>
    </div>
  );
}

interface Walk {
  readonly layout: Layout;
  readonly at: number | undefined;
  readonly selected: number | undefined;
  readonly graph: PlanGraph;
  readonly choose: (job: number | undefined) => void;
  readonly view: View;
}

const directions = { ArrowLeft: 'left', ArrowRight: 'right', ArrowUp: 'up', ArrowDown: 'down' } as const;

function walk(
  event: TargetedKeyboardEvent<HTMLDivElement>,
  { layout, at, selected, graph, choose, view }: Walk,
): void {
  const { key } = event;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const critical = graph.nodes.findIndex((one) => one.critical);
  if (key in directions) {
    const next =
      at === undefined
        ? layout.nodeOf[Math.max(0, critical)]
        : neighbour(layout, at, directions[key as keyof typeof directions]);
    if (next !== undefined) choose(layout.placed[next]?.jobs[0]);
  } else if (key === '+' || key === '=') view.zoom(zoomStep);
  else if (key === '-') view.zoom(1 / zoomStep);
  else if (key === '0') view.fit();
  else if (key === 'c' && critical >= 0) choose(critical);
  else if (key === 'Escape') choose(undefined);
  else if (key === 'Enter' && selected !== undefined) go(jobAddress(graph.nodes[selected]?.job ?? ''));
  else return;
  event.preventDefault();
}

/** The canvas: what of it is seen, and how that moves. Nothing of it is state of a component: a frame costs a frame. */
function useCanvas({
  graph,
  layout,
  at,
}: {
  readonly graph: PlanGraph;
  readonly layout: Layout;
  readonly at: number | undefined;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const frame = useRef<Frame>({ scale: 1, left: 0, top: 0 });
  const scene = useRef({ graph, layout, at });
  scene.current = { graph, layout, at };
  const due = useRef(0);
  const redraw = useCallback((): void => {
    cancelAnimationFrame(due.current);
    due.current = requestAnimationFrame(() => {
      if (canvas.current) draw(canvas.current, frame.current, scene.current);
    });
  }, []);
  const fit = useCallback((): void => {
    const box = canvas.current?.parentElement;
    if (!box) return;
    const { width, height } = scene.current.layout;
    const scale = Math.min(
      1.2,
      Math.max(leastScale, Math.min(box.clientWidth / (width + 40), box.clientHeight / (height + 40))),
    );
    frame.current = {
      scale,
      left: (box.clientWidth / scale - width) / 2,
      top: (box.clientHeight / scale - height) / 2,
    };
    redraw();
  }, [redraw]);
  const zoom = useCallback(
    (by: number, around?: { readonly x: number; readonly y: number }): void => {
      const box = canvas.current?.parentElement;
      if (!box) return;
      const { scale, left, top } = frame.current;
      const next = Math.min(mostScale, Math.max(leastScale, scale * by));
      const x = around?.x ?? box.clientWidth / 2;
      const y = around?.y ?? box.clientHeight / 2;
      frame.current = { scale: next, left: left + x / next - x / scale, top: top + y / next - y / scale };
      redraw();
    },
    [redraw],
  );
  /** Brings a node into the middle, large enough to be read. */
  const show = useCallback(
    (node: number): void => {
      const box = canvas.current?.parentElement;
      const place = scene.current.layout.placed[node];
      if (!box || !place) return;
      const scale = Math.max(readableScale, frame.current.scale);
      frame.current = {
        scale,
        left: box.clientWidth / scale / 2 - place.x - place.width / 2,
        top: box.clientHeight / scale / 2 - place.y - place.height / 2,
      };
      redraw();
    },
    [redraw],
  );
  useEffect(() => {
    const box = canvas.current?.parentElement;
    if (!box) return;
    const wheel = (event: WheelEvent): void => {
      event.preventDefault();
      const { left, top } = box.getBoundingClientRect();
      zoom(Math.exp(-event.deltaY * 0.0015), { x: event.clientX - left, y: event.clientY - top });
    };
    box.addEventListener('wheel', wheel, { passive: false });
    const size = new ResizeObserver(redraw);
    size.observe(box);
    const dark = matchMedia('(prefers-color-scheme: dark)');
    dark.addEventListener('change', redraw);
    return () => {
      box.removeEventListener('wheel', wheel);
      size.disconnect();
      dark.removeEventListener('change', redraw);
      cancelAnimationFrame(due.current);
    };
  }, [redraw, zoom]);
  const shape = `${layout.placed.length} ${layout.width}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a graph of another shape is shown whole, a job that moved changes nothing
  useEffect(() => fit(), [shape, fit]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is drawn depends on these
  useEffect(redraw, [graph, layout, at, redraw]);
  return { canvas, fit, zoom, show, drag: dragOf(frame, { scene, redraw, zoom }) };
}

const stillPx = 4;

/** Moves the view with the pointer, and chooses where it did not move; two fingers zoom. */
function dragOf(
  frame: { current: Frame },
  parts: {
    readonly scene: { readonly current: { readonly layout: Layout } };
    readonly redraw: () => void;
    readonly zoom: (by: number, around?: { readonly x: number; readonly y: number }) => void;
  },
) {
  const fingers = new Map<number, { x: number; y: number }>();
  return (event: TargetedPointerEvent<HTMLDivElement>, choose: (node: number | undefined) => void): void => {
    const box = event.currentTarget;
    const begin = { x: event.clientX, y: event.clientY };
    fingers.set(event.pointerId, begin);
    let moved = 0;
    const move = (next: PointerEvent): void => {
      const last = fingers.get(next.pointerId);
      if (!last) return;
      const [dx, dy] = [next.clientX - last.x, next.clientY - last.y];
      const other = [...fingers].find(([id]) => id !== next.pointerId)?.[1];
      if (other) {
        const before = Math.hypot(last.x - other.x, last.y - other.y);
        const after = Math.hypot(next.clientX - other.x, next.clientY - other.y);
        const { left, top } = box.getBoundingClientRect();
        if (before > 0)
          parts.zoom(after / before, {
            x: (next.clientX + other.x) / 2 - left,
            y: (next.clientY + other.y) / 2 - top,
          });
      } else {
        const { scale, left, top } = frame.current;
        frame.current = { scale, left: left + dx / scale, top: top + dy / scale };
      }
      moved += Math.abs(dx) + Math.abs(dy);
      last.x = next.clientX;
      last.y = next.clientY;
      if (moved > stillPx && !box.hasPointerCapture(next.pointerId)) box.setPointerCapture(next.pointerId);
      parts.redraw();
    };
    const end = (last: PointerEvent): void => {
      fingers.delete(last.pointerId);
      box.removeEventListener('pointermove', move);
      box.removeEventListener('pointerup', end);
      box.removeEventListener('pointercancel', end);
      if (moved > stillPx || last.type !== 'pointerup') return;
      const { left, top } = box.getBoundingClientRect();
      choose(nodeAt(parts.scene.current.layout, frame.current, { x: begin.x - left, y: begin.y - top }));
    };
    box.addEventListener('pointermove', move);
    box.addEventListener('pointerup', end);
    box.addEventListener('pointercancel', end);
  };
}

function nodeAt(
  layout: Layout,
  { scale, left, top }: Frame,
  at: { readonly x: number; readonly y: number },
): number | undefined {
  const x = at.x / scale - left;
  const y = at.y / scale - top;
  const found = layout.placed.findIndex(
    (one) => x >= one.x && x <= one.x + one.width && y >= one.y && y <= one.y + one.height,
  );
  return found < 0 ? undefined : found;
}
