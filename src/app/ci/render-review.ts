import type { Problem } from '../../diagnostics/index.ts';
import { type ChangeReport, renderReportMarkdown, renderReportText } from '../../review/index.ts';
import { type ReviewSubject, reviewDiff } from './review-diff.ts';

/** Reports on a change of recipes, ready to be shown. */
export interface RenderedReview {
  readonly packages: readonly ChangeReport[];
  readonly isMajor: boolean;
  readonly problems: readonly Problem[];
  readonly text: string;
  readonly markdown: string;
}

/** Reports on a change, and the reports in words. Throws what `reviewDiff` throws. */
export async function renderReview(subject: ReviewSubject, colour: boolean): Promise<RenderedReview> {
  const packages = await reviewDiff(subject);
  const nothing = 'no recipe differs';
  return {
    packages,
    isMajor: packages.some(({ size }) => size === 'major'),
    problems: packages.flatMap(({ problems }) => problems),
    text: packages.map((report) => renderReportText(report, { colour })).join('\n\n') || nothing,
    markdown:
      packages
        .map((report) => `### \`${report.package.replaceAll('`', '')}\`\n\n${renderReportMarkdown(report)}`)
        .join('\n\n') || nothing,
  };
}
