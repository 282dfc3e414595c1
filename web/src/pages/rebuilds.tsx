import type { RebuildPreviewView, RebuildView, RepositoryViewBody } from '../../../src/api/index.ts';
import { type Live, useLive } from '../api.ts';
import { setQuery } from '../frame/location.ts';
import type { Page, PageProps } from '../page.ts';
import { Choice, TextFilter } from '../pieces/filters.tsx';
import { LibraryLines, someNames } from '../pieces/libraries.tsx';
import { tell } from '../pieces/notice.tsx';
import { Command, type Sent } from '../pieces/operator.tsx';
import { Loaded } from '../pieces/problem.tsx';
import { type Column, Table } from '../pieces/table.tsx';
import { Empty, JsonLink, Section, StateBadge, Time } from '../pieces/values.tsx';
import { count, jobAddress, packageAddress } from '../pieces/words.ts';

const path = '/api/rebuilds?open=true';

function RebuildsView({ query }: PageProps) {
  const live = useLive<readonly RebuildView[]>(path);
  return (
    <>
      <Loaded live={live}>
        {(open) => (
          <Section title="Held back" id="held" aside={<JsonLink path={path} />}>
            {open.length === 0 && (
              <Empty>No result is held back: nothing that was built breaks a published package.</Empty>
            )}
            {open.map((one) => (
              <Held key={one.id} rebuild={one} live={live} />
            ))}
          </Section>
        )}
      </Loaded>
      <Search query={query} />
      <Past />
    </>
  );
}

/** Which packages would be rebuilt if one changed. */
function Search({ query }: { readonly query: URLSearchParams }) {
  const repositories = useLive<readonly RepositoryViewBody[]>('/api/repositories').data ?? [];
  const targets = [...new Set(repositories.filter(({ kind }) => kind === 'pacman').map(({ name }) => name))];
  const name = query.get('package') ?? '';
  const target = query.get('target') ?? '';
  const asked = new URLSearchParams({ package: name, ...(target === '' ? {} : { target }) });
  const address = name === '' ? undefined : `/api/rebuilds/preview?${asked}`;
  const live = useLive<RebuildPreviewView>(address, { isSlow: true });
  return (
    <Section title="What is rebuilt if a library is updated" id="preview">
      <search class="filters body" aria-label="Which package">
        <TextFilter label="Package" value={name} onChange={(value) => setQuery({ package: value })} />
        {targets.length > 1 && (
          <Choice
            label="Repository"
            value={target}
            options={targets}
            onChange={(value) => setQuery({ target: value })}
          />
        )}
      </search>
      {address === undefined ? (
        <Empty>
          Name a package to see everything that uses its libraries, in the order in which it is built.
        </Empty>
      ) : (
        <Loaded live={live}>{(preview) => <Preview preview={preview} address={address} />}</Loaded>
      )}
    </Section>
  );
}

type Unit = RebuildView['rebuild'][number];

function Preview({ preview, address }: { readonly preview: RebuildPreviewView; readonly address: string }) {
  const { rebuild, packages } = preview;
  return (
    <>
      <p class="body">
        {rebuild.length === 0
          ? `Nothing that is published uses a library of ${packages.join(', ')}.`
          : `If the libraries of ${packages.join(', ')} change, ${count(rebuild.length, 'recipe')} ${rebuild.length === 1 ? 'is' : 'are'} built anew.`}
      </p>
      {rebuild.length > 0 && <Units units={rebuild} of={preview} json={address} name="preview-" />}
    </>
  );
}

interface Of {
  readonly target: string;
  readonly arch: string;
}

/** What is built anew, in order. */
function Units(props: {
  readonly units: readonly Unit[];
  readonly of: Of;
  readonly json: string;
  readonly name: string;
}) {
  return (
    <Table<Unit>
      caption="to be built anew, in order"
      name={props.name}
      json={props.json}
      rows={props.units}
      keyOf={({ base }) => base}
      empty=""
      columns={unitColumns(props.units, props.of)}
    />
  );
}

/** Columns that have something in them. */
function unitColumns(units: readonly Unit[], of: Of): readonly Column<Unit>[] {
  const place = new Map(units.map((one, index) => [one, index + 1]));
  const address = ({ base }: Unit): string => `${of.target}/${of.arch}/${base}`;
  return [
    {
      name: 'order',
      head: '#',
      align: 'end',
      sort: (one) => place.get(one) ?? 0,
      cell: (one) => place.get(one),
    },
    {
      name: 'base',
      head: 'Recipe',
      isHead: true,
      sort: ({ base }) => base,
      cell: (one) => <a href={packageAddress(address(one))}>{one.base}</a>,
    },
    { name: 'because', head: 'Because it takes', isLoose: true, cell: Because },
    { name: 'becomes', head: 'Becomes', isWide: true, cell: Becomes },
    ...optional(units, ({ after }) => after.length > 0, {
      name: 'after',
      head: 'After',
      isWide: true,
      isLoose: true,
      cell: ({ after }) => someNames(after),
    }),
    ...optional(units, ({ state }) => state !== undefined, {
      name: 'state',
      head: 'State',
      sort: ({ state }) => state,
      cell: (one) =>
        one.state && (
          <a href={jobAddress(address(one))}>
            <StateBadge state={one.state} />
          </a>
        ),
    }),
  ];
}

