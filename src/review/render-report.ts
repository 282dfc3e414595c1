import type { ChangeReport } from './change-report.ts';

/** The report for a terminal. */
export function renderReportText(report: ChangeReport, _look: { readonly colour: boolean }): string {
  return `${report.package}: ${report.size}`;
}

/** The report for the body of a merge or pull request, at most `limit` characters (default 20,000). */
export function renderReportMarkdown(report: ChangeReport, _limit = 20_000): string {
  return `**${report.size}**`;
}
