import { crc32, replaceFile, shortDigestLength, stampWidth } from '../host/index.ts';
import type { Rules } from './rules.ts';

/** What a target was made from the last time. */
export interface Making {
  readonly mark: string;
  /** Signs of its inputs by path, those that are only waited for left out. */
  readonly inputs: readonly (readonly [path: string, sign: string])[];
  /** Digests of its outputs, in their order. */
  readonly outputs: readonly string[];
}

/** Everything that is known from earlier builds, by the numbers of the rules. */
export interface Record {
  readonly stamps: Float64Array;
  /** Of each file; empty: not known, or not to be trusted with this stamp. */
  digest(file: number): string;
  setDigest(file: number, digest: string): void;
  making(target: number): Making | undefined;
  setMaking(target: number, making: Making): void;
  /** 1: was up to date at the end of the last build. */
  readonly current: Uint8Array;
  /** Whether it was recorded for the same rules, so that these have been looked at before. */
  readonly isSame: boolean;
}

const magic = 'packmill-incremental 1\n';
const width = shortDigestLength;
const none = ' '.repeat(width);

interface Header {
  readonly rules: string;
  readonly files: number;
  readonly targets: number;
  readonly names: number;
  readonly makings: number;
}

/** Parts of a snapshot, in their order, as views of its bytes. */
interface Parts {
  readonly header: Header;
  readonly stamps: Float64Array;
  readonly starts: Uint32Array;
  readonly current: Uint8Array;
  readonly digests: Buffer;
  readonly names: Buffer;
  readonly makings: Buffer;
}

/** Whether bytes are a whole snapshot, and its parts; undefined for anything else. */
function partsOf(bytes: Uint8Array): Parts | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.length < 48 || buffer.toString('latin1', 0, magic.length) !== magic) return undefined;
  const end = buffer.indexOf(10, magic.length);
  const sum = buffer.indexOf(10, end + 1);
  if (end === -1 || sum === -1) return undefined;
  const body = buffer.subarray(sum + 1);
  if (crc32(body) !== Number(buffer.toString('latin1', end + 1, sum))) return undefined;
  let header: Header;
  try {
    header = JSON.parse(buffer.toString('utf8', magic.length, end)) as Header;
  } catch {
    return undefined;
  }
  const { files, targets } = header;
  // numbers lie first, in memory of their own, where they are aligned
  const numberBytes = files * stampWidth * 8 + (targets + 1) * 4;
  const rest = targets + files * width + header.names + header.makings;
  if (!(numberBytes + rest === body.length)) return undefined;
  const numbers = new Uint8Array(numberBytes);
  numbers.set(body.subarray(0, numberBytes));
  let at = numberBytes;
  const next = (size: number): Buffer => {
    at += size;
    return body.subarray(at - size, at);
  };
  return {
    header,
    stamps: new Float64Array(numbers.buffer, 0, files * stampWidth),
    starts: new Uint32Array(numbers.buffer, files * stampWidth * 8, targets + 1),
    current: Uint8Array.from(next(targets)),
    digests: next(files * width),
    names: next(header.names),
    makings: next(header.makings),
  };
}

/** The record of a snapshot for these rules; an empty one for undefined or for bytes that are no whole snapshot. */
export function openRecord(rules: Rules, bytes: Uint8Array | undefined): Record {
  const parts = bytes === undefined ? undefined : partsOf(bytes);
  if (parts === undefined) return new FreshRecord(rules, undefined);
  return parts.header.rules === rules.digest && parts.header.files === rules.files.length
    ? new SameRecord(parts)
    : new FreshRecord(rules, parts);
}

const makingAt = ({ makings, starts }: Parts, target: number): Making | undefined => {
  const [start, end] = [starts[target] as number, starts[target + 1] as number];
  return start === end ? undefined : (JSON.parse(makings.toString('utf8', start, end)) as Making);
};

