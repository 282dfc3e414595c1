import type { ForecastView, JobForecastView, TimeRangeView } from '../../../src/api/index.ts';
import { useLive } from '../api.ts';
import { useNow } from './now.ts';
import { clockTime, count, dayTime, duration, fullTime } from './words.ts';

const dayMs = 86_400_000;

/** A range of times: when it is early and when it is late, eight times in ten. */
export function TimeRange({ range }: { readonly range: TimeRangeView }) {
  const now = useNow();
  const { earlyMs, middleMs, lateMs } = range;
  const text = (ms: number): string => (Math.abs(ms - now) < dayMs / 2 ? clockTime(ms) : dayTime(ms));
  const [early, late] = [text(earlyMs), text(lateMs)];
  return (
    <span class="number" title={`eight times in ten; the middle is ${fullTime(middleMs)}`}>
      {early === late ? early : `${early} – ${late}`}
      <small> {middleMs > now ? `in ${duration(middleMs - now)}` : 'any moment'}</small>
    </span>
  );
}

/** What a range is worth where jobs have no history. */
const guessText = ({ basis, withoutHistory }: JobForecastView): string | undefined =>
  withoutHistory === 0
    ? undefined
    : basis === 'no-history' && withoutHistory === 1
      ? 'a guess: it has no history'
      : `a guess: ${count(withoutHistory, 'job')} of it without history`;

/** When a job will be done, and how many go before it. */
export function When({ forecast }: { readonly forecast: JobForecastView | null | undefined }) {
  if (!forecast) return null;
  const guess = guessText(forecast);
  if (!forecast.end) return <span class="bad">will not run as things stand</span>;
  return (
    <>
      <TimeRange range={forecast.end} />
      {forecast.position !== null && (
        <small> {forecast.position === 0 ? 'next' : `after ${count(forecast.position, 'job')}`}</small>
      )}
      {guess && <small class="quiet"> ({guess})</small>}
    </>
  );
}

/** What is foreseen of open jobs, by id. */
export type Foreseen = ReadonlyMap<string, JobForecastView>;

/** What is foreseen, for tables that have a column for it. */
export function useForecast(plan?: number): Foreseen {
  const { data } = useLive<ForecastView>(
    `/api/forecast?limit=5000${plan === undefined ? '' : `&plan=${plan}`}`,
  );
  return new Map(data?.jobs.map((job) => [job.job, job]));
}
