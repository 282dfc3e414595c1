import type { BuilderView } from '../../../src/api/index.ts';
import { type Live, useLive } from '../api.ts';
import type { Page } from '../page.ts';
import { builderNameColumn, loadColumn, stateColumn } from '../pieces/columns.tsx';
import { tell } from '../pieces/notice.tsx';
import { Command } from '../pieces/operator.tsx';
import { Loaded } from '../pieces/problem.tsx';
import { type Column, Table } from '../pieces/table.tsx';
import { JobName, Section, Time } from '../pieces/values.tsx';
import { count } from '../pieces/words.ts';

const path = '/api/builders';

function BuildersView() {
  const live = useLive<readonly BuilderView[]>(path);
  return (
    <Loaded live={live}>
      {(builders) => {
        const slots = builders.reduce((sum, one) => sum + one.slots, 0);
        const busy = builders.reduce((sum, one) => sum + one.busy.length, 0);
        return (
          <Section
            title={`${count(builders.length, 'builder')}, ${busy} of ${count(slots, 'slot')} busy`}
            id="builders"
          >
            <Table<BuilderView>
              caption="builders"
              json={path}
              rows={builders}
              keyOf={({ name, instance }) => `${name} ${instance}`}
              empty="No builder has ever said anything. docs/service.md tells how to add one."
              columns={columnsOf(live)}
              rowState={({ state }) => state}
            />
          </Section>
        );
      }}
    </Loaded>
  );
}

const columnsOf = (live: Live<readonly BuilderView[]>): readonly Column<BuilderView>[] => [
  ...factColumns,
  { name: 'do', head: 'Actions', cell: (builder) => <Drain builder={builder} live={live} /> },
];

const factColumns: readonly Column<BuilderView>[] = [
  builderNameColumn(),
  stateColumn(),
  loadColumn(({ busy }) => busy.length),
  {
    name: 'works',
    head: 'Works on',
    isLoose: true,
    cell: ({ busy }) =>
      busy.map((id, index) => (
        <span key={id}>
          {index > 0 && ', '}
          <JobName id={id} />
        </span>
      )),
  },
  {
    name: 'class',
    head: 'Class',
    align: 'end',
    sort: ({ class: of }) => of,
    cell: ({ class: of }) => of ?? '',
  },
  {
    name: 'for',
    head: 'For',
    isWide: true,
    cell: ({ arches, labels }) => (
      <>
        {arches.join(', ')} {labels.length > 0 && <small>{labels.join(', ')}</small>}
      </>
    ),
  },
  {
    name: 'seen',
    head: 'Last heard of',
    isWide: true,
    sort: ({ lastSeenMs }) => lastSeenMs,
    cell: ({ lastSeenMs }) => <Time at={lastSeenMs} />,
  },
  {
    name: 'trouble',
    head: 'Trouble',
    isLoose: true,
    isWide: true,
    cell: ({ trouble, state }) =>
      trouble ? (
        <span class="clip bad" title={trouble}>
          {trouble}
        </span>
      ) : (
        hintOf(state)
      ),
  },
];

/** What a state means that is not as it should be. */
function hintOf(state: BuilderView['state']): string {
  if (state === 'lost') return 'silent: its jobs are given to others';
  if (state === 'incompatible') return 'of another version: update it';
  if (state === 'flapping') return 'lost several attempts within an hour';
  return '';
}

function Drain(props: { readonly builder: BuilderView; readonly live: Live<readonly BuilderView[]> }) {
  const { name, state } = props.builder;
  const isDrained = state === 'draining';
  return (
    <Command<{ readonly drained: boolean }>
      label={isDrained ? 'Resume' : 'Drain'}
      description={`${isDrained ? 'Resume' : 'Drain'} ${name}`}
      address={`/api/builders/${encodeURIComponent(name)}/drain`}
      body={{ drained: !isDrained }}
      done={(sent) => {
        if (sent === undefined) return;
        if ('trouble' in sent) tell(sent.trouble);
        else tell(sent.answer.drained ? `${name} gets no new jobs` : `${name} gets jobs again`);
        void props.live.refresh();
      }}
    />
  );
}

export const buildersPage: Page = {
  path: '/builders',
  title: () => 'Builders',
  view: BuildersView,
  nav: { label: 'Builders', group: 'Farm' },
};
