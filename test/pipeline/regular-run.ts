// A run in a checkout, put together as the program does it but for clock, environment and manager.
import { withScheduleContext } from '../../src/app/ci/schedule-context.ts';
import type { Problem } from '../../src/diagnostics/index.ts';
import { Fetcher } from '../../src/fetcher/index.ts';
import { openWorkingCopy } from '../../src/git/index.ts';
import type { Clock } from '../../src/host/index.ts';
import {
  ciFacts,
  type HandOverPort,
  onSchedule,
  type PipelineContext,
  readRecipeRepository,
  type ScheduleReport,
  type UploadToAur,
} from '../../src/pipeline/index.ts';
import { highest } from '../fetcher/far-server.ts';

export interface Place {
  readonly checkout: string;
  readonly clock: Clock;
  readonly variables: Readonly<Record<string, string>>;
  readonly told: string[];
  readonly problems: Problem[];
}

export interface RegularRun extends Place {
  readonly port: HandOverPort | undefined;
  readonly only?: readonly string[] | undefined;
  readonly dryRun?: boolean | undefined;
  readonly cacheFolder: string;
  readonly uploadToAur?: UploadToAur | undefined;
}

/** Lets work be done with the repository at the checkout's commit. */
export async function withRepository<Result>(
  { checkout, clock, variables, told, problems }: Place,
  work: (context: PipelineContext) => Promise<Result>,
): Promise<Result> {
  const variable = (name: string): string | undefined => variables[name];
  const copy = await openWorkingCopy({ folder: checkout, branch: 'main', clock });
  try {
    const head = (await copy.resolve(['HEAD'])).get('HEAD') ?? '';
    return await work({
      copy,
      repository: await readRecipeRepository(copy, head, variable),
      ci: ciFacts(variable),
      clock,
      report: (found) => problems.push(found),
      tell: (line) => told.push(line),
    });
  } finally {
    await copy.close();
  }
}

export async function regularRun(run: RegularRun): Promise<ScheduleReport> {
  const { clock, variables, only, dryRun = false, port, cacheFolder } = run;
  const variable = (name: string): string | undefined => variables[name];
  const fetcher = new Fetcher({ clock, random: highest, proxies: {}, cacheFolder });
  try {
    return await withRepository(run, (pipeline) =>
      withScheduleContext(pipeline, { variable, only, dryRun, fetcher }, (context) =>
        onSchedule(context, { port, uploadToAur: run.uploadToAur }),
      ),
    );
  } finally {
    fetcher.close();
  }
}
