import type { ComponentChildren } from 'preact';
import type { JobView } from '../../../src/api/index.ts';
import { useLive } from '../api.ts';
import type { Page, PageProps } from '../page.ts';
import { Loaded } from '../pieces/problem.tsx';
import { Duration, JsonLink, Section, StateBadge, Time } from '../pieces/values.tsx';
import { WhyPanel } from '../pieces/why-panel.tsx';
import { logAddress, packageAddress } from '../pieces/words.ts';

/** One job: where it stands, why, and when it will be done; the page of its package has the rest. */
function JobPageView({ params }: PageProps) {
  const { target = '', arch = '', name = '' } = params;
  const path = `/api/queue/jobs/${[target, arch, name].map(encodeURIComponent).join('/')}`;
  const live = useLive<JobView>(path);
  return (
    <>
      <Loaded live={live}>{(job) => <Standing job={job} path={path} />}</Loaded>
      <WhyPanel of={`${target}/${arch}/${name}`} />
    </>
  );
}

function Standing({ job, path }: { readonly job: JobView; readonly path: string }) {
  const { id, state, plan, builder, durationMs, version, commit, source, sinceMs, urgency } = job;
  return (
    <Section title="Job" aside={<JsonLink path={path} />}>
      <dl class="graph-facts body">
        <dt>state</dt>
        <dd>
          <StateBadge state={state} /> <Time at={sinceMs} />
          {builder !== null && `, builder ${builder}`}
        </dd>
        <dt>plan</dt>
        <dd>
          <a href={`/plans/${plan}`}>{plan}</a>
          {source !== null && ` from ${source}`}
          {commit !== null && <code title={commit}> {commit.slice(0, 12)}</code>}
        </dd>
        {version !== null && <Fact name="made">{version}</Fact>}
        {durationMs !== null && (
          <Fact name="took">
            <Duration ms={durationMs} />
          </Fact>
        )}
        {urgency !== 0 && <Fact name="urgency">{urgency}</Fact>}
        <Fact name="more">
          <a href={logAddress(id)}>log</a>, <a href={packageAddress(id)}>package</a>
        </Fact>
      </dl>
    </Section>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

export const jobPage: Page = {
  path: '/jobs/:target/:arch/:name*',
  title: ({ name = '' }) => name,
  view: JobPageView,
};
