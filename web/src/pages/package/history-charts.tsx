import type { PackageHistory } from '../../../../src/api/index.ts';
import { Chart } from '../../pieces/chart.tsx';
import { bytes, duration } from '../../pieces/words.ts';

const [second, minute, hour] = [1000, 60_000, 3_600_000];
const spans = [
  ...[1, 2, 5, 10, 30].map((count) => count * second),
  ...[1, 2, 5, 10, 30].map((count) => count * minute),
  ...[1, 2, 6, 12, 24, 48, 96].map((count) => count * hour),
];
/** From 16 bytes to 64 TiB. */
const sizes = Array.from({ length: 43 }, (_, power) => 2 ** (power + 4));

type Attempts = PackageHistory['attempts'];

/** How long builds took and how large their results were, over time. */
export function HistoryCharts({ attempts }: { readonly attempts: Attempts }) {
  const oldest = attempts.toReversed();
  const good = oldest.filter(({ outcome }) => outcome === 'succeeded');
  if (good.length < 2) return null;
  const ended = oldest.filter(({ durationMs, outcome }) => durationMs !== null && outcome !== 'canceled');
  const took = (isGood: boolean) =>
    ended.map(({ durationMs, outcome }) => ((outcome === 'succeeded') === isGood ? durationMs : null));
  return (
    <div class="charts">
      <Chart
        label="How long builds took"
        words={spread(
          'from',
          good.map(({ durationMs }) => durationMs ?? 0),
          duration,
        )}
        xs={ended.map(({ startedMs }) => startedMs)}
        lines={[
          { name: 'succeeded', tone: 'good', values: took(true) },
          { name: 'failed', tone: 'bad', values: took(false), isLoose: true },
        ]}
        print={duration}
        steps={spans}
      />
      <Chart
        label="How large its packages were"
        words={spread(
          'from',
          good.map(({ sizeBytes }) => sizeBytes ?? 0),
          bytes,
        )}
        xs={good.map(({ startedMs }) => startedMs)}
        lines={[{ name: 'size', tone: 'accent', values: good.map(({ sizeBytes }) => sizeBytes) }]}
        print={bytes}
        steps={sizes}
      />
    </div>
  );
}

/** The range of values in words, for those who do not see the chart. */
function spread(from: string, values: readonly number[], print: (value: number) => string): string {
  return `${from} ${print(Math.min(...values))} to ${print(Math.max(...values))}, lately ${print(values.at(-1) ?? 0)}`;
}
