import type { PackageCheck } from '../../api/index.ts';
import { type Problem, problem } from '../../diagnostics/index.ts';
import type { RequestedPackage } from '../../formats/pkgbuild-repo/index.ts';
import type { Outcome } from './carry-out.ts';
import type { Decision } from './decide.ts';
import type { Examination } from './examine.ts';
import type { Published } from './publish.ts';

/** One package of the report. */
export interface PackageReport {
  readonly name: string;
  readonly decision: Decision['kind'] | 'failed' | 'paused';
  readonly because: string;
  /** What is new, and why it is rebuilt. */
  readonly notes: readonly string[];
  readonly problems: readonly Problem[];
  readonly review?: { readonly branch: string; readonly url: string | undefined };
}

export interface ScheduleReport {
  readonly packages: readonly PackageReport[];
  /** Trouble that is no single package's. */
  readonly problems: readonly Problem[];
  /** What was published; undefined for a dry run. */
  readonly published: Published | undefined;
  /** Packages that the run asks to be built, with their classes. */
  readonly scheduled: readonly RequestedPackage[];
  /** `scheduled`: the manager has all that there was; `waiting`: it lies on branch `state`. */
  readonly outcome: 'nothing' | 'scheduled' | 'waiting';
  readonly outOfReach: Problem | undefined;
  /** Packages that were looked at. */
  readonly checked: number;
  readonly reviews: { readonly open: number; readonly closed: readonly string[] };
}

/** What is said of a package that was looked at. */
export function packageReport(
  one: Examination,
  decision: Decision | undefined,
  outcome: Outcome,
): PackageReport {
  const failure = outcome.failed.get(one.name);
  const problems = failure ? [...one.problems, failure] : one.problems;
  const kind = decision?.kind ?? 'nothing';
  const isFailed = failure !== undefined || problems.some(({ severity }) => severity === 'error');
  const branch = outcome.reviews.get(one.name);
  return {
    name: one.name,
    decision: isFailed && (kind === 'nothing' || failure) ? 'failed' : kind,
    because: decision && decision.kind !== 'nothing' ? decision.because : '',
    notes: [...one.notes, ...(one.bump?.because ?? [])],
    problems,
    ...(branch === undefined ? {} : { review: { branch, url: outcome.urls.get(one.name) } }),
  };
}

/** What is said of a package that is left alone for now. */
export function pausedReport(name: string, check: PackageCheck | undefined): PackageReport {
  const until = check?.nextTry === undefined ? '' : ` until ${new Date(check.nextTry).toISOString()}`;
  const because = `${check?.failures ?? 0} failures in a row, left alone${until}`;
  const last = check?.error;
  const found = problem('CIS005', {
    what: `'${name}' is left alone${until}`,
    ...(last === undefined
      ? {}
      : { why: `The last of ${check?.failures ?? 0} failures in a row: ${last.code} ${last.what}.` }),
  });
  return { name, decision: 'paused', because, notes: [], problems: [found] };
}
