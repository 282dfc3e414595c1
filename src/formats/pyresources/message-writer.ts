import { fault } from '../../diagnostics/index.ts';

const utf8 = new TextEncoder();
const firstSize = 1024;

/** Bytes of MessagePack one after another, each number in its shortest form. */
export class MessageWriter {
  #bytes = new Uint8Array(firstSize);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** What was written since the last call; a copy. */
  take(): Uint8Array {
    const taken = this.#bytes.slice(0, this.#length);
    this.#length = 0;
    return taken;
  }

  nil(): void {
    this.#byte(0xc0);
  }

  bool(value: boolean): void {
    this.#byte(value ? 0xc3 : 0xc2);
  }

  /** A whole number that a `number` holds exactly. Throws MPY304. */
  int(value: number): void {
    if (!Number.isSafeInteger(value)) throw notWhole(value);
    if (value >= 0) this.#natural(value);
    else this.#negative(value);
  }

  /** From 0 to 2^64 - 1. Throws MPY304. */
  u64(value: bigint): void {
    if (value < 0n || value > 0xffff_ffff_ffff_ffffn) throw notWhole(value);
    if (value <= 0xffff_ffffn) this.#natural(Number(value));
    else {
      this.#room(9);
      this.#bytes[this.#length] = 0xcf;
      this.#view.setBigUint64(this.#length + 1, value);
      this.#length += 9;
    }
  }

  f64(value: number): void {
    this.#room(9);
    this.#bytes[this.#length] = 0xcb;
    this.#view.setFloat64(this.#length + 1, value);
    this.#length += 9;
  }

  /** Half of a surrogate pair without the other becomes U+FFFD. */
  text(value: string): void {
    this.#room(5 + 3 * value.length);
    const at = this.#length;
    const head = value.length < 32 ? 1 : value.length < 256 ? 2 : value.length < 65536 ? 3 : 5;
    const { written } = utf8.encodeInto(value, this.#bytes.subarray(at + head));
    const needed = written < 32 ? 1 : written < 256 ? 2 : written < 65536 ? 3 : 5;
    if (needed !== head) this.#bytes.copyWithin(at + needed, at + head, at + head + written);
    if (needed === 1) this.#bytes[at] = 0xa0 | written;
    else this.#sized({ mark: needed === 2 ? 0xd9 : needed === 3 ? 0xda : 0xdb, bytes: needed - 1 }, written);
    this.#length = at + needed + written;
  }

  arrayHead(count: number): void {
    this.#head(count, { short: 0x90, mark: 0xdc });
  }

  mapHead(count: number): void {
    this.#head(count, { short: 0x80, mark: 0xde });
  }

  /** Bytes that are MessagePack already. */
  raw(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  #head(count: number, { short, mark }: { readonly short: number; readonly mark: number }): void {
    if (count < 16) this.#byte(short | count);
    else if (count < 65536) this.#sized({ mark, bytes: 2 }, count);
    else this.#sized({ mark: mark + 1, bytes: 4 }, count);
  }

  #natural(value: number): void {
    if (value < 0x80) this.#byte(value);
    else if (value < 0x100) this.#sized({ mark: 0xcc, bytes: 1 }, value);
    else if (value < 0x1_0000) this.#sized({ mark: 0xcd, bytes: 2 }, value);
    else if (value < 0x1_0000_0000) this.#sized({ mark: 0xce, bytes: 4 }, value);
    else {
      this.#room(9);
      this.#bytes[this.#length] = 0xcf;
      this.#view.setBigUint64(this.#length + 1, BigInt(value));
      this.#length += 9;
    }
  }

  #negative(value: number): void {
    if (value >= -0x20) this.#byte(value & 0xff);
    else if (value >= -0x80) this.#sized({ mark: 0xd0, bytes: 1 }, value & 0xff);
    else if (value >= -0x8000) this.#sized({ mark: 0xd1, bytes: 2 }, value & 0xffff);
    else if (value >= -0x8000_0000) this.#sized({ mark: 0xd2, bytes: 4 }, value >>> 0);
    else {
      this.#room(9);
      this.#bytes[this.#length] = 0xd3;
      this.#view.setBigInt64(this.#length + 1, BigInt(value));
      this.#length += 9;
    }
  }

  #sized({ mark, bytes }: { readonly mark: number; readonly bytes: number }, value: number): void {
    this.#room(5);
    const at = this.#length;
    this.#bytes[at] = mark;
    if (bytes === 1) this.#bytes[at + 1] = value;
    else if (bytes === 2) this.#view.setUint16(at + 1, value);
    else this.#view.setUint32(at + 1, value);
    this.#length = at + 1 + bytes;
  }

  #byte(value: number): void {
    this.#room(1);
    this.#bytes[this.#length] = value;
    this.#length += 1;
  }

  #room(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return;
    const more = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + bytes));
    more.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = more;
    this.#view = new DataView(more.buffer);
  }
}

function notWhole(value: number | bigint): Error {
  return fault('MPY304', { what: `'${value}' is no whole number that a datafile can hold here` });
}
