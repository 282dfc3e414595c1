import type { PackageFiles } from '../../api/index.ts';
import { readPieces, unpackZstd } from '../../host/index.ts';
import {
  compareEntries,
  type PackageEntries,
  type PackageEntry,
  readEntries,
} from '../../package-difference/index.ts';
import { type Digest, Slots } from '../../primitives/index.ts';
import type { Farm } from '../farm.ts';

/** Contents of so many package files stay at hand, with so many entries together; the newest one whatever it has. */
const mostKept = 64;
const mostEntries = 400_000;
/** So many package files are unpacked at one time; others wait: anybody may ask, and each costs a core. */
const atOnce = 2;

const changeOf = { 'only-after': 'added', 'only-before': 'removed', changed: 'changed' } as const;

const mode = (bits: number): string => bits.toString(8).padStart(4, '0');

/** What package files hold, read once from the store and remembered while they are asked for. */
export class PackageContents {
  readonly #farm: Pick<Farm, 'store'>;
  /** The newest at the end. */
  readonly #known = new Map<Digest, Promise<PackageEntries>>();
  /** Numbers of entries of those that were read. */
  readonly #sizes = new Map<Digest, number>();
  readonly #slots = new Slots(atOnce);

  readonly #most: number;

  constructor(farm: Pick<Farm, 'store'>, most = mostEntries) {
    this.#farm = farm;
    this.#most = most;
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
    const before = this.#known.get(object);
    const known = before ?? this.#slots.run(() => this.#read(object));
    this.#known.delete(object);
    this.#known.set(object, known);
    if (!before) known.then(({ size }) => this.#noteSize(object, size)).catch(() => this.#forget(object));
    for (const old of [...this.#known.keys()].slice(0, -mostKept)) this.#forget(old);
    return known;
  }

  async #read(object: Digest): Promise<PackageEntries> {
    const path = await this.#farm.store.path(object);
    return await readEntries(unpackZstd(readPieces(path)), path);
  }

  #noteSize(object: Digest, entries: number): void {
    if (!this.#known.has(object)) return;
    this.#sizes.set(object, entries);
    let sum = 0;
    // from the newest back: whoever looks at two files of one package in turn has both
    for (const one of [...this.#known.keys()].reverse()) {
      sum += this.#sizes.get(one) ?? 0;
      if (sum > this.#most && one !== object) this.#forget(one);
    }
  }

  #forget(object: Digest): void {
    this.#known.delete(object);
    this.#sizes.delete(object);
  }
}

function shown({ path, type, sizeBytes, mode: bits, link }: PackageEntry): PackageFiles['files'][number] {
  return {
    ...{ path, type, sizeBytes, mode: mode(bits), link: link === '' ? null : link },
    ...{ change: null, sizeBefore: null, aspects: [] },
  };
}
