// The door of pipelines: what a command needs is loaded when it runs, because the start of each run counts.
import type { Problem } from '../../diagnostics/index.ts';
import type { DeliveryReport, OnCommitReport } from '../../pipeline/index.ts';
import type { ChangeReport } from '../../review/index.ts';
import type { HandingOptions } from './on-commit.ts';
import type { ReviewSubject } from './review-diff.ts';

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

/** Reports on a change of recipes, ready to be shown. */
export interface RenderedReview {
  readonly packages: readonly ChangeReport[];
  readonly isMajor: boolean;
  readonly problems: readonly Problem[];
  readonly text: string;
  readonly markdown: string;
}

/** `packmill ci review`: see `reviewDiff`. */
export async function ciReviewDiff(subject: ReviewSubject, colour: boolean): Promise<RenderedReview> {
  return await (await import('./render-review.ts')).renderReview(subject, colour);
}
