// The door of pipelines: what a command needs is loaded when it runs, because the start of each run counts.
import type { DeliveryReport, OnCommitReport } from '../../pipeline/index.ts';
import type { HandingOptions } from './on-commit.ts';

export type { HandingOptions } from './on-commit.ts';
export type { PipelineOptions } from './open-pipeline.ts';

/** `packmill ci on-commit`: see `onCommit` of room pipeline. */
export async function ciOnCommit(options: HandingOptions): Promise<OnCommitReport> {
  return await (await import('./on-commit.ts')).runOnCommit(options);
}

/** `packmill ci deliver`: see `deliverWaiting` of room pipeline. */
export async function ciDeliver(
  options: Omit<HandingOptions, 'handOver' | 'afterScheduled'>,
): Promise<DeliveryReport> {
  return await (await import('./on-commit.ts')).runDeliver(options);
}
