import type { PackageList, PackageRow } from '../../../src/api/index.ts';
import { useLive } from '../api.ts';
import { setQuery } from '../frame/location.ts';
import type { Page, PageProps } from '../page.ts';
import { repositoryColumn, sizeColumn, stateColumn, tookColumn, versionColumn } from '../pieces/columns.tsx';
import { Loaded } from '../pieces/problem.tsx';
import { type Column, Table } from '../pieces/table.tsx';
import { Time } from '../pieces/values.tsx';
import { count, number, packageAddress } from '../pieces/words.ts';
import { VerdictBadge } from './package/verdict.tsx';

const path = '/api/packages';

function PackagesView({ query }: PageProps) {
  const live = useLive<PackageList>(path);
  return <Loaded live={live}>{({ packages }) => <Packages packages={packages} query={query} />}</Loaded>;
}

/** Whether a row is what the filters in the address ask for. */
function isAsked(row: PackageRow, query: URLSearchParams): boolean {
  const is = (name: string, value: string | null): boolean => {
    const wanted = query.get(name);
    return wanted === null || wanted === value;
  };
  const part = query.get('q')?.toLowerCase() ?? '';
  return (
    row.name.toLowerCase().includes(part) &&
    is('repository', `${row.target}/${row.arch}`) &&
    is('state', row.state ?? 'none') &&
    is('published', row.published) &&
    is('verdict', row.verdict ?? 'none')
  );
}

const columns: readonly Column<PackageRow>[] = [
  {
    name: 'name',
    head: 'Package',
    isHead: true,
    sort: ({ name }) => name,
    cell: ({ target, arch, name }) => <a href={packageAddress(`${target}/${arch}/${name}`)}>{name}</a>,
  },
  versionColumn(),
  stateColumn(),
  {
    name: 'built',
    head: 'Last built',
    sort: ({ builtMs }) => builtMs,
    cell: ({ builtMs }) => <Time at={builtMs} none="never" />,
  },
  tookColumn({ isWide: true }),
  sizeColumn({ isWide: true }),
  repositoryColumn(),
  {
    name: 'published',
    head: 'Published',
    isWide: true,
    sort: ({ published }) => published,
    cell: ({ published }) => (published === 'no' ? '' : published),
  },
  {
    name: 'verdict',
    head: 'Built again',
    isWide: true,
    sort: ({ verdict }) => verdict,
    cell: ({ verdict }) => <VerdictBadge verdict={verdict} />,
  },
];

function Packages({
  packages,
  query,
}: {
  readonly packages: readonly PackageRow[];
  readonly query: URLSearchParams;
}) {
  const rows = packages.filter((row) => isAsked(row, query));
  return (
    <>
      <Filters packages={packages} query={query} shown={rows.length} />
      <Table<PackageRow>
        caption="packages"
        json={path}
        rows={rows}
        keyOf={({ target, arch, name }) => `${target}/${arch}/${name}`}
        empty={packages.length === 0 ? 'Nothing was ever built here.' : 'No package is like that.'}
        sorted={{ column: 'name', isDown: false }}
        columns={columns}
      />
    </>
  );
}

function Filters(props: {
  readonly packages: readonly PackageRow[];
  readonly query: URLSearchParams;
  readonly shown: number;
}) {
  const { packages, query, shown } = props;
  return (
    <search class="filters">
      <label>
        Name{' '}
        <input
          type="search"
          value={query.get('q') ?? ''}
          onInput={({ currentTarget }) => setQuery({ q: currentTarget.value })}
        />
      </label>
      <Choice
        label="Repository"
        name="repository"
        query={query}
        values={packages.map(({ target, arch }) => `${target}/${arch}`)}
      />
      <Choice
        label="State"
        name="state"
        query={query}
        values={packages.map(({ state }) => state ?? 'none')}
      />
      <Choice
        label="Published"
        name="published"
        query={query}
        values={packages.map(({ published }) => published)}
      />
      <Choice
        label="Built again"
        name="verdict"
        query={query}
        values={packages.map(({ verdict }) => verdict ?? 'none')}
      />
      <span class="quiet" role="status">
        {`${number(shown)} of ${count(packages.length, 'package')}`}
      </span>
    </search>
  );
}

/** A filter with what there is to choose from, and how many packages are like that; nothing where all are the same. */
function Choice(props: {
  readonly label: string;
  readonly name: string;
  readonly query: URLSearchParams;
  readonly values: readonly string[];
}) {
  const { label, name, query, values } = props;
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const chosen = query.get(name) ?? '';
  if (counts.size < 2 && chosen === '') return null;
  return (
    <label>
      {label}{' '}
      <select value={chosen} onChange={({ currentTarget }) => setQuery({ [name]: currentTarget.value })}>
        <option value="">any</option>
        {[...counts].sort().map(([value, many]) => (
          <option key={value} value={value}>{`${value} (${number(many)})`}</option>
        ))}
      </select>
    </label>
  );
}

export const packagesPage: Page = {
  path: '/packages',
  title: () => 'Packages',
  view: PackagesView,
  nav: { label: 'Packages', group: 'Packages' },
};

export const packagePage: Page = {
  path: '/packages/:name',
  title: ({ name = '' }) => name,
  view: { load: async () => (await import('./package/package.tsx')).PackageView },
};
