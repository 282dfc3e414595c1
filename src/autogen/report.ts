import type { Problem } from '../diagnostics/index.ts';
import type { DownloadProgress } from '../fastpull/index.ts';
import type { LogLine } from './run-context.ts';

/** How a package of a run ended. */
export type PackageOutcome = 'written' | 'unchanged' | 'failed' | 'skipped';

/** One package of a run, as the report has it. */
export interface PackageReport {
  readonly kind: 'package';
  /** `category/name[-version]` as far as it is known. */
  readonly label: string;
  readonly autogen: string;
  readonly file: string;
  /** Of the file. */
  readonly line?: number;
  readonly outcome: PackageOutcome;
  /** `category/name` of each package that it wanted to write, also when it failed later. */
  readonly claims: readonly string[];
  /** Paths of ebuilds and Manifests below the overlay root that changed, or would. */
  readonly changed: readonly string[];
  /** Ebuilds that were made, whether they changed or not: `category/name/NAME-VERSION.ebuild`. */
  readonly ebuilds: readonly string[];
  readonly problem?: Problem;
  /** Worth a word, and no failure. */
  readonly remarks: readonly Problem[];
}

/** What happens in a run, in order; each is one line of the report. */
export type RunEvent =
  | { readonly kind: 'begin'; readonly root: string; readonly autogens: number; readonly packages: number }
  | PackageReport
  | { readonly kind: 'diff'; readonly path: string; readonly text: string }
  | { readonly kind: 'removed'; readonly path: string }
  /** A host that asked for it is not asked before `until`; others go on. */
  | { readonly kind: 'pause'; readonly host: string; readonly seconds: number; readonly until: string }
  | { readonly kind: 'stale'; readonly address: string; readonly fetchedOn: string }
  | { readonly kind: 'problem'; readonly problem: Problem }
  | ({ readonly kind: 'log' } & LogLine)
  | ({ readonly kind: 'end' } & RunTotals);

/** How far a run is, for those who watch; no part of its report. */
export type RunProgress =
  | { readonly kind: 'packages'; readonly done: number; readonly total: number }
  | ({ readonly kind: 'download' } & DownloadProgress);

export interface RunTotals {
  readonly written: number;
  readonly unchanged: number;
  readonly failed: number;
  readonly skipped: number;
  /** Ebuilds that were made, whether they changed or not. */
  readonly ebuilds: number;
  readonly removed: number;
  readonly stalePages: number;
  readonly milliseconds: number;
}

/** The end of a run. It failed when a package failed. */
export interface RunReport {
  readonly packages: readonly PackageReport[];
  /** What concerns no package alone. */
  readonly problems: readonly Problem[];
  readonly totals: RunTotals;
  readonly isFailed: boolean;
}

/** Failures of a run for people: each package once, with the file that asked for it and the message. */
export function failureLines(report: RunReport): readonly string[] {
  return report.packages
    .filter(({ outcome }) => outcome === 'failed')
    .map(({ label, file, line, problem }) => {
      const place = line === undefined ? file : `${file}:${line}`;
      return `${label} (${place}): ${problem ? `${problem.code} ${problem.what}` : 'failed'}`;
    });
}

/** One line of what a run did. */
export function summaryLine({ totals }: RunReport, isDryRun = false): string {
  const parts = [
    [totals.written, isDryRun ? 'would be written' : 'written'],
    [totals.unchanged, 'unchanged'],
    [totals.failed, 'failed'],
    [totals.skipped, 'skipped'],
  ] as const;
  const said = parts.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`);
  return `packages: ${said.length === 0 ? 'none' : said.join(', ')}; ${totals.ebuilds} ebuilds`;
}
