import { versionTime } from '../stages/index.ts';
import type { MirrorSubarch } from './contract.ts';

/** When subarches are due (9.9). */
export interface RotationRules {
  /** A build that is older, in milliseconds, is to be made anew. */
  readonly staleMs: number;
  /** A subarch that failed so often is out of the rotation. */
  readonly mostFailures: number;
}

/** A subarch that might be built. */
export interface Candidate {
  readonly build: string;
  readonly archDesc: string;
  readonly subarch: string;
  /** Day of the newest complete build, in milliseconds since the epoch; undefined: never built. */
  readonly builtMs: number | undefined;
  readonly failures: number;
  readonly isBusy: boolean;
}

/** What is to be built next, and why. */
export interface NextBuild {
  readonly candidate: Candidate;
  readonly why: 'never built' | 'failed, and long ago' | 'stale';
}

/** The facts of a subarch that matter here; undefined for one that nobody set up for building. */
export function candidateOf(subarch: MirrorSubarch): Candidate | undefined {
  if (!subarch.control.has('strategy/build')) return undefined;
  const newest = subarch.versions.filter(({ isComplete }) => isComplete).at(-1);
  const dayMs = newest === undefined ? undefined : versionTime(newest.version) * 1000 || newest.modifiedMs;
  return {
    ...subarch.identity,
    builtMs: dayMs,
    failures: subarch.failures,
    isBusy: subarch.busy !== undefined,
  };
}

/**
 * Which subarch is built next. For each number of failures from none on: first those that were never built; then those that
 * failed once more and were built more than twice the stale time ago; then the oldest that is stale. Who is being built, or failed too
 * often, is passed over. Undefined when nothing is due. Of equals the first one counts.
 */
export function nextBuild(
  candidates: readonly Candidate[],
  rules: RotationRules,
  nowMs: number,
): NextBuild | undefined {
  const open = candidates.filter(({ isBusy, failures }) => !isBusy && failures < rules.mostFailures);
  const oldest = (level: number, ageMs: number): Candidate | undefined =>
    open
      .filter(
        ({ failures, builtMs }) => failures === level && builtMs !== undefined && nowMs - builtMs > ageMs,
      )
      .reduce<Candidate | undefined>(
        (best, one) => (best && (best.builtMs ?? 0) <= (one.builtMs ?? 0) ? best : one),
        undefined,
      );
  for (let level = 0; level < rules.mostFailures; level += 1) {
    const never = open.find(({ failures, builtMs }) => failures === level && builtMs === undefined);
    if (never) return { candidate: never, why: 'never built' };
    const failed = oldest(level + 1, 2 * rules.staleMs);
    if (failed) return { candidate: failed, why: 'failed, and long ago' };
    const stale = oldest(level, rules.staleMs);
    if (stale) return { candidate: stale, why: 'stale' };
  }
  return undefined;
}
