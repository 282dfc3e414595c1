import {
  ensureFolder,
  entryFacts,
  linkNew,
  makeSymlink,
  removeEntry,
  removeTree,
  renameEntry,
  syncPaths,
  writePieces,
} from '../../host/index.ts';
import type { Signer } from '../../signer/index.ts';
import { besidePackage, companionsIn } from './companions.ts';
import { type Composed, membersOf } from './compose.ts';
import type { Base } from './content.ts';
import { generationFolder, type Places } from './places.ts';
import type { Chunk, Member } from './record.ts';
import type { Staged } from './staging.ts';

/** A retired generation whose folder may be made into the next one. */
export interface Retired {
  readonly number: number;
  readonly chunks: readonly Chunk[];
}

export interface FolderPlan {
  readonly number: number;
  readonly base: Base;
  readonly retired: Retired | undefined;
  readonly composed: Composed;
  readonly staged: Staged;
}

/** File names of the chunks that `other` does not have. Generations share the chunks that did not change. */
function fileNamesBeyond(
  chunks: readonly { readonly id: number | undefined; readonly members: readonly Member[] }[],
  other: ReadonlySet<number | undefined>,
): Set<string> {
  const names = new Set<string>();
  for (const chunk of chunks) {
    if (chunk.id !== undefined && other.has(chunk.id)) continue;
    for (const { fileName } of chunk.members) names.add(fileName);
  }
  return names;
}

/** What has to be taken out of the retired folder and what has to be brought in, so that it has the new packages. */
function differences(plan: FolderPlan): { out: readonly string[]; bring: readonly string[] } {
  const { retired, composed } = plan;
  if (!retired) return { out: [], bring: membersOf(composed).map(({ fileName }) => fileName) };
  const oldIds = new Set(retired.chunks.map(({ id }) => id));
  const newIds = new Set(composed.chunks.map(({ id }) => id));
  const before = fileNamesBeyond(retired.chunks, newIds);
  const after = fileNamesBeyond(composed.chunks, oldIds);
  return {
    out: [...before].filter((name) => !after.has(name)),
    bring: [...after].filter((name) => !before.has(name)),
  };
}

/** Databases are replaced as a whole: a reader that has the old file open keeps reading the old bytes. */
function removeDatabases(places: Places, folder: string): void {
  for (const name of [places.database, places.filesDatabase]) {
    const short = name.replace(/\.tar\.zst$/, '');
    for (const file of [name, `${name}.sig`, short, `${short}.sig`]) removeEntry(`${folder}/${file}`);
  }
}

function fillPackages(folder: string, plan: FolderPlan): void {
  const { out, bring } = differences(plan);
  for (const name of out) {
    for (const file of [name, ...besidePackage(name)]) removeEntry(`${folder}/${file}`);
  }
  for (const name of bring) {
    if (plan.staged.files.has(name)) continue;
    for (const file of [name, `${name}.sig`]) linkNew(`${plan.base.folder}/${file}`, `${folder}/${file}`);
    for (const file of companionsIn(plan.base.folder, name)) {
      linkNew(`${plan.base.folder}/${file}`, `${folder}/${file}`);
    }
  }
  for (const name of plan.staged.files.keys()) {
    renameEntry(`${plan.staged.folder}/${name}`, `${folder}/${name}`);
    renameEntry(`${plan.staged.folder}/${name}.sig`, `${folder}/${name}.sig`);
  }
  for (const name of plan.staged.companions) {
    renameEntry(`${plan.staged.folder}/${name}`, `${folder}/${name}`);
  }
}

/**
 * Makes the complete, durable folder of a generation: out of a retired one when there is one (the cost is then the
 * difference), or by giving every package another name. Returns its path; nobody sees it yet.
 */
export async function makeGenerationFolder(
  places: Places,
  plan: FolderPlan,
  signer: Signer,
): Promise<string> {
  const folder = generationFolder(places, plan.number);
  if (plan.retired && entryFacts(generationFolder(places, plan.retired.number))) {
    renameEntry(generationFolder(places, plan.retired.number), folder);
    removeDatabases(places, folder);
    fillPackages(folder, plan);
  } else {
    ensureFolder(folder);
    fillPackages(folder, { ...plan, retired: undefined });
  }
  const databases = [places.database, places.filesDatabase].map((name) => `${folder}/${name}`);
  const [database = '', filesDatabase = ''] = databases;
  await Promise.all([
    writePieces(database, plan.composed.db),
    writePieces(filesDatabase, plan.composed.files),
  ]);
  await Promise.all([syncPaths(databases), signer.signFiles(databases)]);
  for (const name of [places.database, places.filesDatabase]) {
    const short = name.replace(/\.tar\.zst$/, '');
    makeSymlink(`${folder}/${short}`, name);
    makeSymlink(`${folder}/${short}.sig`, `${name}.sig`);
  }
  await removeTree(plan.staged.folder);
  await syncPaths([folder, places.generations, `${places.repoFolder}/.generations`]);
  return folder;
}
