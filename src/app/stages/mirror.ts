import { pathExists, systemClock } from '../../host/index.ts';
import { openGnupgSigner } from '../../signer/gnupg/index.ts';
import {
  candidateOf,
  type ImportReport,
  importMirror,
  importSeed,
  type MirrorCheck,
  type NextBuild,
  nextBuild,
  type Removal,
  type RetentionRules,
  type RotationRules,
  readMirror,
  removals,
  type SeedImport,
  type SignerSource,
  verifyMirror,
} from '../../stage-mirror/index.ts';
import { farmPaths } from '../farm-paths.ts';

/** The key of a farm for what it publishes; undefined when it has none. */
export function stageSigner(farm: string): SignerSource | undefined {
  const home = farmPaths(farm).keys;
  if (!pathExists(home)) return undefined;
  return { open: () => openGnupgSigner({ home }) };
}

/** Reads all of a mirror; signatures are checked when the farm has a key. Throws SMI001, PUB020, SYS problems. */
export async function checkMirror(root: string, farm: string): Promise<MirrorCheck> {
  const signer = await stageSigner(farm)?.open();
  try {
    return await verifyMirror(await readMirror(root), signer);
  } finally {
    await signer?.close();
  }
}

/** What may go from a mirror by some rules, now. Throws SMI001. */
export const toRemove = async (root: string, rules: RetentionRules): Promise<readonly Removal[]> =>
  removals(await readMirror(root), rules, systemClock.nowMs());

/** Takes another mirror over. Throws SMI001, PUB020, SYS problems. */
export const takeMirror = (
  of: { readonly from: string; readonly to: string; readonly allowUnstated: boolean },
  farm: string,
): Promise<ImportReport> => importMirror({ ...of, signer: stageSigner(farm), clock: systemClock });

export type SeedRequest = Omit<SeedImport, 'signer' | 'clock'>;

/** Takes a seed into a mirror; returns its place there. Throws SMI003 to SMI008, MST003, MCA001, PUB020, SYS problems. */
export const takeSeed = (seed: SeedRequest, farm: string): Promise<string> =>
  importSeed({ ...seed, signer: stageSigner(farm), clock: systemClock });

/** What of a mirror is to be built next; undefined when nothing is due. Throws SMI001. */
export async function nextOf(root: string, rules: RotationRules): Promise<NextBuild | undefined> {
  const { subarches } = await readMirror(root);
  const candidates = subarches.flatMap((subarch) => candidateOf(subarch) ?? []);
  return nextBuild(candidates, rules, systemClock.nowMs());
}
