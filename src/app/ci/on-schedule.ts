import { fault } from '../../diagnostics/index.ts';
import { machine } from '../../host/index.ts';
import {
  onSchedule,
  type PipelineContext,
  type ScheduleReport,
  type TemplateReport,
  updateTemplate,
} from '../../pipeline/index.ts';
import { managerPort } from './delivery-port.ts';
import type { HandingOptions } from './on-commit.ts';
import { withPipeline } from './open-pipeline.ts';
import { withScheduleContext } from './schedule-context.ts';
import { uploadsToAur } from './upkeep.ts';

/** The regular run of a timer. */
export interface ScheduleOptions extends HandingOptions {
  /** Only these packages, at once and whatever happened before; undefined: all. */
  readonly only: readonly string[] | undefined;
  /** Decide everything and change nothing. */
  readonly dryRun: boolean;
}

/** What a regular run did: it ended with new pipeline files, or looked at packages. */
export type ScheduleRun =
  | { readonly kind: 'template'; readonly template: TemplateReport }
  | { readonly kind: 'packages'; readonly report: ScheduleReport };

/**
 * `packmill ci on-schedule`: new pipeline files first, after which the run is over (specification 7.1); else `onSchedule`,
 * then uploads to the AUR. Throws CIC007 for a name that is no package.
 */
export async function runOnSchedule(options: ScheduleOptions): Promise<ScheduleRun> {
  const { only, dryRun, signal } = options;
  return await withPipeline(options, async (pipeline) => {
    checkNames(pipeline, only ?? []);
    if (!only && !dryRun) {
      const template = await updateTemplate(pipeline, signal);
      if (template.outcome === 'updated') return { kind: 'template', template };
    }
    const { settings } = pipeline.repository;
    const port = managerPort({ settings, url: options.manager, farm: options.farm });
    try {
      const surroundings = { variable: machine.variable, only, dryRun, signal };
      const report = await withScheduleContext(pipeline, surroundings, (context) =>
        onSchedule(context, {
          port: options.handOver ? undefined : port,
          uploadToAur: uploadsToAur(context, signal),
        }),
      );
      return { kind: 'packages', report };
    } finally {
      await port.close();
    }
  });
}

function checkNames({ repository }: PipelineContext, names: readonly string[]): void {
  const unknown = names.filter((name) => !repository.packages.includes(name));
  if (unknown.length > 0) throw fault('CIC007', { what: `there is no package '${unknown.join("', '")}'` });
}
