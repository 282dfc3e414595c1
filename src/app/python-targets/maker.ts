import type { Clock } from '../../host/index.ts';
import type { PythonMaker } from '../../recipes/python/index.ts';
import type { SandboxDriver, SandboxRoot } from '../../sandbox/index.ts';
import type { ObjectStore } from '../../store/index.ts';
import { exploreOne } from './explore.ts';
import { type ManifestHands, makeManifest } from './make-manifest.ts';

/** What Python resources are made with, wherever the builder is. */
export interface PythonHands {
  readonly store: ObjectStore;
  readonly sandbox: SandboxDriver;
  readonly root: () => Promise<SandboxRoot>;
  readonly clock: Clock;
  /** What the manager alone has: builders elsewhere make no manifests. */
  readonly manifest?: ManifestHands;
}

/** Makes Python resources: graphs in the sandbox, and of them the data of symbols and their manifest. */
export function pythonMaker(hands: PythonHands): PythonMaker {
  return async (context, run) => {
    const { details } = context.recipe;
    if (details.kind === 'explore') return await exploreOne(hands, context, { details, run });
    if (hands.manifest) return await makeManifest(hands, hands.manifest, { context, details, run });
    throw new Error(`'${context.recipe.name}' is made by the manager`);
  };
}
