import { fault, isFault } from '../diagnostics/index.ts';
import { contentLayoutText, contentPath } from '../formats/gentoo/index.ts';
import {
  bytesIfThere,
  type Clock,
  ensureFolder,
  entryFacts,
  filterPieces,
  fsyncDirectory,
  hashFileThrice,
  hashStream,
  linkNew,
  namesIn,
  readPieces,
  removeEntry,
  replaceFile,
  setModifiedTime,
  systemClock,
  systemRandom,
  writeHashing,
} from '../host/index.ts';
import type { Digest } from '../primitives/index.ts';
import type { ObjectStore } from '../store/index.ts';
import { compressor, decompressor } from './codecs.ts';
import type { CanonicalPart, Codec, ContentObject } from './contract.ts';
import { IndexLines, printIndexLine } from './store-index.ts';

export interface ContentStoreOptions {
  /** Folder of the store in content-hash layout; made when missing. It may be served as it is. */
  readonly root: string;
  /** The farm's store: objects are put there as well, and are the same files where the file systems allow it. */
  readonly objects?: ObjectStore | undefined;
  readonly clock?: Clock | undefined;
}

/** What a collection did. */
export interface ContentCollection {
  readonly removed: number;
  readonly removedBytes: number;
  readonly kept: number;
}

const leftoverMs = 24 * 60 * 60 * 1000;
const hashNames = ['sha512', 'blake2b512', 'sha256'] as const;

