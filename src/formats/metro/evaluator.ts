import { chooseDefinition } from './choice.ts';
import type { Cell, Definitions } from './definitions.ts';
import { directValue } from './direct.ts';
import { ValueFrame } from './frame.ts';
import type { Frame, Knowledge, Surroundings, Want } from './knowledge.ts';
import type { ReadAnswer } from './reader.ts';
import {
  type Choice,
  errorResult,
  type InputRead,
  type Memo,
  type MoreMemo,
  type Result,
} from './results.ts';

/**
 * Works out values (section 3): lazily, each once, with a stack of its own, so that depth is bounded by
 * a limit and not by the machine. It keeps what it has found out in the cells of the definitions until they change
 * (`forget`). One evaluator works at a time; a later one does not see what an earlier one has found.
 */
export class Evaluator implements Knowledge {
  readonly definitions: Definitions;
  readonly surroundings: Surroundings;
  /** Everything that was read from outside, each once. */
  readonly reads: InputRead[] = [];
  /** Called for each name that the value of an element depends on, whether it is defined or not. */
  onUse: ((user: Cell | undefined, name: string) => void) | undefined;
  readonly #files = new Map<string, ReadAnswer>();
  readonly #variables = new Set<string>();

  constructor(definitions: Definitions, surroundings: Surroundings) {
    this.definitions = definitions;
    this.surroundings = surroundings;
  }

  /** The value of an element as it is used. */
  value(want: Want): Result {
    return this.known(want) ?? this.#run(new ValueFrame(this, want));
  }

  /** The value without conditions, when it is known or can be put together at once. */
  #direct({ cell, mode, lax }: Want): Result | undefined {
    const result = directValue(this, cell, mode);
    if (!result) return undefined;
    const memo = this.memo(cell);
    // without a name that is not defined both ways come to the same
    if (lax) this.#more(memo).laxText = result;
    else memo.text = result;
    return result;
  }

  /** What a frame comes to, with all that it needs. */
  run(frame: Frame): Result {
    return this.#run(frame);
  }

  /** Which definition of an element counts. */
  choice(cell: Cell): Choice {
    for (;;) {
      const found = this.chosen(cell, undefined);
      if (!('mode' in found)) return found;
      this.#run(new ValueFrame(this, found));
    }
  }

  memo(cell: Cell): Memo {
    const { memo } = cell;
    // nobody else writes memos with this owner
    if (memo && memo.owner === this) return memo as Memo;
    const fresh: Memo = { owner: this, text: undefined, more: undefined };
    cell.memo = fresh;
    return fresh;
  }

  #more(memo: Memo): MoreMemo {
    memo.more ??= { active: 0, choice: undefined, laxText: undefined, lines: undefined, laxLines: undefined };
    return memo.more;
  }

  /** What is known already, or can be put together at once. */
  known(want: Want): Result | undefined {
    const memo = this.memo(want.cell);
    const { more } = memo;
    if (want.mode === 'lines') return want.lax ? more?.laxLines : more?.lines;
    return (want.lax ? more?.laxText : memo.text) ?? this.#direct(want);
  }

  /** What is known of an element is wrong from now on. */
  forget(cell: Cell): void {
    cell.memo = undefined;
  }

  /** Which definition counts, or what has to be known first. */
  chosen(cell: Cell, user: Cell | undefined): Choice | Want {
    const memo = this.#more(this.memo(cell));
    if (memo.choice) return memo.choice;
    const { sole } = cell;
    if (sole) {
      memo.choice = { definition: sole, error: undefined, absent: undefined };
      return memo.choice;
    }
    const found = chooseDefinition(this, cell, user);
    if (!('mode' in found)) memo.choice = found;
    return found;
  }

  /** A file that `<<` names; it is read once. */
  readFile(path: string): ReadAnswer {
    const known = this.#files.get(path);
    if (known) return known;
    const answer = this.surroundings.files.read(path);
    this.#files.set(path, answer);
    this.reads.push({ kind: 'file', name: path });
    return answer;
  }

  /** A variable of the list: its value, undefined when it is not set, `forbidden` when it is not on the list. */
  variable(name: string): string | undefined | { readonly forbidden: true } {
    const { variables } = this.surroundings;
    if (!variables.has(name)) return { forbidden: true };
    if (!this.#variables.has(name)) {
      this.#variables.add(name);
      this.reads.push({ kind: 'variable', name });
    }
    return variables.get(name);
  }

  #run(first: Frame): Result {
    const stack: Frame[] = [first];
    this.#enter(first);
    let last: Result | undefined;
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const want = top.step();
      if (want === undefined) {
        last = top.result();
        this.#leave(top, last);
        stack.pop();
        continue;
      }
      if (((this.memo(want.cell).more?.active ?? 0) & bitOf(want)) !== 0) {
        top.meetCircle(circle(stack, want));
        continue;
      }
      const next = new ValueFrame(this, want);
      this.#enter(next);
      stack.push(next);
    }
    return last ?? errorResult([]);
  }

  #enter({ want }: Frame): void {
    if (want) this.#more(this.memo(want.cell)).active |= bitOf(want);
  }

  #leave({ want }: Frame, result: Result): void {
    if (!want) return;
    const memo = this.memo(want.cell);
    const more = this.#more(memo);
    more.active &= ~bitOf(want);
    if (want.mode === 'text') {
      if (want.lax) more.laxText = result;
      else memo.text = result;
    } else if (want.lax) more.laxLines = result;
    else more.lines = result;
  }
}

/** Each way of wanting an element is a value of its own: a block as one line need not need what its lines do. */
function bitOf({ mode, lax }: Want): number {
  return (mode === 'text' ? 1 : 4) << (lax ? 1 : 0);
}

/** The elements of a circle, each once, beginning with the least name, so that it is the same from wherever it is met. */
function circle(stack: readonly Frame[], closing: Want): readonly Cell[] {
  const from = stack.findLastIndex(
    ({ want }) => want?.cell === closing.cell && bitOf(want) === bitOf(closing),
  );
  const round = stack.slice(from).flatMap(({ want }) => want?.cell ?? []);
  let least = 0;
  for (let at = 1; at < round.length; at += 1) {
    if ((round[at] as Cell).name < (round[least] as Cell).name) least = at;
  }
  return [...round.slice(least), ...round.slice(0, least)];
}
