import { contentDigest, readStamp, stampKinds, stampWidth, textDigest } from '../host/index.ts';
import type { Record } from './record.ts';
import type { Rules } from './rules.ts';

/** What changes twice within this time may have one time of change; clocks of file systems tick slowly. */
export const tickMs = 50;

/** Sign of an input that is not there. */
export const absent = '-';

/** Digest of a file with nothing in it. */
export const emptyDigest = textDigest('');

/** Files as they are now, beside what is recorded of them. */
export class Look {
  readonly stamps: Float64Array;
  readonly kinds: Uint8Array;
  readonly #rules: Rules;
  readonly #record: Record;
  readonly #root: string;
  readonly #nowMs: () => number;
  /** Digests that were taken in this build. */
  readonly #taken = new Map<number, string | Promise<string>>();

  constructor(input: {
    readonly rules: Rules;
    readonly record: Record;
    readonly root: string;
    readonly nowMs: () => number;
  }) {
    this.#rules = input.rules;
    this.#record = input.record;
    this.#root = input.root;
    this.#nowMs = input.nowMs;
    this.stamps = new Float64Array(input.rules.files.length * stampWidth);
    this.kinds = new Uint8Array(input.rules.files.length);
  }

  path(file: number): string {
    const path = this.#rules.files[file] as string;
    return path.startsWith('/') ? path : `${this.#root}/${path}`;
  }

  /** Looks at a file; true when it is not as recorded. A folder is never known to be as recorded before it is read. */
  at(file: number): boolean {
    const at = file * stampWidth;
    const { stamps } = this;
    const kind = readStamp(this.path(file), stamps, at);
    this.kinds[file] = kind;
    if (kind === stampKinds.folder) return true;
    const was = this.#record.stamps;
    return (
      stamps[at + 1] !== was[at + 1] ||
      stamps[at] !== was[at] ||
      stamps[at + 2] !== was[at + 2] ||
      stamps[at + 3] !== was[at + 3]
    );
  }

  /** Takes all files to be as recorded, without a look. */
  trustAll(): void {
    const { stamps, kinds } = this;
    stamps.set(this.#record.stamps);
    for (let file = 0; file < kinds.length; file += 1) {
      kinds[file] = stamps[file * stampWidth + 3] === 0 ? stampKinds.none : stampKinds.file;
    }
  }

  /** Whether a file might be another one now though its stamp is as recorded. */
  isUnsure(file: number): boolean {
    return Number.isNaN(this.#record.stamps[file * stampWidth + 1]);
  }

  isThere(file: number): boolean {
    return this.kinds[file] !== stampKinds.none;
  }

  modifiedMs(file: number): number {
    return this.stamps[file * stampWidth] as number;
  }

  isEmpty(file: number): boolean {
    return this.kinds[file] === stampKinds.file && this.stamps[file * stampWidth + 2] === 0;
  }

  /** Digest of a file by its content; of what an opaque target made, the sign of that making. */
  digest(file: number): string | Promise<string> {
    if (!this.isThere(file)) return absent;
    const taken = this.#taken.get(file);
    if (taken !== undefined) return taken;
    const recorded = this.#record.digest(file);
    if (recorded !== '' && (this.#isOpaque(file) || this.isAsRecorded(file))) {
      this.#keep(file, recorded);
      return recorded;
    }
    const kind = this.kinds[file] as number;
    const found = contentDigest(this.path(file), kind, this.stamps[file * stampWidth + 2] as number);
    this.#taken.set(file, found);
    if (typeof found === 'string') return this.#keep(file, found);
    return found.then((digest) => this.#keep(file, digest));
  }

  /** Notes what was just made at the place of a file. */
  made(file: number, digest: string): void {
    this.at(file);
    this.#taken.set(file, digest);
    this.#record.setDigest(file, digest);
    const at = file * stampWidth;
    this.#record.stamps.set(this.stamps.subarray(at, at + stampWidth), at);
  }

  #isOpaque(file: number): boolean {
    const maker = this.#rules.maker[file] as number;
    return maker !== -1 && this.#rules.targets[maker]?.opaque === true;
  }

  /** Whether a file's stamp is the one that its recorded digest was taken with. */
  isAsRecorded(file: number): boolean {
    if (this.kinds[file] === stampKinds.folder) return false;
    const at = file * stampWidth;
    for (let i = 0; i < stampWidth; i += 1) {
      if (this.stamps[at + i] !== this.#record.stamps[at + i]) return false;
    }
    return true;
  }

  #keep(file: number, digest: string): string {
    const at = file * stampWidth;
    this.#taken.set(file, digest);
    this.#record.setDigest(file, digest);
    this.#record.stamps.set(this.stamps.subarray(at, at + stampWidth), at);
    const isFresh = (this.stamps[at + 1] as number) > this.#nowMs() - tickMs;
    // it may change once more without another time, so the next build reads it again
    if (isFresh && this.#rules.maker[file] === -1) this.#record.stamps[at + 1] = Number.NaN;
    return digest;
  }
}
