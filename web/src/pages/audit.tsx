import { useState } from 'preact/hooks';
import type { AuditReply, AuditView } from '../../../src/api/index.ts';
import { useLive } from '../api.ts';
import { setQuery } from '../frame/location.ts';
import type { Page, PageProps } from '../page.ts';
import { Loaded } from '../pieces/problem.tsx';
import { Table } from '../pieces/table.tsx';
import { JsonLink, Section, StateBadge, Time } from '../pieces/values.tsx';

const meansWords = { token: 'token', openid: 'account', machine: 'on the machine' } as const;

/** What was asked, as pairs that can be read; long lists are told by their beginning. */
function subjectWords(subject: string): string {
  const words = Object.entries(JSON.parse(subject) as Record<string, unknown>)
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
  return words.length > 300 ? `${words.slice(0, 300)}…` : words;
}

const stateOf = { done: 'succeeded', refused: 'blocked', failed: 'failed', asked: 'waiting' } as const;

function AuditViewPage({ query }: PageProps) {
  const who = query.get('who') ?? '';
  const before = query.get('before');
  const [typed, type] = useState(who);
  const words = new URLSearchParams({ limit: '200' });
  if (who !== '') words.set('who', who);
  if (before !== null) words.set('before', before);
  const path = `/api/audit?${words}`;
  const live = useLive<AuditReply>(path);
  return (
    <>
      <p>
        Each command of an operator is written down before it is carried out. Reading leaves no trace here.
      </p>
      <form
        class="filters"
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          setQuery({ who: typed.trim() || undefined, before: undefined });
        }}
      >
        <label>
          Who <input type="search" value={typed} onInput={({ currentTarget }) => type(currentTarget.value)} />
        </label>
        <button type="submit">Show</button>
      </form>
      <Section title="Write actions" aside={<JsonLink path={path} />}>
        <Loaded live={live}>{(reply) => <Entries reply={reply} path={path} />}</Loaded>
      </Section>
    </>
  );
}

function Entries({ reply, path }: { readonly reply: AuditReply; readonly path: string }) {
  return (
    <>
      <Table<AuditView>
        caption="write actions, newest first"
        name="audit-"
        json={path}
        rows={reply.entries}
        keyOf={({ id }) => String(id)}
        empty="Nobody has told the manager to do anything."
        columns={[
          {
            name: 'when',
            head: 'When',
            isHead: true,
            sort: ({ atMs }) => atMs,
            cell: ({ atMs }) => <Time at={atMs} />,
          },
          {
            name: 'who',
            head: 'Who',
            sort: ({ who }) => who,
            cell: ({ who, means }) => (
              <>
                <a href={`/audit?who=${encodeURIComponent(who)}`}>{who}</a> <small>{meansWords[means]}</small>
              </>
            ),
          },
          { name: 'action', head: 'What', sort: ({ action }) => action, cell: ({ action }) => action },
          { name: 'subject', head: 'Of what', isWide: true, cell: ({ subject }) => subjectWords(subject) },
          {
            name: 'outcome',
            head: 'Outcome',
            sort: ({ outcome }) => outcome,
            cell: ({ outcome, code }) => (
              <>
                <StateBadge state={stateOf[outcome]} word={outcome} /> {code && <code>{code}</code>}
              </>
            ),
          },
        ]}
      />
      {reply.next !== null && (
        <p>
          <button type="button" onClick={() => setQuery({ before: String(reply.next) })}>
            Older ones
          </button>
        </p>
      )}
    </>
  );
}

export const auditPage: Page = {
  path: '/audit',
  title: () => 'Audit log',
  view: AuditViewPage,
  nav: { label: 'Audit log', group: 'Tools' },
};
