import type { Cell } from './definitions.ts';
import { limits } from './knowledge.ts';
import {
  errorResult,
  type Piece,
  type Result,
  type Site,
  type Trouble,
  textResult,
  zappedResult,
} from './results.ts';

/** Mistakes and missing names that one value keeps: what hundreds refer to must not be copied hundreds of times. */
const mostKept = 100;

/** Collects what a value comes to, and holds it within the limits (3.8). */
export class ValueInMaking {
  readonly #mode: 'text' | 'lines';
  /** Of the line that is being made. */
  text = '';
  zapped = false;
  readonly #troubles: Trouble[] = [];
  #via: Result['via'];
  #absent: Set<string> | undefined;
  #depth = 1;
  #pieces: Piece[] | undefined;
  #count = 0;
  #size = 0;

  constructor(mode: 'text' | 'lines') {
    this.#mode = mode;
  }

  get hasFailed(): boolean {
    return this.#troubles.length > 0;
  }

  result(): Result {
    const absent = this.#absent ? [...this.#absent] : undefined;
    if (this.hasFailed) return errorResult(this.#troubles, { absent, via: this.#via });
    if (this.#mode === 'text') {
      return this.zapped ? zappedResult(this.#depth, absent) : textResult(this.text, this.#depth, absent);
    }
    const [pieces, count, size] = [this.#pieces ?? [], this.#count, this.#size];
    return { kind: 'lines', text: '', depth: this.#depth, absent, pieces, count, size };
  }

  /** Begins the next line of a block. */
  nextLine(): void {
    this.text = '';
    this.zapped = false;
  }

  append(text: string, site: () => Site): void {
    if (this.text.length + text.length > limits.valueUnits) this.#tooLarge(site());
    else this.text = this.text === '' ? text : this.text + text;
  }

  /** A whole line of a block; behind a mistake there is no use for it. */
  addLine(text: string, site: Site): void {
    if (this.hasFailed) return;
    this.#grow(1, text.length + 1, site);
    if (!this.hasFailed) this.#put({ text, site });
  }

  /** The lines of another block. */
  include(result: Result, site: Site): void {
    this.deepen(result, site);
    this.#grow(result.count ?? 0, result.size ?? 0, site);
    if (!this.hasFailed) this.#put({ include: result, site });
  }

  /** Another value becomes part of this one: one level more. */
  deepen({ depth }: Result, site: Site): void {
    this.#depth = Math.max(this.#depth, depth + 1);
    if (this.#depth <= limits.depth || this.hasFailed) return;
    const what = `a value is made of more than ${limits.depth} levels of references`;
    this.fail({ code: 'MTR029', what, site });
  }

  /** The value depends on the absence of some names. */
  miss(names: readonly string[]): void {
    this.#absent ??= new Set();
    for (const name of names) {
      if (this.#absent.size >= mostKept) return;
      this.#absent.add(name);
    }
  }

  fail(trouble: Trouble): void {
    if (this.#troubles.length < mostKept) this.#troubles.push(trouble);
  }

  /** The errors of another value that is needed. */
  failWith(result: Result, site: Site, cell: Cell): void {
    this.#via ??= { site, cell, result };
    for (const trouble of result.troubles ?? []) this.fail(trouble);
  }

  #put(piece: Piece): void {
    this.#pieces ??= [];
    this.#pieces.push(piece);
  }

  #grow(count: number, size: number, site: Site): void {
    this.#count += count;
    this.#size += size;
    if (this.#size > limits.valueUnits) this.#tooLarge(site);
  }

  #tooLarge(site: Site): void {
    if (this.#troubles.some(({ code }) => code === 'MTR029')) return;
    this.fail({ code: 'MTR029', what: 'a value becomes larger than 16 MiB', site });
  }
}
