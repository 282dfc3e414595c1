import type { PackageCheck } from '../../api/index.ts';
import type { Problem } from '../../diagnostics/index.ts';

/** Failures in a row before a package is tried less often. */
const patience = 3;
const firstPauseMs = 60 * 60 * 1000;
const longestPauseMs = 24 * 60 * 60 * 1000;

/** Whether a package is left alone in this run. */
export function isPaused(check: PackageCheck | undefined, nowMs: number): boolean {
  return check?.nextTry !== undefined && check.nextTry > nowMs;
}

/**
 * What is known of a package after a look at it. From the third failure in a row on it is left alone for an hour, then
 * for twice as long each time, up to a day (specification 22.30); a success forgets all that.
 */
export function nextCheck(
  before: PackageCheck | undefined,
  look: {
    readonly nowMs: number;
    readonly problems: readonly Problem[];
    readonly isUpdated: boolean;
    readonly review: PackageCheck['review'];
  },
): PackageCheck {
  const { nowMs } = look;
  const failure = look.problems.find(({ severity }) => severity === 'error');
  const updated = look.isUpdated ? nowMs : before?.updated;
  const common: PackageCheck = {
    ...(updated === undefined ? {} : { updated }),
    ...(look.review === undefined ? {} : { review: look.review }),
  };
  if (!failure) return { ...common, checked: nowMs };
  const failures = (before?.failures ?? 0) + 1;
  const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** (failures - patience));
  return {
    ...common,
    ...(before?.checked === undefined ? {} : { checked: before.checked }),
    failures,
    error: {
      code: failure.code,
      what: failure.what,
      since: before?.error?.code === failure.code ? before.error.since : nowMs,
    },
    ...(failures < patience ? {} : { nextTry: nowMs + pauseMs }),
  };
}
