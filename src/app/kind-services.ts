import { hashFile } from '../host/index.ts';
import type { KindServices } from '../model/index.ts';
import type { SandboxDriver } from '../sandbox/index.ts';
import type { ObjectStore } from '../store/index.ts';

/**
 * What a recipe kind may ask for while it builds. `keepsSources`: whether fetched sources go into the store; of others the digest is
 * enough to know them again.
 */
export function kindServices(
  { sandbox, store }: { readonly sandbox: SandboxDriver; readonly store: ObjectStore },
  { keepsSources }: { readonly keepsSources: boolean },
): KindServices {
  return {
    putFile: (path) => store.putFile(path, { move: true }),
    putBytes: (bytes) => store.putBytes(bytes),
    keepSource: async (path) => {
      const { digest } = await (keepsSources ? store.putFile(path) : hashFile(path));
      return { digest, isKept: keepsSources };
    },
    makeBuilderFolder: (path) => sandbox.makeFolder(path),
    giveToBuilder: (path) => sandbox.giveToBuilder(path),
  };
}
