import { InternTable } from './intern-table.ts';
import { readText } from './read-text.ts';
import { ReadTrouble } from './read-trouble.ts';

const kinds: readonly (readonly [number, string])[] = [
  [0x7f, 'a number'],
  [0x8f, 'a map'],
  [0x9f, 'an array'],
  [0xbf, 'a text'],
  [0xc0, 'nil'],
  [0xc1, 'a byte that no value begins with'],
  [0xc3, 'true or false'],
  [0xc6, 'bytes'],
  [0xc9, 'an extension'],
  [0xd3, 'a number'],
  [0xd8, 'an extension'],
  [0xdb, 'a text'],
  [0xdd, 'an array'],
  [0xdf, 'a map'],
  [0xff, 'a number'],
];

function kindOf(mark: number): string {
  return kinds.find(([last]) => mark <= last)?.[1] ?? 'nothing';
}

/** Reads MessagePack value by value. Its errors become faults by `readFault`. */
export class MessageReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #texts: InternTable | undefined;
  at: number;

  constructor(bytes: Uint8Array, texts?: InternTable, at = 0) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#texts = texts;
    this.at = at;
  }

  /** Made when something repeats: most readers pass over bytes, or read a few. */
  get #table(): InternTable {
    this.#texts ??= new InternTable();
    return this.#texts;
  }

  get left(): number {
    return this.#bytes.length - this.at;
  }

  /** Takes a nil if one comes next. */
  nil(): boolean {
    if (this.#peek() !== 0xc0) return false;
    this.at += 1;
    return true;
  }

  bool(): boolean {
    const mark = this.#peek();
    if (mark !== 0xc2 && mark !== 0xc3) throw this.#unexpected('true or false', mark);
    this.at += 1;
    return mark === 0xc3;
  }

  int(): number {
    const mark = this.#peek();
    if (mark < 0x80) {
      this.at += 1;
      return mark;
    }
    if (mark >= 0xe0) {
      this.at += 1;
      return mark - 0x100;
    }
    const value = this.#whole(mark);
    if (typeof value === 'number') return value;
    const number = Number(value);
    if (Number.isSafeInteger(number)) return number;
    throw new ReadTrouble('MPY304', `the number ${value} is too large`);
  }

  u64(): bigint {
    const mark = this.#peek();
    if (mark < 0x80) {
      this.at += 1;
      return BigInt(mark);
    }
    if (mark === 0xcf) {
      // as nearly all hashes are
      this.#need(9);
      this.at += 9;
      return this.#view.getBigUint64(this.at - 8);
    }
    const value = mark >= 0xe0 ? mark - 0x100 : this.#whole(mark);
    if (value < 0) throw new ReadTrouble('MPY304', `the number ${value} is negative`);
    return BigInt(value);
  }

  /** A number with a fraction; of 4 or 8 bytes, or whole. */
  f64(): number {
    const mark = this.#peek();
    if (mark === 0xcb) {
      this.#need(9);
      const value = this.#view.getFloat64(this.at + 1);
      this.at += 9;
      return value;
    }
    if (mark === 0xca) {
      this.#need(5);
      const value = this.#view.getFloat32(this.at + 1);
      this.at += 5;
      return value;
    }
    return this.int();
  }

  text(): string {
    const end = this.#textEnd();
    const text = readText(this.#bytes, this.at, end);
    this.at = end;
    return text;
  }

  /** A text that repeats: the same one each time. */
  internedText(): string {
    const end = this.#textEnd();
    const text =
      end - this.at > 64 ? readText(this.#bytes, this.at, end) : this.#table.of(this.#bytes, this.at, end);
    this.at = end;
    return text;
  }

  /** A value that repeats: the same one each time for the same owner and bytes. */
  repeated<T>(owner: object, read: (from: MessageReader) => T): T {
    const start = this.at;
    try {
      this.skip();
    } catch {
      // whoever reads it says better where it is broken
      this.at = start;
      return read(this);
    }
    const end = this.at;
    const value = this.#table.valueOf(owner, this.#bytes, { start, end }, () => {
      this.at = start;
      return read(this);
    });
    this.at = end;
    return value;
  }

  arrayHead(): number {
    const mark = this.#peek();
    if (mark >= 0x90 && mark <= 0x9f) {
      this.at += 1;
      return mark & 0x0f;
    }
    return this.#count(mark, { mark: 0xdc, name: 'an array', least: 1 });
  }

  /** Number of entries. `streamed`: what follows need not be there yet. */
  mapHead({ streamed = false }: { readonly streamed?: boolean } = {}): number {
    const mark = this.#peek();
    if (mark >= 0x80 && mark <= 0x8f) {
      this.at += 1;
      return mark & 0x0f;
    }
    return this.#count(mark, { mark: 0xde, name: 'a map', least: streamed ? 0 : 2 });
  }

  /** Passes over one value of any kind, containers with what they hold. */
  skip(): void {
    for (let open = 1; open > 0; open -= 1) {
      const mark = this.#peek();
      if (mark < 0x80 || mark >= 0xe0 || mark === 0xc0 || mark === 0xc2 || mark === 0xc3) this.at += 1;
      else if (mark < 0x90 || mark === 0xde || mark === 0xdf) open += 2 * this.mapHead();
      else if (mark < 0xa0 || mark === 0xdc || mark === 0xdd) open += this.arrayHead();
      else if (mark < 0xc0 || (mark >= 0xd9 && mark <= 0xdb)) this.at = this.#textEnd();
      else this.#skipSized(mark);
    }
  }

  #skipSized(mark: number): void {
    const size = mark === 0xca ? 4 : mark === 0xcb ? 8 : mark >= 0xcc && mark <= 0xd3 ? 1 << (mark & 3) : 0;
    if (size === 0) throw this.#unexpected('a value of a datafile', mark);
    this.#need(1 + size);
    this.at += 1 + size;
  }

  #whole(mark: number): number | bigint {
    if (mark < 0xcc || mark > 0xd3) throw this.#unexpected('a number', mark);
    const size = 1 << (mark & 3);
    this.#need(1 + size);
    const at = this.at + 1;
    this.at = at + size;
    const signed = mark >= 0xd0;
    if (size === 8) return signed ? this.#view.getBigInt64(at) : this.#view.getBigUint64(at);
    if (size === 4) return signed ? this.#view.getInt32(at) : this.#view.getUint32(at);
    if (size === 2) return signed ? this.#view.getInt16(at) : this.#view.getUint16(at);
    return signed ? this.#view.getInt8(at) : this.#view.getUint8(at);
  }

  #textEnd(): number {
    const mark = this.#peek();
    let size = mark & 0x1f;
    if (mark < 0xa0 || mark > 0xbf) {
      const width = mark === 0xd9 ? 1 : mark === 0xda ? 2 : mark === 0xdb ? 4 : 0;
      if (width === 0) throw this.#unexpected('a text', mark);
      size = this.#size(width);
      this.at += width;
    }
    if (this.at + 1 + size > this.#bytes.length) throw new ReadTrouble('MPY300', 'the bytes end');
    this.at += 1;
    return this.at + size;
  }

  /** Counts are held against what is left, so that a damaged one reserves nothing. */
  #count(
    mark: number,
    kind: { readonly mark: number; readonly name: string; readonly least: number },
  ): number {
    const width = mark === kind.mark ? 2 : mark === kind.mark + 1 ? 4 : 0;
    if (width === 0) throw this.#unexpected(kind.name, mark);
    const count = this.#size(width);
    if (count * kind.least > this.#bytes.length - this.at - 1 - width)
      throw new ReadTrouble('MPY300', 'the bytes end');
    this.at += 1 + width;
    return count;
  }

  #size(width: number): number {
    this.#need(1 + width);
    const at = this.at + 1;
    if (width === 1) return this.#bytes[at] as number;
    return width === 2 ? this.#view.getUint16(at) : this.#view.getUint32(at);
  }

  #peek(): number {
    const mark = this.#bytes[this.at];
    if (mark === undefined) throw new ReadTrouble('MPY300', 'the bytes end');
    return mark;
  }

  #need(bytes: number): void {
    if (this.at + bytes > this.#bytes.length) throw new ReadTrouble('MPY300', 'the bytes end');
  }

  #unexpected(wanted: string, mark: number): Error {
    return new ReadTrouble('MPY301', `${kindOf(mark)} stands where ${wanted} belongs`);
  }
}
