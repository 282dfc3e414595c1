import type { EbinList, EbinRepositoryView, EbinRow } from '../../../src/api/index.ts';
import { useLive } from '../api.ts';
import { setQuery } from '../frame/location.ts';
import type { KindFace, PageProps } from '../page.ts';
import { TextFilter } from '../pieces/filters.tsx';
import { Loaded, Problem } from '../pieces/problem.tsx';
import { type Column, Table } from '../pieces/table.tsx';
import { Bytes, Empty, Section, Time } from '../pieces/values.tsx';
import { count, number } from '../pieces/words.ts';

const path = '/api/ebins';

function RepositoriesView() {
  const live = useLive<readonly EbinRepositoryView[]>(path);
  return (
    <Loaded live={live}>
      {(repositories) =>
        repositories.length === 0 ? (
          <Empty>There is no repository of ebins: docs/ebins.md tells how one is made.</Empty>
        ) : (
          <Section title={count(repositories.length, 'repository', 'repositories')} id="repositories">
            <Table<EbinRepositoryView>
              caption="repositories of ebins"
              json={path}
              rows={repositories}
              keyOf={({ repository }) => repository}
              empty=""
              columns={[
                {
                  name: 'repository',
                  head: 'Repository',
                  isHead: true,
                  sort: ({ repository }) => repository,
                  cell: ({ repository }) => (
                    <a href={`/ebins/${encodeURIComponent(repository)}`}>{repository}</a>
                  ),
                },
                {
                  name: 'ebins',
                  head: 'Ebins',
                  align: 'end',
                  sort: ({ ebins }) => ebins,
                  cell: ({ ebins }) => number(ebins),
                },
                { name: 'refused', head: 'Refused', align: 'end', cell: ({ refused }) => number(refused) },
                {
                  name: 'size',
                  head: 'Size',
                  align: 'end',
                  cell: ({ keptBytes }) => <Bytes count={keptBytes} />,
                },
              ]}
            />
          </Section>
        )
      }
    </Loaded>
  );
}

const columnsOf = (repository: string): readonly Column<EbinRow>[] => [
  {
    name: 'ebin',
    head: 'Ebin',
    isHead: true,
    sort: ({ cpv }) => cpv,
    cell: ({ cpv }) => <a href={`/ebins/${encodeURIComponent(repository)}/${cpv}`}>{cpv}</a>,
  },
  {
    name: 'built',
    head: 'Built',
    align: 'end',
    sort: ({ built }) => built,
    cell: ({ built }) => number(built),
  },
  {
    name: 'missing',
    head: 'Missing',
    align: 'end',
    sort: ({ missing }) => missing,
    cell: ({ missing }) => (missing === null ? 'many' : number(missing)),
  },
  {
    name: 'objects',
    head: 'Objects',
    align: 'end',
    isWide: true,
    sort: ({ objects }) => objects,
    cell: ({ objects }) => number(objects),
  },
  {
    name: 'size',
    head: 'Size',
    align: 'end',
    sort: ({ keptBytes }) => keptBytes,
    cell: ({ keptBytes }) => <Bytes count={keptBytes} />,
  },
  {
    name: 'saved',
    head: 'Saved by sharing',
    align: 'end',
    isWide: true,
    sort: ({ savedBytes }) => savedBytes,
    cell: ({ savedBytes }) => <Bytes count={savedBytes} />,
  },
  {
    name: 'newest',
    head: 'Newest build',
    isWide: true,
    sort: ({ newestMs }) => newestMs,
    cell: ({ newestMs }) => <Time at={newestMs} />,
  },
  {
    name: 'problems',
    head: 'Problems',
    align: 'end',
    sort: ({ problems }) => problems,
    cell: ({ problems }) => <span class={problems > 0 ? 'bad' : ''}>{number(problems)}</span>,
  },
];

function ListView({ params, query }: PageProps) {
  const { repository = '' } = params;
  const address = `${path}/${encodeURIComponent(repository)}`;
  const live = useLive<EbinList>(address);
  const text = query.get('text') ?? '';
  return (
    <Loaded live={live}>
      {({ ebins, refused, keptBytes }) => (
        <>
          <search class="filters">
            <TextFilter label="Name" value={text} onChange={(value) => setQuery({ text: value })} />
            <span class="quiet">
              {count(ebins.length, 'ebin')}, <Bytes count={keptBytes} /> of objects
            </span>
            <a href={`/trees/${encodeURIComponent(repository)}.tar`} download>
              the repository as a tar
            </a>
          </search>
          <Section title={`Ebins of ${repository}`} id="ebins">
            <Table<EbinRow>
              caption={`ebins of ${repository}`}
              json={address}
              rows={ebins.filter(({ cpv }) => cpv.toLowerCase().includes(text.toLowerCase()))}
              keyOf={({ cpv }) => cpv}
              empty="No ebin fits."
              columns={columnsOf(repository)}
            />
          </Section>
          {refused.map(({ cpv, problems }) => (
            <Section
              key={cpv}
              title={`${cpv} is refused; what was published of it before is still there`}
              id={`refused-${cpv}`}
            >
              {problems.map(({ code, message }) => (
                <Problem key={`${code} ${message}`} problem={{ code, what: message }} />
              ))}
            </Section>
          ))}
        </>
      )}
    </Loaded>
  );
}

const matrix = { load: async () => (await import('./ebin-matrix.tsx')).MatrixView };

export const ebinKind: KindFace = {
  name: 'ebin',
  label: 'Ebins',
  pages: [
    {
      path: '/ebins',
      title: () => 'Ebins',
      view: RepositoriesView,
      nav: { label: 'Ebins', group: 'Recipes' },
    },
    { path: '/ebins/:repository', title: ({ repository }) => `Ebins of ${repository}`, view: ListView },
    {
      path: '/ebins/:repository/:category/:version',
      title: ({ category, version }) => `${category}/${version}`,
      view: matrix,
    },
  ],
};