/** A column, where any row has something for it. */
const optional = (
  units: readonly Unit[],
  has: (unit: Unit) => boolean,
  column: Column<Unit>,
): readonly Column<Unit>[] => (units.some(has) ? [column] : []);

const Because = ({ because }: Pick<Unit, 'because'>) => (
  <ul class="plain">
    {because.map((cause) => (
      <li key={`${cause.machine} ${cause.name}`}>
        <code>{cause.name}</code> of {cause.by}
        {cause.symbols.length > 0 && (
          <>
            {': '}
            <code title={cause.symbols.join('\n')}>{someNames(cause.symbols)}</code>
          </>
        )}
      </li>
    ))}
  </ul>
);

const Becomes = ({ packages }: Pick<Unit, 'packages'>) => (
  <ul class="plain">
    {packages.map((one) => (
      <li key={one.name}>{`${one.name} ${one.version} → ${one.becomes}`}</li>
    ))}
  </ul>
);

const stateWords: Readonly<Record<RebuildView['state'], readonly [state: string, words: string]>> = {
  waiting: ['review', 'waits for a decision'],
  building: ['running', 'is being built'],
  stalled: ['failed', 'stalled: a part did not succeed'],
  released: ['later', 'goes out as it is'],
  published: ['succeeded', 'published'],
  dropped: ['canceled', 'thrown away'],
};

function Held({
  rebuild,
  live,
}: {
  readonly rebuild: RebuildView;
  readonly live: Live<readonly RebuildView[]>;
}) {
  const { id, target, arch, state, held, createdMs, libraries } = rebuild;
  const [badge, words] = stateWords[state];
  const names = held.map(({ base, version }) => `${base} ${version}`).join(', ');
  const title = `rebuild-${id}`;
  return (
    <article class="rebuild" aria-labelledby={title}>
      <header>
        <h3 id={title}>
          {names} <small class="of">{`${target}/${arch}`}</small>
        </h3>
        <StateBadge state={badge} word={words} /> <Time at={createdMs} />
        <Decisions rebuild={rebuild} live={live} />
      </header>
      <LibraryLines libraries={libraries} />
      <Units units={rebuild.rebuild} of={rebuild} json={path} name={`held-${id}-`} />
    </article>
  );
}

type Reply = {
  readonly accepted: readonly unknown[];
  readonly refused: readonly { readonly what: string }[];
};

function Decisions({
  rebuild,
  live,
}: {
  readonly rebuild: RebuildView;
  readonly live: Live<readonly RebuildView[]>;
}) {
  const { id, held } = rebuild;
  const names = held.map(({ base }) => base).join(', ');
  const done = (words: string) => (sent: Sent<Reply>) => {
    if (sent === undefined) return;
    const refused = 'answer' in sent ? sent.answer.refused.map(({ what }) => what) : [];
    tell('trouble' in sent ? sent.trouble : [words, ...refused].join(' '));
    void live.refresh();
  };
  const of = { address: `/api/rebuilds/${id}/decide` };
  return (
    <span class="buttons">
      {rebuild.state !== 'building' && rebuild.state !== 'released' && (
        <Command<Reply>
          {...of}
          label="Build them anew"
          description={`Build them anew: what ${names} breaks`}
          body={{ decision: 'go' }}
          done={done('They are built anew; all of it is published together.')}
        />
      )}
      <Command<Reply>
        {...of}
        label="Publish anyway"
        description={`Publish anyway: ${names} as it is`}
        body={{ decision: 'publish' }}
        question={`Publish ${names}, though ${count(rebuild.rebuild.length, 'recipe')} will not work with it?`}
        done={done(`${names} goes out as it is.`)}
      />
      <Command<Reply>
        {...of}
        label="Throw away"
        description={`Throw away ${names}`}
        body={{ decision: 'drop' }}
        question={`Throw ${names} away? It will never be published.`}
        done={done(`${names} was thrown away.`)}
      />
    </span>
  );
}

/** Rebuilds that are over. */
function Past() {
  const all = '/api/rebuilds';
  const live = useLive<readonly RebuildView[]>(all);
  const over = (live.data ?? []).filter(({ state }) => state === 'published' || state === 'dropped');
  if (over.length === 0) return null;
  return (
    <Section title="Before" id="before">
      <Table<RebuildView>
        caption="rebuilds that are over"
        name="before-"
        json={all}
        rows={over}
        keyOf={({ id }) => String(id)}
        empty=""
        columns={[
          {
            name: 'when',
            head: 'When',
            sort: ({ changedMs }) => changedMs,
            cell: ({ changedMs }) => <Time at={changedMs} />,
          },
          {
            name: 'what',
            head: 'Results',
            isHead: true,
            cell: ({ held }) => someNames(held.map(({ base, version }) => `${base} ${version}`)),
          },
          {
            name: 'state',
            head: 'State',
            sort: ({ state }) => state,
            cell: ({ state }) => <StateBadge state={stateWords[state][0]} word={stateWords[state][1]} />,
          },
          { name: 'by', head: 'Decided by', isWide: true, cell: ({ by }) => by ?? '' },
        ]}
      />
    </Section>
  );
}

export const rebuildsPage: Page = {
  path: '/rebuilds',
  title: () => 'Rebuilds',
  view: RebuildsView,
  nav: { label: 'Rebuilds', group: 'Packages' },
};
