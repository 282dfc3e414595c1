import { fault, type ProblemError } from '../../diagnostics/index.ts';
import {
  encodeTarHeader,
  readTar,
  type TarStreamEntry,
  tarEnd,
  tarPadding,
} from '../../formats/archives/index.ts';
import {
  ensureFolder,
  entryFacts,
  linkDestination,
  makeSymlink,
  namesIn,
  readPieces,
  removeTree,
  writeNewFile,
} from '../../host/index.ts';
import { compareText, isPlainPath } from '../../primitives/index.ts';

/** Entries at the top of a recipe's folder that no build gets to see. */
export const notOfTheRecipe: ReadonlySet<string> = new Set(['.git', 'src', 'pkg']);

/**
 * The folder of a recipe as a tar (ustar with pax headers where needed), in pieces: files with mode 644 or 755,
 * folders, and links as links; what is none of these, and `notOfTheRecipe`, is left out. Folders with the same
 * content give the same bytes on any machine: times, owners and other permissions are not in them.
 * Throws BLD031 when the folder changes meanwhile, SYS004.
 */
export async function* packRecipe(folder: string): AsyncGenerator<Uint8Array> {
  yield* packFolder(folder, '');
  yield tarEnd;
}

/** The same in one piece, as it goes into a store. */
export async function packRecipeBytes(folder: string): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of packRecipe(folder)) pieces.push(piece);
  return Buffer.concat(pieces);
}

async function* packFolder(folder: string, prefix: string): AsyncGenerator<Uint8Array> {
  for (const name of [...namesIn(`${folder}/${prefix}`)].sort(compareText)) {
    if (prefix === '' && notOfTheRecipe.has(name)) continue;
    const path = `${prefix}${name}`;
    const full = `${folder}/${path}`;
    const facts = entryFacts(full);
    if (facts?.kind === 'folder') {
      yield encodeTarHeader({ path: `${path}/`, type: 'folder', mode: 0o755 }, 0);
      yield* packFolder(folder, `${path}/`);
    } else if (facts?.kind === 'link') {
      const linkPath = linkDestination(full);
      if (linkPath === undefined) throw changed(path);
      yield encodeTarHeader({ path, type: 'symlink', mode: 0o777, linkPath }, 0);
    } else if (facts?.kind === 'file') {
      yield encodeTarHeader({ path, mode: plainMode(facts.mode) }, facts.sizeBytes);
      yield* exactly(full, path, facts.sizeBytes);
      yield tarPadding(facts.sizeBytes);
    } else if (facts === undefined) throw changed(path);
  }
}

async function* exactly(full: string, path: string, sizeBytes: number): AsyncGenerator<Uint8Array> {
  let read = 0;
  for await (const piece of readPieces(full)) {
    read += piece.byteLength;
    if (read > sizeBytes) break;
    yield piece;
  }
  if (read !== sizeBytes) throw changed(path);
}

const plainMode = (mode: number): number => ((mode & 0o111) === 0 ? 0o644 : 0o755);

const changed = (path: string): ProblemError =>
  fault('BLD031', { what: `'${path}' changed while it was packed` });

/**
 * Unpacks what `packRecipe` made, from bytes, pieces or a file, into a folder that does not exist yet or is empty.
 * Nothing is written outside it, whatever the archive says: names that climb or are absolute, names that come twice,
 * entries below a link, devices, pipes and hard links end the unpacking, and the folder is gone then.
 * Throws BLD030, SYS004.
 */
export async function unpackRecipe(
  archive: string | Uint8Array | AsyncIterable<Uint8Array>,
  folder: string,
): Promise<void> {
  if (namesIn(folder).length > 0) throw refused(`the folder '${folder}' to unpack into is not empty`);
  ensureFolder(folder);
  try {
    const taken = new Map<string, 'folder' | 'other'>([['', 'folder']]);
    for await (const entry of readTar(piecesOf(archive), 'recipe archive')) {
      const path = checkedPath(entry, taken);
      taken.set(path, entry.type === 'folder' ? 'folder' : 'other');
      await unpackEntry(entry, `${folder}/${path}`);
    }
  } catch (error) {
    await removeTree(folder);
    throw error;
  }
}

async function unpackEntry(entry: TarStreamEntry, path: string): Promise<void> {
  if (entry.type === 'folder') ensureFolder(path);
  else if (entry.type === 'symlink') makeSymlink(path, entry.linkPath);
  else await writeNewFile(path, entry.body, plainMode(entry.mode));
}

/** The path of an entry without the slash of folders; every folder above it has been unpacked from this archive. */
function checkedPath(entry: TarStreamEntry, taken: ReadonlyMap<string, 'folder' | 'other'>): string {
  const { type } = entry;
  const path = type === 'folder' ? entry.path.replace(/\/$/, '') : entry.path;
  const parts = path.split('/');
  const shown = JSON.stringify(entry.path.slice(0, 200));
  if (type !== 'file' && type !== 'folder' && type !== 'symlink') throw refused(`${shown} is a ${type}`);
  if (!isPlainPath(path)) throw refused(`${shown} is no path below the folder`);
  if (taken.has(path)) throw refused(`${shown} is there twice`);
  if (taken.get(parts.slice(0, -1).join('/')) !== 'folder')
    throw refused(`${shown} is in no folder of the archive`);
  if (type === 'symlink' && (entry.linkPath === '' || entry.linkPath.includes('\0'))) {
    throw refused(`${shown} is a link to nowhere`);
  }
  return path;
}

const refused = (what: string): ProblemError => fault('BLD030', { what });

async function* piecesOf(
  archive: string | Uint8Array | AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  if (typeof archive === 'string') yield* readPieces(archive);
  else if (archive instanceof Uint8Array) yield archive;
  else yield* archive;
}
