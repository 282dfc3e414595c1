import type {
  DeliveryReport,
  OnCommitReport,
  PipelineContext,
  UploadToAur,
} from '../../pipeline/push/index.ts';
import { deliverWaiting, discardWaiting, fetchRemoteRefs, onCommit } from '../../pipeline/push/index.ts';
import { managerPort } from './delivery-port.ts';
import { type PipelineOptions, withPipeline } from './open-pipeline.ts';

/** A pipeline that hands something to the manager. */
export interface HandingOptions extends PipelineOptions {
  /** Web address of the manager; undefined: what the environment says. */
  readonly manager: string | undefined;
  /** Folder of a farm of this machine. */
  readonly farm: string;
  /** Only leave the hand-over on branch `state`. */
  readonly handOver: boolean;
}

/** `packmill ci on-commit`: see `onCommit`. */
export async function runOnCommit(options: HandingOptions): Promise<OnCommitReport> {
  return await withPipeline(options, async (context) => {
    const { settings } = context.repository;
    const port = managerPort({ settings, url: options.manager, farm: options.farm });
    try {
      return await onCommit(context, {
        port: options.handOver ? undefined : port,
        uploadToAur: (...scheduled) => uploadToAur(context, ...scheduled),
      });
    } finally {
      await port.close();
    }
  });
}

/** The push-back to the AUR; loaded where it is switched on (specification 5.4, 10.1). */
async function uploadToAur(
  context: PipelineContext,
  ...scheduled: Parameters<UploadToAur>
): ReturnType<UploadToAur> {
  const { uploadsToAur } = await import('./upkeep.ts');
  return await uploadsToAur(context)(...scheduled);
}

/** `packmill ci deliver`: hands over what waits on branch `state`; see `deliverWaiting` and `discardWaiting`. */
export async function runDeliver(
  options: Omit<HandingOptions, 'handOver'> & { readonly discard: readonly string[] },
): Promise<DeliveryReport> {
  return await withPipeline(options, async (context) => {
    const { settings } = context.repository;
    const refs = await fetchRemoteRefs(context.copy);
    if (options.discard.length > 0) return await discardWaiting(context, refs, options.discard);
    const port = managerPort({ settings, url: options.manager, farm: options.farm });
    try {
      return await deliverWaiting(context, port, refs);
    } finally {
      await port.close();
    }
  });
}
