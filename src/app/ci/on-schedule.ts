import { machine } from '../../host/index.ts';
import { onSchedule, type ScheduleReport } from '../../pipeline/index.ts';
import { managerPort } from './manager-port.ts';
import type { HandingOptions } from './on-commit.ts';
import { withPipeline } from './open-pipeline.ts';
import { withScheduleContext } from './schedule-context.ts';

/** The regular run of a timer. */
export interface ScheduleOptions extends HandingOptions {
  /** Only these packages, at once and whatever happened before; undefined: all. */
  readonly only: readonly string[] | undefined;
  /** Decide everything and change nothing. */
  readonly dryRun: boolean;
}

/** `packmill ci on-schedule`: see `onSchedule`. Throws CIS017 for a name that is no package. */
export async function runOnSchedule(options: ScheduleOptions): Promise<ScheduleReport> {
  const { only, dryRun, signal } = options;
  return await withPipeline(options, async (pipeline) => {
    const port = managerPort({
      settings: pipeline.repository.settings,
      url: options.manager,
      farm: options.farm,
    });
    try {
      const surroundings = { variable: machine.variable, only, dryRun, signal };
      return await withScheduleContext(pipeline, surroundings, (context) =>
        onSchedule(context, {
          port: options.handOver ? undefined : port,
          afterScheduled: options.afterScheduled,
        }),
      );
    } finally {
      await port.close();
    }
  });
}
