import type { Command } from 'commander';
import { ciReviewDiff, type RenderedReview } from '../../app/ci/index.ts';
import { fault } from '../../diagnostics/index.ts';
import { exitCodes, type Shell } from '../shell.ts';
import { repositoryOption } from './ci-session.ts';

const help = `
DIFF is a commit (against its first parent), a range (HEAD~1..HEAD, main..update-foo), a file with a unified diff that
fits HEAD, or - for one on standard input; HEAD when left out. Nothing of the recipes is run.

Exit codes: 0 nothing or minor changes only, 1 a major change, 2 wrong usage.

Examples:
  packmill ci review main..update-foo
  git diff | packmill ci review -
  packmill ci review --before ./foo --after /tmp/foo-from-the-aur --markdown`;

interface ReviewOptions {
  readonly repository: string;
  readonly before?: string;
  readonly after?: string;
  readonly markdown?: boolean;
}

/** `packmill ci review`: what a change of recipes means, and what it runs that they did not. */
export function addCiReview(ci: Command, shell: Shell): void {
  ci.command('review')
    .description('what a change of recipes means: minor or major, and what it runs that it did not')
    .argument('[diff]', 'commit, range, file with a diff, or - for standard input')
    .option(...repositoryOption)
    .option('--before <dir>', 'compare two folders: the old one')
    .option('--after <dir>', 'compare two folders: the new one')
    .option('--markdown', 'a report for the body of a merge or pull request')
    .addHelpText('after', help)
    .action(async (diff: string | undefined, options: ReviewOptions) => {
      const review = await ciReviewDiff(subjectOf(diff, options), shell.outColors);
      for (const problem of review.problems) shell.complain(problem);
      if (review.isMajor) shell.exitCode = exitCodes.failed;
      show(review, options.markdown === true, shell);
    });
}

function subjectOf(diff: string | undefined, options: ReviewOptions): Parameters<typeof ciReviewDiff>[0] {
  const { before, after, repository } = options;
  if (before === undefined && after === undefined) return { kind: 'diff', repository, diff };
  if (before === undefined || after === undefined || diff !== undefined) {
    throw fault('REV004', { what: "'--before' and '--after' belong together, without anything else" });
  }
  return { kind: 'folders', before, after };
}

function show(review: RenderedReview, asMarkdown: boolean, shell: Shell): void {
  shell.printJson({ packages: review.packages });
  shell.print(asMarkdown ? review.markdown : review.text);
}
