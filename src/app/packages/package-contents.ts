import type { PackageFiles } from '../../api/index.ts';
import { readPieces, unpackZstd } from '../../host/index.ts';
import {
  compareEntries,
  type PackageEntries,
  type PackageEntry,
  readEntries,
} from '../../package-difference/index.ts';
import type { Digest } from '../../primitives/index.ts';
import type { Farm } from '../farm.ts';

/** Contents of so many package files stay at hand. */
const mostKept = 64;

const changeOf = { 'only-after': 'added', 'only-before': 'removed', changed: 'changed' } as const;

const mode = (bits: number): string => bits.toString(8).padStart(4, '0');

/** What package files hold, read once from the store and remembered while they are asked for. */
export class PackageContents {
  readonly #farm: Farm;
  readonly #known = new Map<Digest, Promise<PackageEntries>>();

  constructor(farm: Farm) {
    this.#farm = farm;
  }

  /** All entries of a file; with `before`, those that are not the same in that one. Throws STO and FMT problems. */
  async files(object: Digest, before: Digest | undefined): Promise<PackageFiles> {
    const now = await this.#entries(object);
    if (before === undefined) return { files: [...now.values()].map((entry) => shown(entry)), same: 0 };
    const then = await this.#entries(before);
    const differences = compareEntries(then, now, { times: false });
    const changed = new Set(differences.map(({ path }) => path));
    const files = differences.map(({ path: _, kind, aspects, before: old, after: young }) => {
      const change = changeOf[kind];
      return {
        ...shown((young ?? old) as PackageEntry),
        change,
        sizeBefore: old?.sizeBytes ?? null,
        aspects: [...aspects],
      };
    });
    return { files, same: [...now.keys()].filter((path) => !changed.has(path)).length };
  }

  #entries(object: Digest): Promise<PackageEntries> {
    const known = this.#known.get(object) ?? this.#read(object);
    this.#known.delete(object);
    this.#known.set(object, known);
    known.catch(() => this.#known.delete(object));
    for (const old of [...this.#known.keys()].slice(0, -mostKept)) this.#known.delete(old);
    return known;
  }

  async #read(object: Digest): Promise<PackageEntries> {
    const path = await this.#farm.store.path(object);
    return await readEntries(unpackZstd(readPieces(path)), path);
  }
}

function shown({ path, type, sizeBytes, mode: bits, link }: PackageEntry): PackageFiles['files'][number] {
  return {
    ...{ path, type, sizeBytes, mode: mode(bits), link: link === '' ? null : link },
    ...{ change: null, sizeBefore: null, aspects: [] },
  };
}
