import type { GenerationBody, RepositoryPackagesBody, RepositoryViewBody } from '../../../src/api/index.ts';
import { type Live, useLive } from '../api.ts';
import { setQuery } from '../frame/location.ts';
import type { Page, PageProps } from '../page.ts';
import { TextFilter } from '../pieces/filters.tsx';
import { tell } from '../pieces/notice.tsx';
import { Command, type Sent } from '../pieces/operator.tsx';
import { Loaded } from '../pieces/problem.tsx';
import { type Column, Table } from '../pieces/table.tsx';
import { Empty, Section, StateBadge, Time } from '../pieces/values.tsx';
import { count, number, packageAddress, recentTime } from '../pieces/words.ts';
import { Changes } from './generation-changes.tsx';
import { repositoryAddress } from './repositories.tsx';

interface Named {
  readonly name: string;
  readonly arch: string;
}

interface Kept extends Named {
  readonly generations: readonly GenerationBody[];
}

const base = ({ name, arch }: Named): string =>
  `/api/repositories/${encodeURIComponent(name)}/${encodeURIComponent(arch)}`;

/** A repository may be there for several architectures; the first one is shown unless the address names one. */
function RepositoryView({ params, query }: PageProps) {
  const name = params.name ?? '';
  const live = useLive<readonly RepositoryViewBody[]>('/api/repositories');
  return (
    <Loaded live={live}>
      {(all) => {
        const known = all.filter((one) => one.name === name);
        const wanted = query.get('arch') ?? known[0]?.arch;
        if (wanted === undefined) return <Empty>There is no repository '{name}'.</Empty>;
        return <Repository name={name} arch={wanted} arches={known.map(({ arch }) => arch)} query={query} />;
      }}
    </Loaded>
  );
}

function Repository(props: Named & { readonly arches: readonly string[]; readonly query: URLSearchParams }) {
  const { name, arch, arches, query } = props;
  const path = `${base(props)}/generations`;
  const live = useLive<readonly GenerationBody[]>(path);
  return (
    <>
      {arches.length > 1 && (
        <p class="filters">
          {arches.map((one) => (
            <button
              key={one}
              type="button"
              aria-pressed={one === arch}
              onClick={() => setQuery({ arch: one })}
            >
              {one}
            </button>
          ))}
        </p>
      )}
      <Loaded live={live}>
        {(generations) => (
          <>
            <Generations name={name} arch={arch} generations={generations} live={live} json={path} />
            <Changes base={base(props)} generations={generations} query={query} />
          </>
        )}
      </Loaded>
      <Packages name={name} arch={arch} query={query} />
    </>
  );
}

function Generations(
  props: Named & {
    readonly generations: readonly GenerationBody[];
    readonly live: Live<readonly GenerationBody[]>;
    readonly json: string;
  },
) {
  const { generations, live } = props;
  const done = (sent: Sent<GenerationBody>): void => {
    if (sent === undefined) return;
    tell('trouble' in sent ? sent.trouble : `Generation ${sent.answer.number} is visible again.`);
    void live.refresh();
  };
  return (
    <Section title={`${count(generations.length, 'generation')} kept`} id="generations">
      <Table<GenerationBody>
        caption="kept generations"
        name="generations-"
        json={props.json}
        rows={generations}
        keyOf={(one) => String(one.number)}
        empty="No generation is kept."
        rowState={({ visible }) => (visible ? 'visible' : undefined)}
        columns={generationColumns(props, done)}
      />
    </Section>
  );
}

/** The number of a generation, and the way to what it changed where the one before is kept. */
function Numbered({ of, one }: { readonly of: Kept; readonly one: GenerationBody }) {
  const oldest = of.generations.at(-1)?.number ?? 0;
  return (
    <>
      {number(one.number)} {one.visible && <StateBadge state="fresh" word="visible" />}
      {one.number > oldest && (
        <small>
          {' '}
          <a
            href={`${repositoryAddress(of.name, of.arch)}&to=${one.number}`}
            aria-label={`changes of generation ${one.number}`}
          >
            changes
          </a>
        </small>
      )}
    </>
  );
}

const Made = ({ createdMs }: GenerationBody) => (
  <>
    {recentTime(createdMs, Date.now())}{' '}
    <small>
      <Time at={createdMs} />
    </small>
  </>
);

/** `done` hears what came of going back. */
function generationColumns(
  of: Kept,
  done: (sent: Sent<GenerationBody>) => void,
): readonly Column<GenerationBody>[] {
  return [
    {
      name: 'number',
      head: 'Generation',
      isHead: true,
      sort: (one) => one.number,
      cell: (one) => <Numbered of={of} one={one} />,
    },
    {
      name: 'made',
      head: 'Made',
      sort: ({ createdMs }) => createdMs,
      cell: Made,
    },
    {
      name: 'packages',
      head: 'Packages',
      align: 'end',
      sort: ({ packages }) => packages,
      cell: ({ packages }) => number(packages),
    },
    {
      name: 'reason',
      head: 'By',
      isWide: true,
      cell: ({ reason }) => (
        <span class="clip" title={reason}>
          {reason}
        </span>
      ),
    },
    {
      name: 'back',
      head: 'Go back',
      cell: (one) =>
        one.visible ? null : (
          <Command<GenerationBody>
            label="Go back"
            description={`Go back to generation ${one.number}`}
            address={`${base(of)}/rollback`}
            body={{ generation: one.number }}
            question={`Show generation ${one.number} of ${of.name}/${of.arch} to everybody again?`}
            done={done}
          />
        ),
    },
  ];
}

function Packages({ name, arch, query }: Named & { readonly query: URLSearchParams }) {
  const path = `${base({ name, arch })}/packages`;
  const live = useLive<RepositoryPackagesBody>(path);
  const text = query.get('text') ?? '';
  return (
    <Loaded live={live}>
      {(all) => {
        const shown = text === '' ? all : all.filter((one) => one.name.includes(text));
        return (
          <Section
            title={count(all.length, 'package')}
            id="packages"
            aside={<TextFilter label="Name" value={text} onChange={(value) => setQuery({ text: value })} />}
          >
            <Table<RepositoryPackagesBody[number]>
              caption="packages"
              name="packages-"
              json={path}
              rows={shown}
              keyOf={(one) => one.name}
              empty="No package has such a name."
              columns={[
                {
                  name: 'name',
                  head: 'Package',
                  isHead: true,
                  sort: (one) => one.name,
                  cell: (one) => <a href={packageAddress(`${name}/${arch}/${one.name}`)}>{one.name}</a>,
                },
                { name: 'version', head: 'Version', cell: (one) => one.version },
              ]}
            />
          </Section>
        );
      }}
    </Loaded>
  );
}

export const repositoryPage: Page = {
  path: '/repositories/:name',
  title: ({ name }) => `Repository ${name}`,
  view: RepositoryView,
};
