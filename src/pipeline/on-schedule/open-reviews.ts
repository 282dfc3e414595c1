import { isFault, type Problem, problem } from '../../diagnostics/index.ts';
import type { NewChangeRequest } from '../../forge/index.ts';
import type { FileTree } from '../../host/index.ts';
import { renderReportMarkdown, reviewChange } from '../../review/index.ts';
import { asRecipeFolder } from '../recipe-files.ts';
import type { ScheduleContext, ScheduledPackage } from './context.ts';

/** A review branch that needs a merge or pull request. */
export interface OpenReview {
  readonly package: ScheduledPackage;
  readonly branch: string;
  readonly before: FileTree;
  readonly after: FileTree;
  /** Why it needs a person; undefined: an earlier run knew. */
  readonly because: string | undefined;
  readonly isVersionCheck: boolean;
  /** The branch was written now: a request that is open already gets the new words. */
  readonly isFresh: boolean;
  readonly maintainersBefore: readonly string[] | undefined;
  readonly maintainersAfter: readonly string[] | undefined;
}

/**
 * Opens a merge or pull request for each review branch that has none (specification 7.16), and brings the words of the
 * others up to date. Returns their addresses; one that cannot be opened is a problem (CIS008) and is tried again by the
 * next run. Waits for nobody longer than the forge's own limits.
 */
export async function openReviews(
  context: ScheduleContext,
  reviews: readonly OpenReview[],
): Promise<{ readonly urls: ReadonlyMap<string, string>; readonly problems: readonly Problem[] }> {
  const urls = new Map<string, string>();
  const problems: Problem[] = [];
  const { forge } = context;
  if (reviews.length === 0) return { urls, problems };
  if ('missing' in forge) {
    const names = reviews.map(({ branch }) => `'${branch}'`).join(', ');
    problems.push(
      problem('CIS008', {
        ...(isForge(forge) ? {} : { severity: 'warning' as const }),
        what: `'${forge.missing}' is not set, so no review is opened for ${names}`,
      }),
    );
    return { urls, problems };
  }
  for (const review of reviews) {
    try {
      const request = requestOf(context, review);
      const known = await forge.find(review.branch);
      if (!known) {
        const opened = await forge.open(request);
        problems.push(...opened.problems);
        urls.set(review.package.name, opened.url);
        continue;
      }
      if (review.isFresh) await forge.update(known.id, { description: request.description });
      urls.set(review.package.name, known.url);
    } catch (error) {
      if (!isFault(error)) throw error;
      const { what, why, next } = error.problem;
      problems.push(
        problem('CIS008', {
          what: `no review of '${review.package.name}' can be opened: ${what}`,
          ...(why === undefined ? {} : { why }),
          ...(next === undefined ? {} : { next }),
        }),
      );
    }
  }
  return { urls, problems };
}

/** Outside of a CI service there is nowhere to open anything: that is no error (specification 7.16). */
const isForge = ({ missing }: { readonly missing: string }): boolean => missing !== 'CI_API_V4_URL';

const limits =
  'Only the files of the recipe were compared. What the upstream project itself changed is not looked at: a harmless recipe can build harmful software.';

function requestOf({ copy, settings }: ScheduleContext, review: OpenReview): NewChangeRequest {
  const { name } = review.package;
  const report = reviewChange(asRecipeFolder(review.before), asRecipeFolder(review.after), {
    package: name,
    maintainersBefore: review.maintainersBefore,
    maintainersAfter: review.maintainersAfter,
    allow: review.package.settings.changeAllow,
  });
  const opening = review.isVersionCheck
    ? 'This update was made by a version check (nvchecker). Verify the upstream release and the packaging.'
    : 'A recent update of this recipe requires human review. Check it for dangerous changes.';
  const why = review.because === undefined ? [] : [`Why: ${review.because}`];
  return {
    branch: review.branch,
    target: copy.branch,
    title: `chore(update): ${name}`,
    description: `${[opening, ...why, renderReportMarkdown(report).trim(), limits].join('\n\n')}\n`,
    labels: ['ci', 'human-review', 'update', ...(review.isVersionCheck ? ['nvchecker'] : [])],
    ...(settings.reviewAssignee === undefined ? {} : { assignee: settings.reviewAssignee }),
  };
}
