import { fault, type Problem } from '../../diagnostics/index.ts';
import { openWorkingCopy, type WorkingCopy } from '../../git/index.ts';
import { type Clock, machine, systemClock } from '../../host/index.ts';
import { ciFacts, type PipelineContext, readRecipeRepository } from '../../pipeline/push/index.ts';

/** Where a pipeline works and how it talks. */
export interface PipelineOptions {
  /** The checkout, or a folder below it. */
  readonly repository: string;
  readonly onProblem: (problem: Problem) => void;
  readonly tell: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
  /** Of this run; the system's by default. */
  readonly clock?: Clock;
}

/** A token for pushing and for reviews, in no command line and no file (specification 1.6). */
export function accessToken(): { readonly user: string; readonly token: string } | undefined {
  const token = machine.variable('ACCESS_TOKEN');
  if (token === undefined) return undefined;
  return { user: machine.variable('GITHUB_ACTIONS') === undefined ? 'oauth2' : 'x-access-token', token };
}

/**
 * Opens the checkout, reads the repository at `HEAD` and lets work be done with both; closes it at the end. Throws
 * CIC024 for a checkout without a commit, GIT010 where there is none.
 */
export async function withPipeline<Result>(
  options: PipelineOptions,
  work: (context: PipelineContext) => Promise<Result>,
): Promise<Result> {
  const ci = ciFacts(machine.variable);
  const clock = options.clock ?? systemClock;
  const copy = await openWorkingCopy({
    folder: options.repository,
    branch: ci.branch,
    credentials: accessToken(),
    signal: options.signal,
    clock,
  });
  try {
    const repository = await readRecipeRepository(copy, await headOf(copy), machine.variable);
    return await work({ copy, repository, ci, clock, report: options.onProblem, tell: options.tell });
  } finally {
    await copy.close();
  }
}

async function headOf(copy: WorkingCopy): Promise<string> {
  const head = (await copy.resolve(['HEAD'])).get('HEAD');
  if (head === undefined) throw fault('CIC024', { what: `the checkout '${copy.folder}' has no commit yet` });
  return head;
}
