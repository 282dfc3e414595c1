import { dirname } from 'node:path';
import type { StoredArtifact } from '../../database/index.ts';
import { bytesIfThere, ensureFolder, linkNew, removeTree, systemRandom } from '../../host/index.ts';
import type { TreePackage } from '../../publisher/ebuild-tree/index.ts';
import type { PublishReport } from '../../publisher/index.ts';
import { packFiles } from '../../recipes/autogen/index.ts';
import type { StageFacts } from '../../recipes/stage/index.ts';
import { hashText } from '../../stages/index.ts';
import type { Farm } from '../farm.ts';
import { makerOf } from '../tree-owners.ts';
import { type MirrorEntry, mirrorEntries, mirrorPart, readStageFacts } from './mirror-entries.ts';
import { mirrorPackage } from './mirror-part.ts';
import { outdated } from './outdated.ts';

/**
 * Publishes stages as one generation of their mirror: results with checksums and signatures, links to the newest ones, control files
 * and the index all change in one step. Versions that are too many leave with the same step. Throws PUB034, SIG, STO and SYS problems.
 */
export async function publishStages(
  farm: Farm,
  wish: {
    readonly target: string;
    readonly waiting: readonly StoredArtifact[];
    readonly reason: string;
  },
): Promise<PublishReport> {
  const { target, waiting, reason } = wish;
  const add: MirrorEntry[] = [];
  for (const one of waiting) add.push(await entryOf(farm, target, one));
  return await changeMirror(farm, target, { add, remove: [], reason });
}

/** Changes a mirror and with it all that tells of the whole of it. Throws what `publishStages` does. */
export async function changeMirror(
  farm: Farm,
  target: string,
  change: {
    readonly add: readonly MirrorEntry[];
    readonly remove: readonly string[];
    readonly reason: string;
  },
): Promise<PublishReport> {
  const before = await mirrorEntries(farm, target);
  const gone = new Set([...change.remove, ...change.add.map(({ name }) => name)]);
  const wanted = [...before.filter(({ name }) => !gone.has(name)), ...change.add];
  const keep = farm.config.targets[target]?.versions ?? 2;
  const old = new Set(outdated(wanted, keep));
  const after = wanted.filter(({ name }) => !old.has(name));
  const isNew = ({ name }: MirrorEntry): boolean => !old.has(name);
  const add = change.add.filter(isNew).map(({ about: _, ...one }): TreePackage => one);
  const remove = [...new Set([...change.remove, ...old])].filter((name) => name !== mirrorPart);
  return await farm.trees.publish({
    tree: target,
    add: [...add, await mirrorPackage(farm, target, after)],
    remove,
    reason: change.reason,
  });
}

/** A finished result as an entry of its mirror: its file, its checksum and signature, and what was left beside it. */
async function entryOf(farm: Farm, target: string, stored: StoredArtifact): Promise<MirrorEntry> {
  const { artifact } = stored;
  const about = await readStageFacts(farm, artifact.facts);
  const { object, version, fileName } = artifact;
  const signature = await signatureOf(farm, await farm.store.path(object));
  const texts = new Map([
    [`${about.path}.gpg`, { bytes: signature, mode: '100644' as const }],
    [`${about.path}.hash.txt`, { bytes: Buffer.from(hashText(object)), mode: '100644' as const }],
  ]);
  const { digest } = await farm.store.putBytes(packFiles(texts));
  const folder = dirname(about.path);
  const extras = about.extras.map(({ name, digest: of }) => ({ path: `${folder}/${name}`, object: of }));
  const from = makerOf(farm, target, stored);
  return {
    ...{ name: entryName(about), version, fileName, object: digest, facts: artifact.facts },
    placed: [{ path: about.path, object }, ...unlike(extras)],
    ...(from ? { from } : {}),
    about,
  };
}

/** Two files of one path cannot be: what is made later in a build counts. */
function unlike(extras: readonly { readonly path: string; readonly object: MirrorEntry['object'] }[]) {
  return [...new Map(extras.map((one) => [one.path, one])).values()];
}

/** What a result is called in lists: its folder and its target. */
const entryName = ({ path, target, version }: StageFacts): string =>
  target === 'snapshot' ? `${dirname(path)}/${version}` : `${dirname(path)}/${target}`;

/** A detached signature of an object. Throws SIG problems. */
async function signatureOf(farm: Pick<Farm, 'signer' | 'paths'>, path: string): Promise<Uint8Array> {
  // where what a kill leaves is swept
  const folder = `${farm.paths.work}/signing-${systemRandom.hex(6)}`;
  ensureFolder(folder);
  try {
    linkNew(path, `${folder}/file`);
    await farm.signer.signFiles([`${folder}/file`]);
    return bytesIfThere(`${folder}/file.sig`) ?? new Uint8Array();
  } finally {
    await removeTree(folder);
  }
}
