import { dirname, join, resolve } from 'node:path';
import { fault } from '../diagnostics/index.ts';
import {
  type DistributionIndex,
  decodeDatafile,
  decodeIndex,
  decodeManifest,
  distributionKey,
  distributionText,
  encodeDatafile,
  encodeIndex,
  encodeManifest,
  type InternTable,
  isAddress,
  type Manifest,
  type ManifestEntry,
  makeManifest,
  type ResourceKind,
  type ResourceTypes,
  resourceFolders,
} from '../formats/pyresources/index.ts';
import type { PythonDistribution } from '../formats/python-graph/index.ts';
import {
  bytesIfThere,
  digestBytes,
  ensureFolder,
  entryFacts,
  linkNew,
  removeEntry,
  renameEntry,
  replaceFile,
  textIfThere,
} from '../host/index.ts';

/** A name as one part of a path: the same letters, save those that would lead elsewhere. */
function folderName(text: string): string {
  if (text === '') return '_';
  return text.replace(/^\.|^_$|[/\\\0%]/g, (sign) => `%${sign.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/**
 * Writes a datafile below a folder and returns its path: `NAME/VERSION/FOLDER/HASH.blob`, with `_` for an empty version. The
 * hash is that of the bytes, so equal values are one file, and a file is never written over. Throws SYS004 and MPY304.
 */
export function writeDatafile<K extends ResourceKind>(
  root: string,
  distribution: PythonDistribution,
  { kind, value }: { readonly kind: K; readonly value: ResourceTypes[K] },
): string {
  const bytes = encodeDatafile(kind, value);
  const folder = join(
    resolve(root),
    folderName(distribution.name),
    folderName(distribution.version),
    resourceFolders[kind],
  );
  const path = join(folder, `${digestBytes(bytes).slice(0, 20)}.blob`);
  if (entryFacts(path)?.sizeBytes === bytes.length) return path;
  ensureFolder(folder);
  replaceFile(path, bytes);
  return path;
}

/** Collects datafiles into a manifest. */
export class ManifestBuilder {
  readonly #root: string;
  readonly #entries = new Map<string, { distribution: PythonDistribution; paths: Map<string, string> }>();

  /** Datafiles go below `root`. */
  constructor(root: string) {
    this.#root = root;
  }

  /** Writes a datafile; a later one of the same kind takes its place. Throws like `writeDatafile`. */
  put<K extends ResourceKind>(distribution: PythonDistribution, kind: K, value: ResourceTypes[K]): string {
    const path = writeDatafile(this.#root, distribution, { kind, value });
    const key = distributionKey(distribution);
    const entry = this.#entries.get(key) ?? { distribution, paths: new Map<string, string>() };
    entry.paths.set(kind, path);
    this.#entries.set(key, entry);
    return path;
  }

  get manifest(): Manifest {
    return makeManifest(this.#entries.values());
  }

  /** Writes the manifest in one step. Throws SYS004. */
  commit(path: string): Manifest {
    writeManifest(path, this.manifest);
    return this.manifest;
  }
}

const notBuilt = {
  why: 'It is written when distributions were built: build/manifest.json, and distidx.json beside it.',
  next: 'Build them (packmill py build; a farm does it by itself), or name the file that is meant with --manifest or --index.',
} as const;

/** A manifest's file. Throws MPY318 when there is none, and MPY310, MPY311. */
export function readManifest(path: string): Manifest {
  const file = resolve(path);
  const text = textIfThere(file);
  if (text === undefined) throw fault('MPY318', { what: `there is no manifest '${path}'`, ...notBuilt });
  return decodeManifest(text, { file: path, folder: dirname(file) });
}

/** Writes a manifest in one step. Throws SYS004. */
export function writeManifest(path: string, manifest: Manifest): void {
  ensureFolder(dirname(resolve(path)));
  replaceFile(resolve(path), encodeManifest(manifest));
}

/** The index of top-levels. Throws MPY318 when there is none, and MPY320. */
export function readIndex(path: string): DistributionIndex {
  const text = textIfThere(resolve(path));
  if (text === undefined) throw fault('MPY318', { what: `there is no index '${path}'`, ...notBuilt });
  return decodeIndex(text, path);
}

/** Writes an index of top-levels in one step. Throws SYS004. */
export function writeIndex(path: string, index: DistributionIndex): void {
  ensureFolder(dirname(resolve(path)));
  replaceFile(resolve(path), encodeIndex(index));
}

/** The bytes of a datafile. Throws MPY318 when it is not there, MPY319 for one in an object store, SYS004. */
export function readDatafileBytes(path: string): Uint8Array {
  if (isAddress(path)) throw fault('MPY319', { what: `'${path}' cannot be read from here` });
  const bytes = bytesIfThere(path);
  if (bytes === undefined) throw fault('MPY318', { what: `there is no datafile '${path}'` });
  return bytes;
}

/** What a datafile holds. Throws MPY300 to MPY309, MPY318 and MPY319. */
export function readDatafile<K extends ResourceKind>(
  path: string,
  kind: K,
  texts?: InternTable,
): ResourceTypes[K] {
  return decodeDatafile(kind, readDatafileBytes(path), texts);
}

/** What `copyData` did: files copied or given one more name, and files that were there. */
export interface CopiedData {
  readonly copied: number;
  readonly same: number;
}

/**
 * Brings each datafile of one manifest to the place that the other has for it: by a hard link where that goes. Nothing is
 * copied unless every file has a place. Throws MPY317, MPY318, MPY319 and SYS004.
 */
export function copyData(from: Manifest, to: Manifest): CopiedData {
  const places = new Map<string, ManifestEntry>(
    to.map((entry) => [distributionKey(entry.distribution), entry]),
  );
  const pairs = from.flatMap(({ distribution, paths }) =>
    [...paths].map(([kind, path]) => {
      const place = places.get(distributionKey(distribution))?.paths.get(kind);
      if (place === undefined)
        throw fault('MPY317', {
          what: `'${distributionText(distribution)}' has no place for '${kind}' in the second manifest`,
        });
      for (const one of [path, place])
        if (isAddress(one)) throw fault('MPY319', { what: `'${one}' is not a file` });
      return [path, place] as const;
    }),
  );
  let copied = 0;
  for (const [path, place] of pairs) if (path !== place && path !== '' && copyOne(path, place)) copied += 1;
  return { copied, same: pairs.length - copied };
}

/** False when the two names are one file. A file that is in the way is replaced in one step. */
function copyOne(path: string, place: string): boolean {
  const facts = entryFacts(path);
  if (facts === undefined) throw fault('MPY318', { what: `there is no datafile '${path}'` });
  const there = entryFacts(place);
  if (there !== undefined && there.device === facts.device && there.inode === facts.inode) return false;
  ensureFolder(dirname(place));
  if (linkNew(path, place)) return true;
  const beside = `${place}.new`;
  removeEntry(beside);
  linkNew(path, beside);
  renameEntry(beside, place);
  return true;
}
