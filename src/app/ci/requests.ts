import {
  type ByHandReport,
  type HandOverPort,
  type PipelineContext,
  scheduleByHand,
  triggerRun,
} from '../../pipeline/push/index.ts';
import { managerPort } from './delivery-port.ts';
import type { HandingOptions } from './on-commit.ts';
import { withPipeline } from './open-pipeline.ts';

/** `packmill ci schedule`: see `scheduleByHand`. */
export async function runSchedule(options: HandingOptions, names: string): Promise<ByHandReport> {
  return await handing(options, (context, port) => scheduleByHand(context, port, names));
}

/** `packmill ci on-schedule --trigger NAME`: see `triggerRun`. */
export async function runTrigger(options: HandingOptions, trigger: string): Promise<ByHandReport> {
  return await handing(options, (context, port) => triggerRun(context, port, trigger));
}

async function handing(
  options: HandingOptions,
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
