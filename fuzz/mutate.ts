/** A generator of numbers that is the same on every machine (mulberry32), so that a failure can be run again. */
export class SeededNumbers {
  #state: number;
  constructor(seed: number) {
    this.#state = seed >>> 0;
  }
  /** A whole number from 0 to `below` - 1. */
  next(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % Math.max(1, below);
  }
}

const tokens = [
  '=',
  '\n',
  '\t',
  ' = ',
  '%',
  '\0',
  ':',
  '-',
  '/',
  '../',
  '\\',
  '#',
  'pkgname = ',
  '\r\n',
  '<',
  '>',
  '9',
];
const telling = [0, 1, 0x7f, 0x80, 0xff, 0x20, 0x0a, 0x3d, 0x2f, 0x30, 0x37];

type Mutation = (bytes: Buffer, numbers: SeededNumbers, other: Uint8Array) => Buffer;

const insert = (bytes: Buffer, at: number, part: Uint8Array): Buffer =>
  Buffer.concat([bytes.subarray(0, at), part, bytes.subarray(at)]);

const mutations: readonly Mutation[] = [
  (bytes, numbers) => {
    if (bytes.length) bytes[numbers.next(bytes.length)] = numbers.next(256);
    return bytes;
  },
  (bytes, numbers) => {
    if (bytes.length) bytes[numbers.next(bytes.length)] = telling[numbers.next(telling.length)] ?? 0;
    return bytes;
  },
  (bytes, numbers) => bytes.subarray(0, numbers.next(bytes.length + 1)),
  (bytes, numbers) => {
    const at = numbers.next(bytes.length + 1);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + numbers.next(40))]);
  },
  (bytes, numbers) =>
    insert(bytes, numbers.next(bytes.length + 1), Buffer.from(tokens[numbers.next(tokens.length)] ?? '')),
  (bytes, numbers) => {
    const from = numbers.next(bytes.length + 1);
    const part = bytes.subarray(from, from + numbers.next(600));
    return insert(bytes, numbers.next(bytes.length + 1), part);
  },
  (bytes, numbers, other) => {
    const from = numbers.next(other.byteLength + 1);
    const part = other.subarray(from, from + numbers.next(600));
    return insert(bytes, numbers.next(bytes.length + 1), part);
  },
];

/** The largest input that is made. */
const maxBytes = 1 << 16;

/** A few changes to a seed: bytes, cuts, insertions, repeats, pieces of another seed. */
export function mutate(seed: Uint8Array, other: Uint8Array, numbers: SeededNumbers): Uint8Array {
  let bytes: Buffer = Buffer.from(seed);
  const rounds = 1 + numbers.next(6);
  for (let round = 0; round < rounds; round += 1) {
    bytes = mutations[numbers.next(mutations.length)]?.(bytes, numbers, other) ?? bytes;
  }
  return bytes.subarray(0, maxBytes);
}
