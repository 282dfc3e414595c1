import type { RepositoryViewBody } from '../../../src/api/index.ts';
import { useLive } from '../api.ts';
import type { Page } from '../page.ts';
import { Loaded } from '../pieces/problem.tsx';
import { type Column, Table } from '../pieces/table.tsx';
import { Section, Time } from '../pieces/values.tsx';
import { count, number } from '../pieces/words.ts';

const path = '/api/repositories';

const kinds: Readonly<Record<RepositoryViewBody['kind'], string>> = {
  pacman: 'packages',
  'ebuild-tree': 'tree of ebuilds',
  ebins: 'tree of ebins',
  stages: 'mirror of stages',
  python: 'manifest of Python symbols',
};

/** Address of a repository's page. */
export const repositoryAddress = (name: string, arch: string): string =>
  `/repositories/${encodeURIComponent(name)}?arch=${encodeURIComponent(arch)}`;

const columns: readonly Column<RepositoryViewBody>[] = [
  {
    name: 'name',
    head: 'Repository',
    isHead: true,
    sort: ({ name }) => name,
    cell: ({ name, arch }) => (
      <>
        <a href={repositoryAddress(name, arch)}>{name}</a> <small class="of">{arch}</small>
      </>
    ),
  },
  {
    name: 'kind',
    head: 'Kind',
    isWide: true,
    sort: ({ kind }) => kind,
    cell: ({ kind }) => kinds[kind],
  },
  {
    name: 'packages',
    head: 'Packages',
    align: 'end',
    sort: ({ packages }) => packages,
    cell: ({ packages }) => number(packages),
  },
  {
    name: 'generation',
    head: 'Generation',
    align: 'end',
    sort: ({ generation }) => generation,
    cell: ({ generation }) => number(generation),
  },
  {
    name: 'since',
    head: 'Made',
    sort: ({ createdMs }) => createdMs,
    cell: ({ createdMs }) => <Time at={createdMs} />,
  },
  {
    name: 'kept',
    head: 'Kept',
    align: 'end',
    isWide: true,
    sort: ({ kept }) => kept,
    cell: ({ kept }) => number(kept),
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
];

function RepositoriesView() {
  const live = useLive<readonly RepositoryViewBody[]>(path);
  return (
    <Loaded live={live}>
      {(all) => (
        <Section title={`${count(all.length, 'repository', 'repositories')} published`} id="published">
          <Table<RepositoryViewBody>
            caption="published repositories"
            json={path}
            rows={all}
            keyOf={({ name, arch }) => `${name}/${arch}`}
            empty="Nothing is published yet."
            columns={columns}
          />
        </Section>
      )}
    </Loaded>
  );
}

export const repositoriesPage: Page = {
  path: '/repositories',
  title: () => 'Repositories',
  view: RepositoriesView,
  nav: { label: 'Repositories', group: 'Packages' },
};
