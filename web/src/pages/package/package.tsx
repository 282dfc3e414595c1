import type { PackageHistory, PackageView as View } from '../../../../src/api/index.ts';
import { useLive } from '../../api.ts';
import { kinds } from '../../kinds/index.ts';
import type { PageProps } from '../../page.ts';
import { Loaded } from '../../pieces/problem.tsx';
import { Bytes, Duration, Empty, JsonLink, Section, StateBadge, Time } from '../../pieces/values.tsx';
import { WhyPanel } from '../../pieces/why-panel.tsx';
import { jobAddress, packageAddress } from '../../pieces/words.ts';
import { repositoryAddress } from '../repositories.tsx';
import { packageApi } from './address.ts';
import { Attempts } from './attempts.tsx';
import { Files } from './files.tsx';
import { HistoryCharts } from './history-charts.tsx';
import { Provenance } from './provenance.tsx';
import './package.css';

/** Everything about one package. */
export function PackageView({ params, query }: PageProps) {
  const asked = new URLSearchParams();
  for (const name of ['target', 'arch']) if (query.has(name)) asked.set(name, query.get(name) ?? '');
  const path = `/api/packages/${encodeURIComponent(params.name ?? '')}${asked.size > 0 ? `?${asked}` : ''}`;
  const live = useLive<View>(path);
  return <Loaded live={live}>{(view) => <Whole view={view} path={path} query={query} />}</Loaded>;
}

interface Shown {
  readonly view: View;
  readonly query: URLSearchParams;
}

function Whole({ view, path, query }: Shown & { readonly path: string }) {
  const historyPath = packageApi(view, '/history', { limit: '300' });
  const history = useLive<PackageHistory>(historyPath);
  const Panel = kinds.find(({ name }) => name === view.kind)?.panel;
  const { target, arch, name } = view;
  return (
    <>
      <Facts view={view} path={path} />
      <div class="columns">
        <Neighbours title="Needs" jobs={view.dependencies} empty="It needs nothing of this farm." />
        <Neighbours
          title="Needed by"
          jobs={view.dependants}
          empty="Nothing of this farm needs it."
          aside={
            view.published !== 'no' &&
            view.kind === 'pkgbuild' && (
              <a href={`/rebuilds?${new URLSearchParams({ package: name, target })}`}>
                what is rebuilt if it is updated
              </a>
            )
          }
        />
      </div>
      {view.state !== null && <WhyPanel of={`${target}/${arch}/${name}`} />}
      {Panel && <Panel target={target} arch={arch} name={name} />}
      <Loaded live={history}>
        {(known) => (
          <>
            <Section title="History" aside={<JsonLink path={historyPath} what="history as JSON" />}>
              <HistoryCharts attempts={known.attempts} />
              <Attempts attempts={known.attempts} json={historyPath} />
            </Section>
            <Provenance view={view} />
            <Files view={view} versions={known.versions} query={query} />
          </>
        )}
      </Loaded>
    </>
  );
}

const outWords = {
  yes: 'published',
  waiting: 'waits to be published',
  refused: 'refused by the publisher',
  no: 'nothing was made yet',
};

function Facts({ view, path }: { readonly view: View; readonly path: string }) {
  const { target, arch, name, state, version, others } = view;
  const id = `${target}/${arch}/${name}`;
  return (
    <Section title="Now" aside={<JsonLink path={path} what="this package as JSON" />}>
      <dl class="package-facts">
        <Fact name="Version">{version ?? 'none yet'}</Fact>
        <Fact name="State">
          {state ? <StateBadge state={state} /> : 'no job'} <a href={jobAddress(id)}>newest job</a>
        </Fact>
        {view.reason !== '' && <Fact name="Because">{view.reason}</Fact>}
        <Fact name="Last built">
          <Time at={view.builtMs} none="never" />
        </Fact>
        <Fact name="Took">
          <Duration ms={view.durationMs} none="–" />
        </Fact>
        <Fact name="Repository">
          <a href={repositoryAddress(target, arch)}>{`${target}/${arch}`}</a>, {outWords[view.published]}
        </Fact>
        {others.length > 0 && (
          <Fact name="Also in">
            {others.map((other, index) => (
              <span key={`${other.target}/${other.arch}`}>
                {index > 0 && ', '}
                <a
                  href={packageAddress(`${other.target}/${other.arch}/${name}`)}
                >{`${other.target}/${other.arch}`}</a>
              </span>
            ))}
          </Fact>
        )}
        <Fact name="Files">
          {view.made.length === 0 && 'none yet'}
          <ul class="plain">
            {view.made.map((made) => (
              <li key={made.fileName}>
                <code>{made.fileName}</code>, <Bytes count={made.sizeBytes} />
              </li>
            ))}
          </ul>
        </Fact>
      </dl>
    </Section>
  );
}

const Fact = ({ name, children }: { readonly name: string; readonly children: preact.ComponentChildren }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

/** So many are shown at once; the rest unfolds. */
const mostShown = 30;

function Neighbours(props: {
  readonly title: string;
  readonly jobs: View['dependencies'];
  readonly empty: string;
  readonly aside?: preact.ComponentChildren;
}) {
  const { title, jobs, empty, aside } = props;
  return (
    <Section
      title={title}
      aside={
        <>
          {aside} {jobs.length > 0 && jobs.length}
        </>
      }
    >
      {jobs.length === 0 ? (
        <Empty>{empty}</Empty>
      ) : (
        <div class="body">
          <JobList jobs={jobs.slice(0, mostShown)} />
          {jobs.length > mostShown && (
            <details>
              <summary>{`${jobs.length - mostShown} more`}</summary>
              <JobList jobs={jobs.slice(mostShown)} />
            </details>
          )}
        </div>
      )}
    </Section>
  );
}

const JobList = ({ jobs }: { readonly jobs: View['dependencies'] }) => (
  <ul class="neighbours">
    {jobs.map(({ target, arch, name, state }) => (
      <li key={`${target}/${arch}/${name}`}>
        <a href={packageAddress(`${target}/${arch}/${name}`)}>{name}</a>{' '}
        {state && state !== 'succeeded' && <StateBadge state={state} />}
      </li>
    ))}
  </ul>
);
