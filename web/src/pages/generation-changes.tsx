import type { GenerationBody, GenerationChangesBody } from '../../../src/api/index.ts';
import { useLive } from '../api.ts';
import { setQuery } from '../frame/location.ts';
import { LibraryLines } from '../pieces/libraries.tsx';
import { Loaded } from '../pieces/problem.tsx';
import { Table } from '../pieces/table.tsx';
import { Empty, Section } from '../pieces/values.tsx';
import { count, recentTime } from '../pieces/words.ts';
import { dayAround, generationsOfDay } from './generations-of-day.ts';

type Change = GenerationChangesBody['changes'][number];

const signs: Readonly<Record<Change['kind'], readonly [sign: string, tone: string, word: string]>> = {
  added: ['+', 'good', 'added'],
  removed: ['−', 'bad', 'removed'],
  raised: ['↑', 'busy', 'raised'],
  lowered: ['↓', 'warn', 'lowered'],
};

const days = [
  ['today', 0],
  ['yesterday', 1],
] as const;

/** Leads to what a day changed, by what is kept. */
function Days(props: {
  readonly generations: readonly GenerationBody[];
  readonly from: number;
  readonly to: number;
}) {
  const { generations, from, to } = props;
  return days.map(([name, back]) => {
    const range = generationsOfDay(generations, dayAround(back, Date.now()));
    return (
      <button
        key={name}
        type="button"
        disabled={!range}
        aria-pressed={range?.from === from && range.to === to}
        title={range ? `from generation ${range.from} to ${range.to}` : `${name} changed nothing`}
        onClick={() => range && setQuery({ from: String(range.from), to: String(range.to) })}
      >
        {name}
      </button>
    );
  });
}

/** What one kept generation has that another has not; the address names both, else it is the visible one and the one before. */
export function Changes(props: {
  readonly base: string;
  readonly generations: readonly GenerationBody[];
  readonly query: URLSearchParams;
}) {
  const { base, generations, query } = props;
  const visible = generations.find((one) => one.visible)?.number ?? generations[0]?.number;
  const isKept = (value: number): boolean => generations.some((one) => one.number === value);
  const asked = (name: string, usual: number | undefined): number | undefined => {
    const value = Number(query.get(name));
    return query.has(name) && isKept(value) ? value : usual;
  };
  const to = asked('to', visible);
  const before = generations.find((one) => to !== undefined && one.number < to)?.number;
  const from = asked('from', before);
  if (from === undefined || to === undefined)
    return (
      <Section title="What changed" id="changes">
        <Empty>There is no second generation to compare with.</Empty>
      </Section>
    );
  return (
    <Section
      title={`What changed from ${from} to ${to}`}
      id="changes"
      aside={
        <search class="filters" aria-label="Which generations are compared">
          <Days generations={generations} from={from} to={to} />
          <Chosen
            label="From"
            value={from}
            all={generations}
            onChange={(value) => setQuery({ from: value })}
          />
          <Chosen label="To" value={to} all={generations} onChange={(value) => setQuery({ to: value })} />
        </search>
      }
    >
      <Between address={`${base}/changes?from=${from}&to=${to}`} />
    </Section>
  );
}

function Chosen(props: {
  readonly label: string;
  readonly value: number;
  readonly all: readonly GenerationBody[];
  readonly onChange: (value: string) => void;
}) {
  return (
    <label class="filter">
      {props.label}
      <select value={String(props.value)} onChange={(event) => props.onChange(event.currentTarget.value)}>
        {props.all.map(({ number, createdMs }) => (
          <option key={number} value={String(number)}>
            {`${number}, ${recentTime(createdMs, Date.now())}`}
          </option>
        ))}
      </select>
    </label>
  );
}

function Between({ address }: { readonly address: string }) {
  const live = useLive<GenerationChangesBody>(address, { isSlow: true });
  return (
    <Loaded live={live}>
      {({ changes, libraries }) => (
        <>
          {changes.length > 0 && <p class="body">{summary(changes)}</p>}
          <LibraryLines libraries={libraries} />
          <Table<Change>
            caption="changed packages"
            name="changes-"
            json={address}
            rows={changes}
            keyOf={({ name }) => name}
            empty="Both have the same packages."
            columns={[
              {
                name: 'kind',
                head: 'Change',
                sort: ({ kind }) => kind,
                cell: ({ kind }) => {
                  const [sign, tone, word] = signs[kind];
                  return (
                    <span class="badge" data-tone={tone}>
                      <span aria-hidden="true">{sign}</span> {word}
                    </span>
                  );
                },
              },
              {
                name: 'name',
                head: 'Package',
                isHead: true,
                sort: ({ name }) => name,
                cell: ({ name }) => name,
              },
              { name: 'from', head: 'Before', cell: ({ from }) => from ?? '' },
              { name: 'to', head: 'After', cell: ({ to }) => to ?? '' },
            ]}
          />
        </>
      )}
    </Loaded>
  );
}

function summary(changes: readonly Change[]): string {
  const words = (['added', 'raised', 'lowered', 'removed'] as const).flatMap((kind) => {
    const found = changes.filter((one) => one.kind === kind).length;
    return found === 0 ? [] : [`${count(found, 'package')} ${signs[kind][2]}`];
  });
  return `${words.join(', ')}.`;
}