/** For the rules that were recorded: nothing is taken apart before it is asked for. */
class SameRecord implements Record {
  readonly isSame = true;
  readonly stamps: Float64Array;
  readonly current: Uint8Array;
  readonly #parts: Parts;
  readonly #digests = new Map<number, string>();
  readonly #makings = new Map<number, Making>();

  constructor(parts: Parts) {
    this.#parts = parts;
    this.stamps = parts.stamps;
    this.current = parts.current;
  }

  digest(file: number): string {
    return (
      this.#digests.get(file) ??
      this.#parts.digests.toString('latin1', file * width, (file + 1) * width).trimEnd()
    );
  }

  setDigest(file: number, digest: string): void {
    this.#digests.set(file, digest);
  }

  making(target: number): Making | undefined {
    return this.#makings.get(target) ?? makingAt(this.#parts, target);
  }

  setMaking(target: number, making: Making): void {
    this.#makings.set(target, making);
  }
}

/** For other rules: what was recorded is taken over by name. */
class FreshRecord implements Record {
  readonly isSame = false;
  readonly stamps: Float64Array;
  readonly current: Uint8Array;
  readonly #digests: string[];
  readonly #makings: (Making | undefined)[];

  constructor(rules: Rules, old: Parts | undefined) {
    this.stamps = new Float64Array(rules.files.length * stampWidth);
    this.current = new Uint8Array(rules.targets.length);
    this.#digests = new Array<string>(rules.files.length).fill('');
    this.#makings = new Array<Making | undefined>(rules.targets.length).fill(undefined);
    if (old === undefined) return;
    const [files = [], targets = []] = JSON.parse(old.names.toString('utf8')) as string[][];
    for (const [at, path] of files.entries()) {
      const file = rules.fileNumber(path);
      if (file === undefined) continue;
      this.stamps.set(old.stamps.subarray(at * stampWidth, (at + 1) * stampWidth), file * stampWidth);
      this.#digests[file] = old.digests.toString('latin1', at * width, (at + 1) * width).trimEnd();
    }
    const numbers = new Map(targets.map((name, at) => [name, at]));
    for (const [target, { name }] of rules.targets.entries()) {
      const at = numbers.get(name);
      if (at !== undefined) this.#makings[target] = makingAt(old, at);
    }
  }

  digest(file: number): string {
    return this.#digests[file] ?? '';
  }

  setDigest(file: number, digest: string): void {
    this.#digests[file] = digest;
  }

  making(target: number): Making | undefined {
    return this.#makings[target];
  }

  setMaking(target: number, making: Making): void {
    this.#makings[target] = making;
  }
}

/** Writes a snapshot in one step. Throws SYS004. */
export function writeSnapshot(path: string, rules: Rules, record: Record): void {
  const { files, targets } = rules;
  const starts = new Uint32Array(targets.length + 1);
  const pieces: Buffer[] = [];
  let length = 0;
  for (let target = 0; target < targets.length; target += 1) {
    const making = record.making(target);
    if (making !== undefined) {
      const piece = Buffer.from(JSON.stringify(making));
      pieces.push(piece);
      length += piece.length;
    }
    starts[target + 1] = length;
  }
  const digests: string[] = [];
  for (let file = 0; file < files.length; file += 1)
    digests.push((record.digest(file) || none).padEnd(width));
  const names = Buffer.from(JSON.stringify([files, targets.map(({ name }) => name)]));
  const bytesOf = (array: Float64Array | Uint32Array | Uint8Array): Buffer =>
    Buffer.from(array.buffer, array.byteOffset, array.byteLength);
  const body = Buffer.concat([
    bytesOf(record.stamps),
    bytesOf(starts),
    bytesOf(record.current),
    Buffer.from(digests.join(''), 'latin1'),
    names,
    ...pieces,
  ]);
  const header: Header = {
    rules: rules.digest,
    files: files.length,
    targets: targets.length,
    names: names.length,
    makings: length,
  };
  const head = Buffer.from(`${magic}${JSON.stringify(header)}\n${crc32(body)}\n`);
  replaceFile(path, Buffer.concat([head, body]));
}
