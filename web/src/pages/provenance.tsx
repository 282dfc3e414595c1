import type { PackageList, VerdictList } from '../../../src/api/index.ts';
import { useLive } from '../api.ts';
import type { Page } from '../page.ts';
import { repositoryColumn, versionColumn } from '../pieces/columns.tsx';
import { Loaded } from '../pieces/problem.tsx';
import { Table } from '../pieces/table.tsx';
import { Section, Time } from '../pieces/values.tsx';
import { count, number, packageAddress } from '../pieces/words.ts';
import { VerdictBadge } from './package/verdict.tsx';

const path = '/api/provenance';

function ProvenanceView() {
  const packages = useLive<PackageList>('/api/packages');
  const verdicts = useLive<VerdictList>(path);
  return (
    <>
      <Loaded live={packages}>{(list) => <Numbers packages={list.packages} />}</Loaded>
      <Section title="Built again to be compared">
        <Loaded live={verdicts}>{(list) => <Verdicts verdicts={list.verdicts} />}</Loaded>
      </Section>
      <p class="quiet">
        <code>packmill verify-build NAME</code> builds a package once more from its statement and compares
        every byte.
      </p>
    </>
  );
}

/** How many packages, as they are now, came out the same. */
function Numbers({ packages }: PackageList) {
  const made = packages.filter(({ version }) => version !== null);
  const kinds = [
    ['reproduced', 'reproduced', undefined],
    ['differ', 'differs', 'bad'],
    ['cannot be told', 'cannot', undefined],
    ['never built again', 'none', undefined],
  ] as const;
  return (
    <dl class="numbers">
      {kinds.map(([label, verdict, tone]) => {
        const many = made.filter((one) => (one.verdict ?? 'none') === verdict).length;
        return (
          <div key={label} class="figure" data-tone={many > 0 ? tone : undefined}>
            <dt>{label}</dt>
            <dd>
              <a href={`/packages?verdict=${verdict}`}>{number(many)}</a>{' '}
              <small>{`of ${count(made.length, 'package')}`}</small>
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

type Verdict = VerdictList['verdicts'][number];

function Verdicts({ verdicts }: VerdictList) {
  return (
    <Table<Verdict>
      caption="verdicts"
      json={path}
      rows={verdicts}
      keyOf={({ target, arch, name, atMs }) => `${target}/${arch}/${name} ${atMs}`}
      empty="Nothing was built again yet."
      columns={[
        {
          name: 'name',
          head: 'Package',
          isHead: true,
          sort: ({ name }) => name,
          cell: ({ target, arch, recipe, name }) => (
            <a href={packageAddress(`${target}/${arch}/${recipe}`)}>{name}</a>
          ),
        },
        versionColumn(),
        {
          name: 'verdict',
          head: 'Verdict',
          sort: ({ verdict }) => verdict,
          cell: ({ verdict }) => <VerdictBadge verdict={verdict} />,
        },
        { name: 'when', head: 'When', sort: ({ atMs }) => atMs, cell: ({ atMs }) => <Time at={atMs} /> },
        {
          name: 'why',
          head: 'Because of',
          isWide: true,
          cell: ({ first, differences }) =>
            first !== null && (
              <span class="clip" title={first}>
                {first}
                {differences > 1 && ` and ${number(differences - 1)} more`}
              </span>
            ),
        },
        repositoryColumn(),
      ]}
    />
  );
}

export const provenancePage: Page = {
  path: '/provenance',
  title: () => 'Provenance',
  view: ProvenanceView,
  nav: { label: 'Provenance', group: 'Packages' },
};
