import { type Problem, problem } from '../diagnostics/index.ts';
import {
  isUnreadable,
  type NamedUri,
  type ReadText,
  readText,
  requiredUseHolds,
  urisUnder,
} from './evaluate.ts';
import { type CombinationSet, combinationsMeeting, visitUris } from './evaluate-all.ts';
import { type IndexedObject, type IndexOptions, mainPart } from './input.ts';
import { distfileOf, type PartFlag } from './source-uri.ts';
import { flagsOf, type Table } from './table.ts';

/** What is claimed of two texts (specification 6.6). */
export interface Claim {
  readonly table: Table;
  readonly flagParts: readonly PartFlag[];
  /** Classes beside `main` that are fetched without a flag. */
  readonly alwaysParts?: readonly string[] | undefined;
  readonly sourceUri: string;
  readonly requiredUse: string;
  /** Flags that are pinned, and how. */
  readonly pins: ReadonlyMap<string, boolean>;
  /** The flag of the architecture that the table is for, when the texts are for several. */
  readonly arch?: string | undefined;
  /** Whether a flag may be asked for: IUSE, and flags that every package has. */
  readonly isKnown: (flag: string) => boolean;
  readonly options: IndexOptions;
  readonly cpv: string;
}

/** How a claim was held against the texts. */
export interface Proof {
  /** Empty, or EBN060. */
  readonly problems: readonly Problem[];
  /** Whether every combination was looked at, not only the existing ones and some of the missing. */
  readonly isExhaustive: boolean;
  /** Combinations of index flags that were looked at. */
  readonly combinations: number;
}

/** Up to so many flags of the index every combination is looked at; those of parts come on top. */
const exhaustiveUpTo = 16;
const exhaustiveWithParts = 20;

/** How many combinations that do not exist are looked at when there are too many for all. */
const samples = 4096;

/** What each combination is to have, by class: a number for each distfile. */
class Expected {
  readonly #numbers = new Map<string, number>();
  readonly #objects: IndexedObject[] = [];
  readonly #options: IndexOptions;

  constructor(options: IndexOptions) {
    this.#options = options;
  }

  number(object: IndexedObject | undefined): number {
    if (!object) return -1;
    const name = distfileOf(object, this.#options);
    const known = this.#numbers.get(name);
    if (known !== undefined) return this.#objects[known]?.sha512 === object.sha512 ? known : -2;
    this.#numbers.set(name, this.#objects.length);
    this.#objects.push(object);
    return this.#objects.length - 1;
  }

  /** The number of a file that a text names, when it is fetched from where its content is. */
  numberOf({ uri, name }: NamedUri): number {
    const number = this.#numbers.get(name) ?? -3;
    const object = this.#objects[number];
    if (!object) return -3;
    const tail = uri.slice(uri.lastIndexOf('/') + 1);
    const isRight = this.#options.uriStyle === 'bare' ? uri === name : object.sha512.startsWith(tail);
    return isRight ? number : -3;
  }
}

const listed = (flags: readonly string[]): string =>
  flags.length === 0 ? 'no flag' : flags.map((flag) => `'${flag}'`).join(', ');

class Check {
  readonly #claim: Claim;
  readonly #flags: readonly string[];
  readonly #classes: readonly string[];
  /** How many classes no flag is asked for. */
  readonly #always: number;
  readonly problems: Problem[] = [];

  constructor(claim: Claim) {
    this.#claim = claim;
    const asked = claim.flagParts.map(({ part }) => part);
    this.#flags = [...claim.table.flags, ...claim.flagParts.map(({ flag }) => flag)];
    this.#classes = [mainPart, ...(claim.alwaysParts ?? []), ...asked];
    this.#always = this.#classes.length - asked.length;
  }

  wrong(what: string): void {
    if (this.problems.length === 0)
      this.problems.push(problem('EBN060', { what: `'${this.#claim.cpv}': ${what}` }));
  }

  /** Flags that are on under all combinations. */
  get #pinned(): Set<string> {
    const { pins, arch } = this.#claim;
    const pinned = [...pins].flatMap(([flag, isOn]) => (isOn ? [flag] : []));
    return new Set([...pinned, ...(arch === undefined ? [] : [arch])]);
  }

  read(): { uris: ReadText; demands: ReadText } | undefined {
    const { sourceUri, requiredUse, isKnown } = this.#claim;
    const uris = readText(sourceUri, { kind: 'src-uri', isKnown });
    const demands = readText(requiredUse, { kind: 'required-use', isKnown });
    if (isUnreadable(uris)) this.wrong(`SRC_URI cannot be read: ${uris.flaw}`);
    else if (isUnreadable(demands)) this.wrong(`REQUIRED_USE cannot be read: ${demands.flaw}`);
    else return { uris, demands };
    return undefined;
  }

