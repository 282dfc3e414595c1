import { archiveMembers } from '../../fastpull/index.ts';
import { comparePythonVersions, normalisedName, parsePythonVersion } from '../../formats/python/index.ts';
import type { PythonDistribution } from '../../formats/python-graph/index.ts';
import { entryFacts, hashFile, namesIn } from '../../host/index.ts';
import type { Digest } from '../../primitives/index.ts';
import { readArchiveName } from '../python/archives.ts';

/** An archive of a distribution. */
export interface ShelvedArchive {
  readonly path: string;
  readonly fileName: string;
  readonly version: string;
  readonly isWheel: boolean;
}

/** All archives of some folders, by name. */
export class ArchiveShelf {
  readonly #byName = new Map<string, ShelvedArchive[]>();

  /** `mayRead` says of a path of an archive whether it counts. */
  constructor(folders: readonly string[], mayRead: (path: string) => boolean) {
    for (const folder of folders)
      for (const fileName of namesIn(folder)) {
        const read = readArchiveName(fileName);
        if (read === undefined || !mayRead(`${folder}/${fileName}`)) continue;
        const { version, isWheel } = read;
        const key = normalisedName(read.name);
        const known = this.#byName.get(key) ?? [];
        known.push({ path: `${folder}/${fileName}`, fileName, version, isWheel });
        this.#byName.set(key, known);
      }
  }

  /** The archive of a distribution, a wheel before sources; without a version the newest. Undefined when there is none. */
  find({ name, version }: PythonDistribution): ShelvedArchive | undefined {
    const all = this.#byName.get(normalisedName(name)) ?? [];
    const fitting = all.filter((one) => version === '' || one.version === version);
    return [...fitting].sort(
      (a, b) =>
        newestFirst(a.version, b.version) ||
        Number(b.isWheel) - Number(a.isWheel) ||
        (a.fileName < b.fileName ? -1 : 1),
    )[0];
  }
}

function newestFirst(a: string, b: string): number {
  const [one, other] = [parsePythonVersion(a), parsePythonVersion(b)];
  if (one === undefined || other === undefined)
    return Number(other !== undefined) - Number(one !== undefined);
  return comparePythonVersions(other, one);
}

interface Known<Value> {
  readonly stamp: string;
  readonly value: Promise<Value>;
}

/** What was worked out of files, for as long as they do not change. */
class FileMemory<Value> {
  readonly #known = new Map<string, Known<Value>>();
  readonly #work: (path: string) => Promise<Value>;

  constructor(work: (path: string) => Promise<Value>) {
    this.#work = work;
  }

  of(path: string): Promise<Value> {
    const facts = entryFacts(path);
    const stamp = JSON.stringify([facts?.inode, facts?.sizeBytes, facts?.modifiedMs]);
    const known = this.#known.get(path);
    if (known?.stamp === stamp) return known.value;
    const value = this.#work(path);
    this.#known.set(path, { stamp, value });
    value.catch(() => this.#known.delete(path));
    if (this.#known.size > mostKnown) this.#known.delete(this.#known.keys().next().value as string);
    return value;
  }
}

const mostKnown = 20_000;
/** Fields of metadata stand before the long description. */
const metadataBytes = 1 << 18;

const digests = new FileMemory<Digest>(async (path) => (await hashFile(path)).digest);
const requirements = new FileMemory(readRequirements);

/** The SHA-256 of an archive. Throws SYS004. */
export const archiveDigest = (path: string): Promise<Digest> => digests.of(path);

/** Names of what an archive says that it needs; nothing for archives of sources, and for what is no wheel. */
export const archiveRequirements = ({ path, isWheel }: ShelvedArchive): Promise<readonly string[]> =>
  isWheel ? requirements.of(path) : Promise.resolve([]);

async function readRequirements(path: string): Promise<readonly string[]> {
  try {
    for await (const { name, body, kind } of archiveMembers({ path, finalName: `${path}.zip` })) {
      if (kind !== 'file' || !/^[^/]+\.dist-info\/METADATA$/.test(name)) continue;
      const pieces: Uint8Array[] = [];
      let size = 0;
      for await (const piece of body) {
        pieces.push(piece);
        size += piece.byteLength;
        if (size > metadataBytes) break;
      }
      return requiredNames(Buffer.concat(pieces).toString('utf8'));
    }
  } catch {
    // that it is broken is told when it is explored
  }
  return [];
}

/** Names in `Requires-Dist` that no extra asks for; markers may leave some out that are named here. */
export function requiredNames(metadata: string): readonly string[] {
  const head = metadata.split(/\r?\n\r?\n/, 1)[0] ?? '';
  const rows = [...head.matchAll(/^Requires-Dist:\s*([A-Za-z0-9][A-Za-z0-9._-]*)([^\r\n]*)/gim)];
  return rows.flatMap(([, name = '', rest = '']) => (/\bextra\s*==/.test(rest) ? [] : [name]));
}
