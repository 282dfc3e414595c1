import { RecipeClones } from '../../git/index.ts';
import { makeTemporaryFolder, removeTree } from '../../host/index.ts';
import {
  type Addition,
  type AddOptions,
  type AddReport,
  addPackages,
  type BumpReport,
  bumpPackages,
  type DropReport,
  dropPackages,
  type PipelineContext,
} from '../../pipeline/index.ts';
import { type PipelineOptions, withPipeline } from './open-pipeline.ts';
import { offeredNames, publishedRows, watchedDatabases } from './published-rows.ts';

/** A change that is made by hand. */
export interface ChangeOptions extends PipelineOptions {
  readonly dryRun: boolean;
}

/** `packmill ci bump`: see `bumpPackages`. */
export async function runBump(options: ChangeOptions, names: string): Promise<BumpReport> {
  return await withPipeline(options, (context) =>
    bumpPackages(context, names, {
      dryRun: options.dryRun,
      published: () => publishedRows(questionOf(options, context)),
    }),
  );
}

/** `packmill ci drop`: see `dropPackages`. */
export async function runDrop(options: ChangeOptions, names: string): Promise<DropReport> {
  return await withPipeline(options, (context) => dropPackages(context, names, options));
}

/** `packmill ci add`: see `addPackages`. */
export async function runAdd(
  options: ChangeOptions & Pick<AddOptions, 'origin' | 'reason'>,
  additions: readonly Addition[],
): Promise<AddReport> {
  const scratch = makeTemporaryFolder('packmill-add-');
  const clones = new RecipeClones();
  try {
    return await withPipeline(options, async (context) => {
      const hasDatabases = context.repository.settings.libraryDatabases.length > 0;
      const offered = async (): Promise<ReadonlySet<string>> =>
        offeredNames(await watchedDatabases(questionOf(options, context)));
      const { origin, reason, dryRun, signal } = options;
      return await addPackages(context, additions, {
        ...{ scratch, clones, origin, reason, dryRun, signal },
        offered: hasDatabases ? offered : undefined,
      });
    });
  } finally {
    await clones.close();
    await removeTree(scratch);
  }
}

function questionOf({ onProblem, signal }: PipelineOptions, { repository, clock }: PipelineContext) {
  return { settings: repository.settings, clock, onProblem, signal };
}
