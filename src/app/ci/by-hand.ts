import { makeTemporaryFolder, removeTree } from '../../host/index.ts';
import {
  type Addition,
  type AddOptions,
  type AddReport,
  addPackages,
  type BumpReport,
  type ByHandReport,
  bumpPackages,
  type DropReport,
  dropPackages,
  type HandOverPort,
  type PipelineContext,
  scheduleByHand,
  triggerRun,
} from '../../pipeline/index.ts';
import { managerPort } from './manager-port.ts';
import type { HandingOptions } from './on-commit.ts';
import { type PipelineOptions, withPipeline } from './open-pipeline.ts';
import { offeredNames, publishedRows, watchedDatabases } from './published-rows.ts';

type Handing = Omit<HandingOptions, 'afterScheduled'>;

/** `packmill ci schedule`: see `scheduleByHand`. */
export async function runSchedule(options: Handing, names: string): Promise<ByHandReport> {
  return await handing(options, (context, port) => scheduleByHand(context, port, names));
}

/** `packmill ci on-schedule --trigger NAME`: see `triggerRun`. */
export async function runTrigger(options: Handing, trigger: string): Promise<ByHandReport> {
  return await handing(options, (context, port) => triggerRun(context, port, trigger));
}

async function handing(
  options: Handing,
  work: (context: PipelineContext, port: HandOverPort | undefined) => Promise<ByHandReport>,
): Promise<ByHandReport> {
  return await withPipeline(options, async (context) => {
    const { settings } = context.repository;
    const port = managerPort({ settings, url: options.manager, farm: options.farm });
    try {
      return await work(context, options.handOver ? undefined : port);
    } finally {
      await port.close();
    }
  });
}

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
  try {
    return await withPipeline(options, async (context) => {
      const hasDatabases = context.repository.settings.libraryDatabases.length > 0;
      const offered = async (): Promise<ReadonlySet<string>> =>
        offeredNames(await watchedDatabases(questionOf(options, context)));
      const { origin, reason, dryRun, signal } = options;
      return await addPackages(context, additions, {
        ...{ scratch, origin, reason, dryRun, signal },
        offered: hasDatabases ? offered : undefined,
      });
    });
  } finally {
    await removeTree(scratch);
  }
}

function questionOf({ onProblem, signal }: PipelineOptions, { repository, clock }: PipelineContext) {
  return { settings: repository.settings, clock, onProblem, signal };
}
