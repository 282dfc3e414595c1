import type { TargetedKeyboardEvent } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { PlanGraph } from '../../../src/api/index.ts';
import { go } from '../frame/location.ts';
import { count, jobAddress } from '../pieces/words.ts';
import { type GraphCanvas, useGraphCanvas } from './canvas.ts';
import { firstCollapsed, type Layout, layOut, neighbour } from './layout.ts';
import { SelectedJob } from './selected-job.tsx';

const zoomStep = 1.25;
/** A plan as a graph: drawn on a canvas, walked with pointer or keys; a table says the same to those who do not see it. */
export function GraphView({ graph }: { readonly graph: PlanGraph }) {
  const [collapsed, setCollapsed] = useState<ReadonlySet<string>>(() => firstCollapsed(graph.nodes));
  const [selected, setSelected] = useState<number>();
  const layout = useMemo(() => layOut(graph.nodes, graph.edges, collapsed), [graph, collapsed]);
  const at = selected === undefined ? undefined : layout.nodeOf[selected];
  const scene = useMemo(() => ({ graph, layout, at }), [graph, layout, at]);
  const view = useGraphCanvas(scene);
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
        <div
          role="group"
          class="graph-box"
          tabIndex={0}
          aria-label={`graph of plan ${graph.id}: ${count(graph.nodes.length, 'job')}; arrow keys walk it, plus and minus zoom, 0 shows all, c the critical path, Enter opens a job`}
          onKeyDown={(event) => walk(event, { layout, at, selected, graph, choose, view })}
          onPointerDown={(event) =>
            view.press(event, (node) => choose(node === undefined ? undefined : layout.placed[node]?.jobs[0]))
          }
        >
          <canvas ref={view.element} />
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

function GraphTools(props: {
  readonly graph: PlanGraph;
  readonly collapsed: ReadonlySet<string>;
  readonly toggle: (state: string) => void;
  readonly view: GraphCanvas;
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
      <button type="button" onClick={() => view.whole()}>
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
  readonly view: GraphCanvas;
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
  else if (key === '0') view.whole();
  else if (key === 'c' && critical >= 0) choose(critical);
  else if (key === 'Escape') choose(undefined);
  else if (key === 'Enter' && selected !== undefined) go(jobAddress(graph.nodes[selected]?.job ?? ''));
  else return;
  event.preventDefault();
}
