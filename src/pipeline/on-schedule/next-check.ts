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

/** Remarks about a package that are no trouble with it. */
const remarks: ReadonlySet<string> = new Set(['CIS003', 'CIS006', 'CIS009', 'PLN008', 'PLN009', 'UPS015']);

/**
 * What is known of a package after a look at it: the first trouble, if any, that people are told of. From the third
 * error in a row on it is left alone for an hour, then for twice as long each time, up to a day (specification 22.30);
 * what is only a warning, as a server that is silent today, leaves nothing alone. A success forgets all that.
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
  const error = look.problems.find(({ severity }) => severity === 'error');
  const trouble = error ?? look.problems.find(({ code }) => !remarks.has(code));
  const updated = look.isUpdated ? nowMs : before?.updated;
  const common: PackageCheck = {
    ...(updated === undefined ? {} : { updated }),
    ...(look.review === undefined ? {} : { review: look.review }),
  };
  if (!trouble) return { ...common, checked: nowMs };
  const since = before?.error?.code === trouble.code ? before.error.since : nowMs;
  const checked = error ? before?.checked : nowMs;
  const noted: PackageCheck = {
    ...common,
    ...(checked === undefined ? {} : { checked }),
    error: { code: trouble.code, what: trouble.what, since },
  };
  if (!error) return noted;
  const failures = (before?.failures ?? 0) + 1;
  if (failures < patience) return { ...noted, failures };
  const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** (failures - patience));
  return { ...noted, failures, nextTry: nowMs + pauseMs };
}
