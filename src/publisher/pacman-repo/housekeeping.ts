import {
  bytesIfThere,
  ensureFolder,
  entryFacts,
  fsyncDirectory,
  linkNew,
  namesIn,
  removeEntry,
  renameEntry,
  replaceFile,
  setModifiedTime,
} from '../../host/index.ts';
import { besidePackage } from './companions.ts';
import type { Places } from './places.ts';
import type { Member } from './record.ts';

/**
 * Gives packages that are about to vanish a second name in `archive/`, with their signatures and a fresh time
 * (specification 14.8, W03). Done before the flip, so that a client with the old database finds them at any time.
 */
export function archivePackages(
  places: Places,
  folder: string,
  gone: readonly Member[],
  nowMs: number,
): void {
  if (gone.length === 0) return;
  ensureFolder(places.archive);
  for (const { fileName } of gone) {
    for (const name of [fileName, ...besidePackage(fileName)]) {
      if (!entryFacts(`${folder}/${name}`)) continue;
      linkNew(`${folder}/${name}`, `${places.archive}/${name}`);
      setModifiedTime(`${places.archive}/${name}`, nowMs);
    }
  }
  fsyncDirectory(places.archive);
}

const packageFile = /\.pkg\.tar(?:\.[a-z0-9]+)?$/;
const orphanAgeMs = 60 * 60 * 1000;

/**
 * Moves package files without a signature, and signatures without a package file, out of a folder into `archive/`
 * when they are at least an hour old (specification 14.8, W04). Nobody publishes that way: somebody copied them
 * there, or stopped halfway. Files of the generation itself are never touched, however damaged it is. Returns names.
 */
export function archiveOrphans(
  places: Places,
  folder: string,
  members: readonly Member[],
  nowMs: number,
): readonly string[] {
  const names = new Set(namesIn(folder));
  const own = new Set(members.flatMap(({ fileName }) => [fileName, `${fileName}.sig`]));
  const orphans: string[] = [];
  for (const name of names) {
    const isSignature = name.endsWith('.sig');
    const other = isSignature ? name.slice(0, -4) : `${name}.sig`;
    if (own.has(name) || names.has(other) || !packageFile.test(isSignature ? other : name)) continue;
    const facts = entryFacts(`${folder}/${name}`);
    if (facts?.kind !== 'file' || nowMs - facts.modifiedMs < orphanAgeMs) continue;
    ensureFolder(places.archive);
    // What is in the archive under this name was published once, and is worth more.
    if (linkNew(`${folder}/${name}`, `${places.archive}/${name}`)) {
      setModifiedTime(`${places.archive}/${name}`, nowMs);
    }
    removeEntry(`${folder}/${name}`);
    orphans.push(name);
  }
  if (orphans.length > 0) fsyncDirectory(places.archive);
  return orphans.sort();
}

/** Removes archived files older than `ageMs`; returns their names. */
export function pruneArchiveFolder(archive: string, nowMs: number, ageMs: number): readonly string[] {
  const removed: string[] = [];
  for (const name of namesIn(archive)) {
    const facts = entryFacts(`${archive}/${name}`);
    if (facts?.kind === 'file' && nowMs - facts.modifiedMs > ageMs && removeEntry(`${archive}/${name}`)) {
      removed.push(name);
    }
  }
  return removed.sort();
}

function writeWhenDifferent(path: string, text: string): boolean {
  const before = bytesIfThere(path);
  if (before && Buffer.from(before).toString('utf8') === text) return false;
  replaceFile(path, text);
  return true;
}

const lines = (names: Iterable<string>): string =>
  [...new Set(names)]
    .sort()
    .map((name) => `${name}\n`)
    .join('');

/**
 * The lists beside a repository (specification 14.8): `pkgs.txt` with the folder names of the databases,
 * `pkgs.files.txt` with the package files and signatures (the one before as `pkgs.files.old.txt`), and `lastupdate`
 * in seconds since the epoch. They cover every architecture of the repository and can be made again at any time.
 * @param isNews whether `lastupdate` is written even when no list changed
 */
export function writeLists(places: Places, members: readonly Member[], nowMs: number, isNews: boolean): void {
  const { repoFolder } = places;
  const isPackageNews = writeWhenDifferent(
    `${repoFolder}/pkgs.txt`,
    lines(members.map(({ name, version }) => `${name}-${version}`)),
  );
  const fileNames = lines(members.flatMap(({ fileName }) => [fileName, `${fileName}.sig`]));
  const list = `${repoFolder}/pkgs.files.txt`;
  const before = bytesIfThere(list);
  if (before && Buffer.from(before).toString('utf8') !== fileNames) {
    // A copy through a second name: at no moment is there no list.
    removeEntry(`${list}.old`);
    linkNew(list, `${list}.old`);
    renameEntry(`${list}.old`, `${repoFolder}/pkgs.files.old.txt`);
  }
  const isFileNews = writeWhenDifferent(list, fileNames);
  if (!isNews && !isPackageNews && !isFileNews) return;
  replaceFile(`${repoFolder}/lastupdate`, `${Math.floor(nowMs / 1000)}\n`);
}

/** The public key beside the repository, binary, as pacman-key takes it. */
export function writePublicKey(places: Places, key: Uint8Array): void {
  const before = bytesIfThere(places.publicKey);
  if (!before || !Buffer.from(before).equals(Buffer.from(key))) replaceFile(places.publicKey, key);
}
