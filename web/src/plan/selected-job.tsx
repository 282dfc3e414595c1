import type { PlanGraph, PlanNode } from '../../../src/api/index.ts';
import { Duration, StateBadge, Time } from '../pieces/values.tsx';
import { jobAddress, logAddress } from '../pieces/words.ts';
import type { Placed } from './layout.ts';

const mostShown = 14;

/** What is known of the job that is chosen, and its neighbours, from where the walk goes on. */
export function SelectedJob(props: {
  readonly graph: PlanGraph;
  readonly job: number | undefined;
  readonly bundle: Placed | undefined;
  readonly choose: (job: number) => void;
}) {
  const { graph, job, bundle, choose } = props;
  const node = job === undefined ? undefined : graph.nodes[job];
  return (
    <aside class="graph-job" aria-live="polite" aria-label="the chosen job">
      {node === undefined || job === undefined ? (
        <p class="quiet">Choose a job: with a click, or with the arrow keys in the graph.</p>
      ) : bundle?.isBundle ? (
        <Neighbours
          title={`${bundle.jobs.length} ${bundle.state}`}
          places={bundle.jobs}
          graph={graph}
          choose={choose}
        />
      ) : (
        <>
          <Facts node={node} />
          <Neighbours
            title="waits for"
            places={graph.edges.flatMap(([from, to]) => (to === job ? [from] : []))}
            graph={graph}
            choose={choose}
          />
          <Neighbours
            title="needed by"
            places={graph.edges.flatMap(([from, to]) => (from === job ? [to] : []))}
            graph={graph}
            choose={choose}
          />
        </>
      )}
    </aside>
  );
}

function Facts({ node }: { readonly node: PlanNode }) {
  return (
    <>
      <p class="graph-name">
        <a href={jobAddress(node.job)}>{node.name}</a> <small>{node.version}</small>
      </p>
      <p>
        <StateBadge state={node.state} />{' '}
        {node.critical && (
          <span class="badge" data-tone="warn">
            ◆ on the critical path
          </span>
        )}
      </p>
      <dl class="graph-facts">
        <dt>why</dt>
        <dd>{node.why}</dd>
        {node.reason !== '' && node.reason !== node.why && (
          <>
            <dt>now</dt>
            <dd>{node.reason}</dd>
          </>
        )}
        {node.builder !== null && (
          <>
            <dt>builder</dt>
            <dd>
              {node.builder}, <Time at={node.startedMs} />
            </dd>
          </>
        )}
        <dt>{node.durationMs === null ? 'expected' : 'took'}</dt>
        <dd>
          <Duration ms={node.durationMs ?? node.expectedMs} none="no history" />
          {', with what follows '}
          <Duration ms={node.pathMs} />
        </dd>
      </dl>
      <p>
        <a href={logAddress(node.job)}>log</a>
      </p>
    </>
  );
}

function Neighbours(props: {
  readonly title: string;
  readonly places: readonly number[];
  readonly graph: PlanGraph;
  readonly choose: (job: number) => void;
}) {
  const { title, places, graph, choose } = props;
  if (places.length === 0) return null;
  const more = places.length - mostShown;
  return (
    <>
      <h3>{title}</h3>
      <ul class="graph-links">
        {places.slice(0, mostShown).map((place) => {
          const node = graph.nodes[place];
          return (
            node && (
              <li key={place}>
                <button type="button" class="link" onClick={() => choose(place)}>
                  {node.name}
                </button>{' '}
                <StateBadge state={node.state} />
              </li>
            )
          );
        })}
        {more > 0 && <li class="quiet">and {more} more</li>}
      </ul>
    </>
  );
}
