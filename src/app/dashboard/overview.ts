import type { BuilderView, Overview, UpkeepView } from '../../api/index.ts';
import type { FailureRecord } from '../../database/index.ts';
import { classTexts, type FailureClass } from '../../failures/index.ts';
import type { JobStateName } from '../../model/index.ts';
import type { Farm } from '../farm.ts';

const hourMs = 60 * 60 * 1000;
const dayMs = 24 * hourMs;
const mostFailed = 100;
const shownHours = 48;

/** What else the first page shows, as those know it who look at the farm. */
export interface OverviewParts {
  readonly open: ReadonlyMap<JobStateName, number>;
  readonly builders: readonly BuilderView[];
  readonly upkeep: readonly UpkeepView[];
  readonly troubles: readonly string[];
}

/** The farm at a glance. */
export function overviewOf(
  { database, clock }: Pick<Farm, 'database' | 'clock'>,
  parts: OverviewParts,
): Overview {
  const nowMs = clock.nowMs();
  const { recent } = database;
  const sinceMs = nowMs - dayMs;
  const hours = allHours(recent.hours(nowMs - shownHours * hourMs), nowMs);
  const ofDay = recent.byBuilder(sinceMs);
  const failed = recent.failures(sinceMs, mostFailed);
  const lastDay = hours.slice(-24);
  return {
    open: Object.fromEntries(parts.open),
    running: recent.atWork().map(({ job, ...rest }) => ({ id: job, ...rest })),
    failed: failed.map(({ id, job, plan, builder, endedMs, kind, code, what, now }) => ({
      id: job,
      plan,
      attempt: id,
      builder,
      endedMs,
      state: kind,
      code,
      what: what ?? 'it did not end within its time',
      said: saidOf(database.failures.get(id)),
      now,
    })),
    day: {
      succeeded: lastDay.reduce((sum, one) => sum + one.succeeded, 0),
      failed: failed.length < mostFailed ? failed.length : lastDay.reduce((sum, one) => sum + one.failed, 0),
      published: recent.published(sinceMs),
    },
    builders: parts.builders.map(({ name, state, slots, busy }) => ({
      name,
      state,
      slots,
      busy: busy.length,
      dayAttempts: ofDay.get(name) ?? 0,
    })),
    hours,
    upstreams: parts.upkeep.map(upstreamOf),
    troubles: [...parts.troubles],
  };
}

/** Null where the log was not read yet, or says nothing that is known. */
function saidOf(failure: FailureRecord | undefined): Overview['failed'][number]['said'] {
  const words = failure && failure.class !== 'unknown' && classTexts[failure.class as FailureClass];
  return words ? { title: words.title, line: failure.first?.text ?? null } : null;
}

/** With the hours in which nothing ended. */
function allHours(found: Overview['hours'], nowMs: number): Overview['hours'] {
  const known = new Map(found.map((hour) => [hour.atMs, hour]));
  const lastMs = Math.floor(nowMs / hourMs) * hourMs;
  return Array.from({ length: shownHours }, (_, index) => {
    const atMs = lastMs - (shownHours - 1 - index) * hourMs;
    return known.get(atMs) ?? { atMs, succeeded: 0, failed: 0 };
  });
}

function upstreamOf({
  source,
  next,
  last,
  paused,
  problem,
  packages,
}: UpkeepView): Overview['upstreams'][number] {
  return {
    source,
    nextMs: next[0]?.atMs ?? null,
    lastMs: last[0]?.startedMs ?? null,
    paused,
    problem: problem === null ? null : problem.what,
    reviews: packages.review ?? 0,
  };
}