  /** Numbers of distfiles by combination of index flags, then by class; rows of -1 where nothing is to be. */
  #expectations(expected: Expected): Map<number, number[]> {
    return new Map(
      this.#claim.table.entries.map(({ combination, row }) => [
        combination,
        this.#classes.map((part) => expected.number(row.parts[part])),
      ]),
    );
  }

  /** Whether a combination, with flags of parts, may be. */
  #mayBe(wanted: readonly number[] | undefined, asked: number): boolean {
    if (!wanted) return false;
    if (this.#claim.options.partialExtra !== 'require') return true;
    return wanted.every((number, at) => number >= 0 || at < this.#always || !this.#isAsked(at, asked));
  }

  /** How many classes a flag is asked for. */
  get #parts(): number {
    return this.#classes.length - this.#always;
  }

  /** Whether a class is wanted with these flags of parts. */
  #isAsked(at: number, asked: number): boolean {
    return at < this.#always || ((asked >>> (this.#classes.length - 1 - at)) & 1) === 1;
  }

  everywhere(uris: ReadText, demands: ReadText): void {
    const parts = this.#parts;
    const space = { flags: this.#flags, on: this.#pinned };
    const expected = new Expected(this.#claim.options);
    const wanted = this.#expectations(expected);
    const seen = new Uint8Array(2 ** this.#flags.length * this.#classes.length);
    visitUris(uris, space, (file, point) => {
      const row = wanted.get(point >>> parts);
      if (!row) return;
      const number = expected.numberOf(file);
      let isWanted = false;
      for (const [at, one] of row.entries()) {
        if (one !== number || !this.#isAsked(at, point)) continue;
        isWanted = true;
        seen[point * this.#classes.length + at] = 1;
      }
      if (!isWanted) this.wrong(`'${file.name}' is fetched with ${listed(flagsOf(this.#flags, point))}`);
    });
    const meeting = combinationsMeeting(demands, space);
    for (let point = 0; point < 2 ** this.#flags.length; point += 1)
      this.#judge(point, { row: wanted.get(point >>> parts), meeting, seen });
  }

  #judge(
    point: number,
    facts: { row: readonly number[] | undefined; meeting: CombinationSet; seen: Uint8Array },
  ): void {
    const { row, meeting, seen } = facts;
    const parts = this.#parts;
    if (meeting.has(point) !== this.#mayBe(row, point & (2 ** parts - 1)))
      this.wrong(`REQUIRED_USE is wrong with ${listed(flagsOf(this.#flags, point))}`);
    for (const [at, number] of (row ?? []).entries()) {
      if (number === -1 || !this.#isAsked(at, point) || seen[point * this.#classes.length + at]) continue;
      const part = this.#classes[at];
      this.wrong(`the part '${part}' is not fetched with ${listed(flagsOf(this.#flags, point))}`);
    }
  }

  /** All existing combinations, without and with all parts, and some that do not exist. */
  sampled(uris: ReadText, demands: ReadText): number {
    const { table } = this.#claim;
    const expected = new Expected(this.#claim.options);
    const wanted = this.#expectations(expected);
    const parts = this.#parts;
    for (const [combination, row] of wanted) {
      for (const asked of new Set([0, 2 ** parts - 1])) {
        const on = this.#on(combination, asked);
        const files = new Set(urisUnder(uris, on).map((file) => expected.numberOf(file)));
        const right = new Set(row.filter((number, at) => number !== -1 && this.#isAsked(at, asked)));
        if (files.size !== right.size || [...right].some((number) => !files.has(number)))
          this.wrong(`SRC_URI is wrong with ${listed([...on])}`);
        if (requiredUseHolds(demands, on) !== this.#mayBe(row, asked))
          this.wrong(`REQUIRED_USE is wrong with ${listed([...on])}`);
      }
    }
    let state = table.entries.length + 1;
    for (let count = 0; count < samples; count += 1) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      const combination = state % 2 ** table.flags.length;
      if (wanted.has(combination)) continue;
      const on = this.#on(combination, 0);
      if (requiredUseHolds(demands, on)) this.wrong(`REQUIRED_USE allows ${listed([...on])}`);
    }
    return wanted.size + samples;
  }

  #on(combination: number, asked: number): Set<string> {
    const { table, flagParts } = this.#claim;
    const extra = flagParts.map(({ flag }) => flag);
    return new Set([...flagsOf(table.flags, combination), ...flagsOf(extra, asked), ...this.#pinned]);
  }

  /** That no pinned flag can be otherwise. */
  pins(demands: ReadText): void {
    const first = this.#claim.table.entries[0];
    for (const [flag, isOn] of this.#claim.pins) {
      const on = this.#on(first?.combination ?? 0, 0);
      if (isOn) on.delete(flag);
      else on.add(flag);
      if (requiredUseHolds(demands, on)) this.wrong(`REQUIRED_USE does not pin '${flag}'`);
    }
  }
}

/**
 * Holds the texts against the table (specification 6.6): with each existing combination and each choice of parts SRC_URI gives
 * exactly what the table has, and REQUIRED_USE is met by existing combinations only. Every combination is looked at up to
 * 2^16, otherwise all that exist and 4096 others. Never throws: what is wrong is EBN060.
 */
export function proveIndex(claim: Claim): Proof {
  const check = new Check(claim);
  const read = check.read();
  if (!read) return { problems: check.problems, isExhaustive: false, combinations: 0 };
  const count = claim.table.flags.length;
  const isExhaustive = count <= exhaustiveUpTo && count + claim.flagParts.length <= exhaustiveWithParts;
  let combinations = 2 ** count;
  if (isExhaustive) check.everywhere(read.uris, read.demands);
  else combinations = check.sampled(read.uris, read.demands);
  check.pins(read.demands);
  return { problems: check.problems, isExhaustive, combinations };
}
