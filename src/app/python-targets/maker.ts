import type { PythonMaker } from '../../recipes/python/index.ts';
import type { PythonHands } from './contract.ts';
import { exploreOne } from './explore.ts';
import { makeManifest } from './make-manifest.ts';

/** Makes Python resources: graphs in the sandbox, and of them the data of symbols and their manifest. */
export function pythonMaker(hands: PythonHands): PythonMaker {
  return async (context, run) => {
    const { details } = context.recipe;
    if (details.kind === 'explore') return await exploreOne(hands, context, { details, run });
    if (hands.manifest) return await makeManifest(hands, hands.manifest, { context, details, run });
    throw new Error(`'${context.recipe.name}' is made by the manager`);
  };
}
