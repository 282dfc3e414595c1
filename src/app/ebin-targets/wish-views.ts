import type { EbinRequestView } from '../../api/index.ts';
import type { JobRevision } from '../../database/index.ts';
import { catalogue } from '../../diagnostics/index.ts';
import type { Selected } from '../../ebin-repository/index.ts';
import type { Farm } from '../farm.ts';
import { type EbinWish, newestOf, wishJob } from './wishes.ts';

/** How the build of a wish stands. */
type Standing = Pick<EbinRequestView, 'state' | 'reason' | 'next' | 'job'>;

/** A wish, and how it stands. `isBuildable`: a builder with Portage is at work. */
export function wishView(
  farm: Pick<Farm, 'database' | 'trees'>,
  wish: EbinWish,
  isBuildable: boolean,
): EbinRequestView {
  const { id, target, package: name, use, requestedMs } = wish;
  const found = newestOf(farm, target, { atom: name, use });
  const job = wishJob(wish);
  const [revision] = farm.database.views.revisions(job, 1);
  const standing: Standing = found?.isThere
    ? { state: 'there', reason: null, next: null, job: revision ? job : null }
    : standingOf(farm, revision, isBuildable);
  return { id, target, package: name, use: [...use], requestedMs, ...standing, nearest: nearestOf(found) };
}

/** The answer to a request for what exists already. */
export function thereView(
  wish: Omit<EbinWish, 'id' | 'requestedMs'>,
  found: Selected,
  nowMs: number,
): EbinRequestView {
  const { target, package: name, use } = wish;
  const standing = { state: 'there' as const, reason: null, next: null, job: null };
  return {
    id: 0,
    target,
    package: name,
    use: [...use],
    requestedMs: nowMs,
    ...standing,
    nearest: nearestOf(found),
  };
}

const nearestOf = (found: Selected | undefined): EbinRequestView['nearest'] =>
  (found?.nearest ?? []).map(({ use, turnOn, turnOff }) => ({
    use: [...use],
    turnOn: [...turnOn],
    turnOff: [...turnOff],
  }));

function standingOf(
  { database }: Pick<Farm, 'database'>,
  revision: JobRevision | undefined,
  isBuildable: boolean,
): Standing {
  if (revision === undefined) {
    const next = catalogue['EBN102']?.next ?? null;
    return isBuildable
      ? { state: 'queued', reason: null, next: null, job: null }
      : { state: 'waiting', reason: 'EBN102 no builder at work has a root with Portage', next, job: null };
  }
  const { id: job, state, attempt } = revision;
  const common = { reason: revision.reason ?? null, next: null, job };
  switch (state) {
    case 'running':
      return { ...common, state: 'building' };
    case 'succeeded':
    case 'already-built':
      return { ...common, state: 'built' };
    case 'failed':
    case 'timed-out':
    case 'canceled':
    case 'skipped':
    case 'blocked': {
      const outcome = attempt === undefined ? undefined : database.attempts.get(attempt)?.outcome;
      if (outcome?.kind !== 'failed') return { ...common, state: 'failed', next: 'Ask for it again.' };
      const { code, what, next } = outcome.problem;
      return { state: 'failed', reason: `${code} ${what}`, next: next ?? null, job };
    }
    default:
      return { ...common, state: 'queued' };
  }
}
