/**
 * SpookyHash V2 (Bob Jenkins, public domain) of 64 bits with both seeds 0: what symbols are keyed by. Arithmetic of 64 bits
 * goes in halves of 32, which is some thirty times as fast as `bigint`.
 */

import type { DottedPath } from './entities.ts';

const unusual = 0xdeadbeef;
const shortBelow = 192;
const blockBytes = 96;

/** The state: the low half of word `i` at `2 * i`, the high half after it. */
type Words = Int32Array;

function add(state: Words, to: number, low: number, high: number): void {
  const sum = ((state[2 * to] as number) >>> 0) + (low >>> 0);
  state[2 * to] = sum;
  state[2 * to + 1] = (state[2 * to + 1] as number) + high + (sum > 0xffffffff ? 1 : 0);
}

function addWord(state: Words, to: number, from: number): void {
  add(state, to, state[2 * from] as number, state[2 * from + 1] as number);
}

function xorWord(state: Words, to: number, from: number): void {
  state[2 * to] = (state[2 * to] as number) ^ (state[2 * from] as number);
  state[2 * to + 1] = (state[2 * to + 1] as number) ^ (state[2 * from + 1] as number);
}

function rotate(state: Words, at: number, by: number): void {
  const low = state[2 * at] as number;
  const high = state[2 * at + 1] as number;
  const [one, other] = by < 32 ? [low, high] : [high, low];
  const bits = by & 31;
  state[2 * at] = bits === 0 ? one : (one << bits) | (other >>> (32 - bits));
  state[2 * at + 1] = bits === 0 ? other : (other << bits) | (one >>> (32 - bits));
}

const [a, b, c, d] = [0, 1, 2, 3] as const;
const shortMixRotations = [50, 52, 30, 41, 54, 48, 38, 37, 62, 34, 5, 36];
const shortEndRotations = [15, 52, 26, 51, 28, 9, 47, 54, 32, 25, 63];
const mixRotations = [11, 32, 43, 31, 17, 28, 39, 57, 55, 54, 22, 46];
const endRotations = [44, 15, 34, 21, 38, 33, 10, 13, 38, 53, 42, 54];

function shortMix(state: Words): void {
  for (let round = 0; round < 12; round += 1) {
    const word = (c + round) & 3;
    rotate(state, word, shortMixRotations[round] as number);
    addWord(state, word, (word + 1) & 3);
    xorWord(state, (word + 2) & 3, word);
  }
}

function shortEnd(state: Words): void {
  for (let round = 0; round < 11; round += 1) {
    const word = (d + round) & 3;
    const before = (word + 3) & 3;
    xorWord(state, word, before);
    rotate(state, before, shortEndRotations[round] as number);
    addWord(state, word, before);
  }
}

/** Up to eight bytes from `offset` as a word of little end, missing ones 0. */
function addBytes(
  state: Words,
  to: number,
  bytes: Uint8Array,
  [offset, count]: readonly [number, number],
): void {
  let low = 0;
  let high = 0;
  for (let index = 0; index < count; index += 1) {
    const byte = bytes[offset + index] as number;
    if (index < 4) low |= byte << (8 * index);
    else high |= byte << (8 * (index - 4));
  }
  add(state, to, low, high);
}

function shortHash(bytes: Uint8Array): Words {
  const state = new Int32Array([0, 0, 0, 0, unusual, unusual, unusual, unusual]);
  const { length } = bytes;
  let at = 0;
  for (; at + 32 <= length; at += 32) {
    addBytes(state, c, bytes, [at, 8]);
    addBytes(state, d, bytes, [at + 8, 8]);
    shortMix(state);
    addBytes(state, a, bytes, [at + 16, 8]);
    addBytes(state, b, bytes, [at + 24, 8]);
  }
  if (length - at >= 16) {
    addBytes(state, c, bytes, [at, 8]);
    addBytes(state, d, bytes, [at + 8, 8]);
    shortMix(state);
    at += 16;
  }
  add(state, d, 0, length << 24);
  const rest = length - at;
  if (rest === 0) {
    add(state, c, unusual, unusual);
    add(state, d, unusual, unusual);
  } else {
    addBytes(state, c, bytes, [at, Math.min(8, rest)]);
    if (rest > 8) addBytes(state, d, bytes, [at + 8, rest - 8]);
  }
  shortEnd(state);
  return state;
}

function longHash(bytes: Uint8Array): Words {
  const state = new Int32Array(24);
  for (const word of [2, 5, 8, 11]) add(state, word, unusual, unusual);
  const whole = bytes.length - (bytes.length % blockBytes);
  for (let at = 0; at < whole; at += blockBytes) {
    for (let word = 0; word < 12; word += 1) {
      const last = (word + 11) % 12;
      addBytes(state, word, bytes, [at + 8 * word, 8]);
      xorWord(state, (word + 2) % 12, (word + 10) % 12);
      xorWord(state, last, word);
      rotate(state, word, mixRotations[word] as number);
      addWord(state, last, (word + 1) % 12);
    }
  }
  const tail = new Uint8Array(blockBytes);
  tail.set(bytes.subarray(whole));
  tail[blockBytes - 1] = bytes.length - whole;
  for (let word = 0; word < 12; word += 1) addBytes(state, word, tail, [8 * word, 8]);
  for (let pass = 0; pass < 3; pass += 1) {
    for (let round = 0; round < 12; round += 1) {
      const word = (11 + round) % 12;
      addWord(state, word, (word + 2) % 12);
      xorWord(state, (word + 3) % 12, word);
      rotate(state, (word + 2) % 12, endRotations[round] as number);
    }
  }
  return state;
}

/** The hash of bytes, from 0 to 2^64 - 1. */
export function spookyHash64(bytes: Uint8Array): bigint {
  const state = bytes.length < shortBelow ? shortHash(bytes) : longHash(bytes);
  return (BigInt((state[1] as number) >>> 0) << 32n) | BigInt((state[0] as number) >>> 0);
}

const utf8 = new TextEncoder();

/** The hash of a dotted path's text in UTF-8; 0 for an empty one, by convention. */
export function hashPath(path: string): bigint {
  return path === '' ? 0n : spookyHash64(utf8.encode(path));
}

/** The hash of a symbol: that of `name:version:path`. */
export function hashSymbol(
  distribution: { readonly name: string; readonly version: string },
  path: string,
): bigint {
  return spookyHash64(utf8.encode(`${distribution.name}:${distribution.version}:${path}`));
}

/** A path with its hash: from its parts, or from a text with dots. */
export function dottedPath(path: string | readonly string[]): DottedPath {
  const parts = typeof path !== 'string' ? path : path === '' ? [] : path.split('.');
  return { hash: hashPath(parts.join('.')), parts };
}

/** No path at all. */
export const noPath: DottedPath = { hash: 0n, parts: [] };
