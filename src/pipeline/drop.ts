import { problem } from '../diagnostics/index.ts';
import { packagesMessage, requestedPackages } from '../formats/pkgbuild-repo/index.ts';
import { nearestWords } from '../primitives/index.ts';
import { changeBranch, requireTip } from './change-branch.ts';
import type { PipelineContext } from './pipeline-context.ts';

export interface DropReport {
  readonly dropped: readonly string[];
  /** Undefined: nothing was pushed. */
  readonly commit: string | undefined;
}

/**
 * Removes package folders in one commit (specification 9.3); the push cleans up what they built. Names that are not
 * there are reported (CIC020) and skipped. Throws CIC033, GIT007, GIT009.
 */
export async function dropPackages(
  context: PipelineContext,
  names: string,
  options: { readonly dryRun: boolean },
): Promise<DropReport> {
  const { copy, repository } = context;
  await requireTip(context);
  const here = new Set(repository.packages);
  // never 'all': a slip of the finger must not empty a repository
  const { packages, unreadable, all } = requestedPackages(names);
  const wanted = [...packages.map(({ name }) => name), ...unreadable, ...(all ? ['all'] : [])];
  for (const name of wanted) {
    if (here.has(name)) continue;
    const near = nearestWords(name, here);
    context.report(
      problem('CIC020', {
        what: `'${name}' is no package of this repository`,
        ...(near === undefined ? {} : { next: `Did you mean ${near}?` }),
      }),
    );
  }
  const dropped = wanted.filter((name) => here.has(name));
  if (dropped.length === 0 || options.dryRun) return { dropped, commit: undefined };
  const folders = await Promise.all(dropped.map((name) => copy.entries(repository.commit, name)));
  const changes = folders.flatMap((entries) =>
    [...entries.keys()].map((path) => ({ path, removed: true as const })),
  );
  return { dropped, commit: await changeBranch(context, changes, packagesMessage('drop', dropped)) };
}