async function* onePiece(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** Whether so many digits of its digest can be a second name of an object (specification 6.2). */
export const isAliasLength = (digits: number): boolean => digits >= 20 && digits <= 128;

/** Whether a name at the top of a store can be the second one of an object. */
export const isAliasName = (name: string): boolean => isAliasLength(name.length) && /^[0-9a-f]+$/.test(name);

/**
 * Objects of ebins in content-hash layout (specification 5.6 to 5.8, 8.2), with an index from canonical tars to objects. An
 * object that is seen is whole: it is written beside, made durable, and then given its name.
 */
export class ContentStore {
  readonly root: string;
  readonly #objects: ObjectStore | undefined;
  readonly #clock: Clock;
  readonly #incoming: string;
  readonly #index: IndexLines;
  readonly #underWay = new Map<string, Promise<{ object: ContentObject; isNew: boolean }>>();

  constructor({ root, objects, clock = systemClock }: ContentStoreOptions) {
    this.root = root;
    this.#objects = objects;
    this.#clock = clock;
    this.#incoming = `${root}/.incoming`;
    ensureFolder(root);
    ensureFolder(this.#incoming);
    for (const name of namesIn(this.#incoming)) {
      const facts = entryFacts(`${this.#incoming}/${name}`);
      if (facts && clock.nowMs() - facts.modifiedMs > leftoverMs) removeEntry(`${this.#incoming}/${name}`);
    }
    const layout = `${root}/layout.conf`;
    if (Buffer.from(bytesIfThere(layout) ?? []).toString('utf8') !== contentLayoutText)
      replaceFile(layout, contentLayoutText);
    this.#index = new IndexLines(`${root}/index.jsonl`);
  }

  /** Path of an object, whether it is there or not. */
  path(sha512: string): string {
    return `${this.root}/${contentPath(sha512)}`;
  }

  /** The object of a canonical tar; undefined when there is none, or its file is gone or has another size. */
  find(canonical: string): ContentObject | undefined {
    return this.#index.find(canonical).find((object) => this.#isThere(object));
  }

  /** All objects that are there, each once. */
  list(): readonly ContentObject[] {
    const seen = new Set<string>();
    return this.#index.all().filter((object) => {
      if (seen.has(object.sha512) || !this.#isThere(object)) return false;
      return seen.add(object.sha512);
    });
  }

  #isThere({ sha512, size }: ContentObject): boolean {
    const facts = entryFacts(this.path(sha512));
    return facts?.kind === 'file' && facts.sizeBytes === size;
  }

  /**
   * The object of a part: the one that is there for the same canonical tar whatever compressed it then, or a new one. Durable on
   * return. Throws SYS001, SYS003, SYS004, EBN013 when a file of that name has other bytes.
   */
  async put(part: CanonicalPart, codec: Codec = 'xz'): Promise<{ object: ContentObject; isNew: boolean }> {
    const running = this.#underWay.get(part.canonical);
    if (running) return { object: (await running).object, isNew: false };
    const work = this.#put(part, codec).finally(() => this.#underWay.delete(part.canonical));
    this.#underWay.set(part.canonical, work);
    return await work;
  }

  async #put(part: CanonicalPart, codec: Codec): Promise<{ object: ContentObject; isNew: boolean }> {
    const known = this.find(part.canonical);
    if (known && this.#touch(known)) return { object: known, isNew: false };
    const temporary = `${this.#incoming}/${systemRandom.hex(12)}`;
    try {
      const packed = filterPieces(compressor(codec), part.pieces());
      const { hashes, sizeBytes } = await writeHashing(temporary, packed, { algorithms: hashNames });
      const object: ContentObject = {
        canonical: part.canonical,
        sha512: hashes['sha512'] ?? '',
        blake2b: hashes['blake2b512'] ?? '',
        size: sizeBytes,
        codec,
        part: part.part,
        created: Math.floor(this.#clock.nowMs() / 1000),
      };
      const isNew = await this.#admit(temporary, object, hashes['sha256'] as Digest);
      this.#index.add(object);
      return { object, isNew };
    } finally {
      removeEntry(temporary);
    }
  }

  /**
   * Keeps bytes as they are, under their own digest, without a line in the index: nothing was packed. Durable on return.
   * Throws SYS003, SYS004, EBN013.
   */
  async putPlain(bytes: Uint8Array): Promise<{ readonly sha512: string; readonly isNew: boolean }> {
    const temporary = `${this.#incoming}/${systemRandom.hex(12)}`;
    try {
      const { hashes, sizeBytes } = await writeHashing(temporary, onePiece(bytes), { algorithms: hashNames });
      const sha512 = hashes['sha512'] ?? '';
      const isNew = await this.#admit(temporary, { sha512, size: sizeBytes }, hashes['sha256'] as Digest);
      return { sha512, isNew };
    } finally {
      removeEntry(temporary);
    }
  }

  /**
   * Keeps a file that was packed elsewhere, under the digest that it is to have. The file may be moved; a link to what is kept
   * lies in its place afterwards. Durable on return. Throws EBN013 for a file of other bytes, SYS001, SYS003, SYS004.
   */
  async take(path: string, sha512: string): Promise<{ readonly digest: Digest; readonly sizeBytes: number }> {
    const found = await hashFileThrice(path);
    if (found.sha512 !== sha512) throw fault('EBN013', { what: `'${path}' has not the bytes of its name` });
    const digest = found.sha256 as Digest;
    await this.#admit(path, { sha512, size: found.sizeBytes }, digest);
    removeEntry(path);
    linkNew(this.path(sha512), path);
    return { digest, sizeBytes: found.sizeBytes };
  }

  /**
   * Gives an object of the store one more name: the first digits of its digest, at the top (specification 6.2). Durable on return.
   * Throws EBN057 when the name is that of another object, EBN013 when its bytes are others, SYS004.
   */
  async alias(sha512: string, digits: number): Promise<void> {
    const name = sha512.slice(0, digits);
    const [path, own] = [`${this.root}/${name}`, entryFacts(this.path(sha512))];
    const other = this.#namesNear(sha512).find((one) => one !== sha512 && one.startsWith(name));
    if (other !== undefined)
      throw fault('EBN057', {
        what: `'${name}' stands for '${sha512}' and for '${other}'`,
        next: 'Take more digits with `--uri-digits`.',
      });
    const there = entryFacts(path);
    if (there?.device === own?.device && there?.inode === own?.inode) return;
    if (linkNew(this.path(sha512), path)) return fsyncDirectory(this.root);
    const { hashes } = await hashStream(readPieces(path), ['sha512']);
    if (hashes['sha512'] !== sha512)
      throw fault('EBN013', { what: `the bytes of '${path}' are not those of its name` });
  }

  /** Objects whose digests begin with the same three bytes. */
  #namesNear(sha512: string): readonly string[] {
    const path = this.path(sha512);
    return namesIn(path.slice(0, path.lastIndexOf('/')));
  }

  /** Names at the top whose object is gone. */
  #removeAliases(): void {
    for (const name of namesIn(this.root)) {
      if (!isAliasName(name)) continue;
      const isThere = this.#namesNear(name.padEnd(128, '0')).some((one) => one.startsWith(name));
      if (!isThere) removeEntry(`${this.root}/${name}`);
    }
  }

  /** Tells a collection that an object is wanted; false when one has just taken it away. */
  #touch({ sha512 }: ContentObject): boolean {
    try {
      setModifiedTime(this.path(sha512), this.#clock.nowMs());
    } catch (error) {
      if (!isFault(error, 'SYS004')) throw error;
    }
    return entryFacts(this.path(sha512)) !== undefined;
  }

  /** Gives durable bytes their name; what has it already is read and must be the same. */
  async #admit(
    temporary: string,
    object: Pick<ContentObject, 'sha512' | 'size'>,
    digest: Digest,
  ): Promise<boolean> {
    const path = this.path(object.sha512);
    const source = (await this.#intoFarm(temporary, { digest, sizeBytes: object.size })) ?? temporary;
    this.#makeFolders(object.sha512);
    const isNew = linkNew(source, path);
    if (!isNew) {
      const { hashes } = await hashStream(readPieces(path), ['sha512']);
      if (hashes['sha512'] !== object.sha512)
        throw fault('EBN013', { what: `the bytes of '${path}' are not those of its name` });
    }
    setModifiedTime(path, this.#clock.nowMs());
    fsyncDirectory(path.slice(0, path.lastIndexOf('/')));
    return isNew;
  }

  async #intoFarm(
    temporary: string,
    known: { readonly digest: Digest; readonly sizeBytes: number },
  ): Promise<string | undefined> {
    if (!this.#objects) return undefined;
    await this.#objects.putFile(temporary, { move: true, known });
    return await this.#objects.path(known.digest);
  }

  #makeFolders(sha512: string): void {
    let folder = this.root;
    for (const part of contentPath(sha512).split('/').slice(0, -1)) {
      const parent = folder;
      folder = `${folder}/${part}`;
      if (entryFacts(folder)) continue;
      ensureFolder(folder);
      fsyncDirectory(parent);
    }
  }

  /** Names of all objects that lie in the store, whether the index knows them or not, sorted. */
  *names(): Generator<string> {
    const isHex = (name: string): boolean => /^[0-9a-f]{2}$/.test(name);
    const inner = (folder: string): string[] => [...namesIn(folder)].filter(isHex).sort();
    for (const a of inner(this.root)) {
      for (const b of inner(`${this.root}/${a}`)) {
        for (const c of inner(`${this.root}/${a}/${b}`)) {
          for (const name of [...namesIn(`${this.root}/${a}/${b}/${c}`)].sort()) {
            if (/^[0-9a-f]{128}$/.test(name) && name.startsWith(a + b + c)) yield name;
          }
        }
      }
    }
  }

  /**
   * Removes objects that nothing refers to and that nobody has put for `graceMs` (specification 8.10). One that is put
   * meanwhile stays.
   */
  collect(isReferenced: (sha512: string) => boolean, graceMs: number): ContentCollection {
    const report = { removed: 0, removedBytes: 0, kept: 0 };
    for (const sha512 of this.names()) {
      const facts = entryFacts(this.path(sha512));
      if (!facts) continue;
      const isOld = this.#clock.nowMs() - facts.modifiedMs > graceMs;
      if (isReferenced(sha512) || !isOld || !this.#remove(sha512, graceMs)) {
        report.kept += 1;
        continue;
      }
      report.removed += 1;
      report.removedBytes += facts.sizeBytes;
    }
    this.#removeAliases();
    return report;
  }

  /** Takes an object away, looks at it once more, and gives it back when somebody has put it meanwhile. */
  #remove(sha512: string, graceMs: number): boolean {
    const path = this.path(sha512);
    const aside = `${this.#incoming}/${sha512}`;
    removeEntry(aside);
    linkNew(path, aside);
    removeEntry(path);
    const facts = entryFacts(aside);
    const isWanted = facts !== undefined && this.#clock.nowMs() - facts.modifiedMs <= graceMs;
    if (isWanted) linkNew(aside, path);
    removeEntry(aside);
    fsyncDirectory(path.slice(0, path.lastIndexOf('/')));
    return !isWanted;
  }

  /**
   * Writes the index anew from the objects themselves (specification 5.8). What an object was first made for is told by the
   * old index, or else called `main`. Objects whose bytes are not those of their names are left out and returned.
   */
  async rebuildIndex(): Promise<{ readonly objects: number; readonly damaged: readonly string[] }> {
    const old = new Map(this.#index.all().map((object) => [object.sha512, object]));
    const damaged: string[] = [];
    const found: ContentObject[] = [];
    for (const sha512 of this.names()) {
      const object = await this.#readAgain(sha512, old.get(sha512));
      if (object === 'plain') continue;
      if (object) found.push(object);
      else damaged.push(sha512);
    }
    replaceFile(`${this.root}/index.jsonl`, found.map(printIndexLine).join(''));
    this.#index.reload();
    return { objects: found.length, damaged };
  }

  async #readAgain(
    sha512: string,
    old: ContentObject | undefined,
  ): Promise<ContentObject | 'plain' | undefined> {
    const path = this.path(sha512);
    const { hashes, sizeBytes } = await hashStream(readPieces(path), ['sha512', 'blake2b512']);
    if (hashes['sha512'] !== sha512) return undefined;
    const unpacker = await decompressor(path);
    if (!unpacker) return 'plain';
    const plain = await hashStream(filterPieces(unpacker.filter, readPieces(path)), ['sha512']);
    return {
      canonical: plain.hashes['sha512'] ?? '',
      sha512,
      blake2b: hashes['blake2b512'] ?? '',
      size: sizeBytes,
      codec: unpacker.codec,
      part: old?.part ?? 'main',
      created: old?.created ?? Math.floor((entryFacts(path)?.modifiedMs ?? 0) / 1000),
    };
  }
}
