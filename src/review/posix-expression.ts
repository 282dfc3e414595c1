/** One step of the machine that looks for an expression in a line. */
type Step =
  | { readonly kind: 'one'; readonly takes: (code: number) => boolean; readonly next: number }
  | { readonly kind: 'fork'; readonly next: readonly number[] }
  | { readonly kind: 'begin' | 'end'; readonly next: number }
  | { readonly kind: 'found' };

type Tree =
  | { readonly kind: 'one'; readonly takes: (code: number) => boolean }
  | { readonly kind: 'begin' | 'end' | 'nothing' }
  | { readonly kind: 'row' | 'either'; readonly parts: readonly Tree[] }
  | {
      readonly kind: 'repeat';
      readonly part: Tree;
      readonly least: number;
      readonly most: number | undefined;
    };

const limits = { characters: 1000, steps: 4000, nesting: 40, repetitions: 255, line: 10_000 };

/**
 * A POSIX extended regular expression (regex(7)). Matching takes time in proportion to expression and line, whatever
 * they are; a line of more than 10,000 characters never matches.
 */
export class PosixExpression {
  readonly #steps: readonly Step[];
  readonly #start: number;

  private constructor(steps: readonly Step[], start: number) {
    this.#steps = steps;
    this.#start = start;
  }

  /** The expression, or in words why it is none. References and assertions about words are none either. */
  static read(text: string): PosixExpression | string {
    const characters = [...text];
    if (characters.length > limits.characters) return `it has more than ${limits.characters} characters`;
    try {
      const tree = new ExpressionReader(characters).readAll();
      const steps: Step[] = [{ kind: 'found' }];
      return new PosixExpression(steps, assemble(tree, 0, steps));
    } catch (error) {
      if (error instanceof NoExpression) return error.message;
      throw error;
    }
  }

  /** Whether it matches anywhere in the line. */
  matches(line: string): boolean {
    const codes = Array.from(line, (character) => character.codePointAt(0) as number);
    if (codes.length > limits.line) return false;
    let now = new Set<number>();
    for (let at = 0; at <= codes.length; at += 1) {
      const edges = { begins: at === 0, ends: at === codes.length };
      const open = this.#closure(now, edges);
      if (open.has(0)) return true;
      now = new Set();
      for (const index of open) {
        const step = this.#steps[index] as Step;
        if (step.kind === 'one' && at < codes.length && step.takes(codes[at] as number)) now.add(step.next);
      }
    }
    return false;
  }

  /** All steps that can be stood on without taking a character; a match may begin at any place. */
  #closure(from: ReadonlySet<number>, { begins, ends }: { begins: boolean; ends: boolean }): Set<number> {
    const open = new Set<number>();
    const waiting = [...from, this.#start];
    for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
      if (open.has(index)) continue;
      open.add(index);
      const step = this.#steps[index] as Step;
      if (step.kind === 'fork') waiting.push(...step.next);
      else if ((step.kind === 'begin' && begins) || (step.kind === 'end' && ends)) waiting.push(step.next);
    }
    return open;
  }
}

class NoExpression extends Error {}

/** Puts the steps of a tree before the step `next`; returns the first of them. */
function assemble(tree: Tree, next: number, steps: Step[]): number {
  const add = (step: Step): number => {
    if (steps.length >= limits.steps) throw new NoExpression('it grows too large with its repetitions');
    return steps.push(step) - 1;
  };
  switch (tree.kind) {
    case 'nothing':
      return next;
    case 'one':
      return add({ kind: 'one', takes: tree.takes, next });
    case 'begin':
    case 'end':
      return add({ kind: tree.kind, next });
    case 'row':
      return tree.parts.reduceRight((after, part) => assemble(part, after, steps), next);
    case 'either':
      return add({ kind: 'fork', next: tree.parts.map((part) => assemble(part, next, steps)) });
    case 'repeat': {
      let after = next;
      if (tree.most === undefined) {
        const ways = [next];
        after = add({ kind: 'fork', next: ways });
        ways.push(assemble(tree.part, after, steps));
      } else {
        for (let more = tree.least; more < tree.most; more += 1) {
          after = add({ kind: 'fork', next: [next, assemble(tree.part, after, steps)] });
        }
      }
      for (let more = 0; more < tree.least; more += 1) after = assemble(tree.part, after, steps);
      return after;
    }
  }
}

const classes: Readonly<Record<string, RegExp>> = {
  alpha: /\p{L}/u,
  digit: /[0-9]/,
  alnum: /[\p{L}0-9]/u,
  upper: /\p{Lu}/u,
  lower: /\p{Ll}/u,
  space: /[ \t\n\v\f\r]/,
  blank: /[ \t]/,
  punct: /[!-/:-@[-`{-~]/,
  cntrl: /[\0-\x1f\x7f]/,
  print: /[^\0-\x1f\x7f]/,
  graph: /[^\0-\x20\x7f]/,
  xdigit: /[0-9A-Fa-f]/,
};
const of =
  (expression: RegExp) =>
  (code: number): boolean =>
    expression.test(String.fromCodePoint(code));
const escapes: Readonly<Record<string, RegExp>> = { w: /[\p{L}0-9_]/u, s: /[ \t\n\v\f\r]/ };

class ExpressionReader {
  readonly #text: readonly string[];
  #at = 0;
  #depth = 0;

  constructor(text: readonly string[]) {
    this.#text = text;
  }

  readAll(): Tree {
    const tree = this.#readEither();
    if (this.#at < this.#text.length) throw new NoExpression("a ')' closes nothing");
    return tree;
  }

  #readEither(): Tree {
    const parts = [this.#readRow()];
    while (this.#text[this.#at] === '|') {
      this.#at += 1;
      parts.push(this.#readRow());
    }
    return parts.length === 1 ? (parts[0] as Tree) : { kind: 'either', parts };
  }

  #readRow(): Tree {
    const parts: Tree[] = [];
    for (;;) {
      const here = this.#text[this.#at];
      if (here === undefined || here === '|' || here === ')') break;
      parts.push(this.#readRepeated());
    }
    return parts.length === 0 ? { kind: 'nothing' } : { kind: 'row', parts };
  }

  #readRepeated(): Tree {
    let part = this.#readOne();
    for (let repeats = 0; ; repeats += 1) {
      const range = this.#readRange();
      if (!range) return part;
      if (part.kind === 'begin' || part.kind === 'end') throw new NoExpression('an anchor is repeated');
      if (repeats >= 3) throw new NoExpression('repetitions of repetitions of repetitions');
      part = { kind: 'repeat', part, ...range };
    }
  }

  #readRange(): { least: number; most: number | undefined } | undefined {
    const here = this.#text[this.#at] ?? '';
    const simple = { '*': [0, undefined], '+': [1, undefined], '?': [0, 1] }[here];
    if (simple) {
      this.#at += 1;
      return { least: simple[0] as number, most: simple[1] };
    }
    if (here !== '{') return undefined;
    const written = /^\{([0-9]{1,4})(,?)([0-9]{0,4})\}/.exec(
      this.#text.slice(this.#at, this.#at + 12).join(''),
    );
    if (!written) throw new NoExpression("a '{' begins no repetition");
    const least = Number(written[1]);
    const most = written[2] === '' ? least : written[3] === '' ? undefined : Number(written[3]);
    if (Math.max(least, most ?? 0) > limits.repetitions || least > (most ?? least)) {
      throw new NoExpression(`'${written[0]}' is no repetition of at most ${limits.repetitions}`);
    }
    this.#at += written[0].length;
    return { least, most };
  }

  #readOne(): Tree {
    const here = this.#text[this.#at] as string;
    this.#at += 1;
    switch (here) {
      case '^':
        return { kind: 'begin' };
      case '$':
        return { kind: 'end' };
      case '.':
        return { kind: 'one', takes: () => true };
      case '[':
        return { kind: 'one', takes: this.#readBracket() };
      case '\\':
        return this.#readEscape();
      case '(': {
        this.#depth += 1;
        if (this.#depth > limits.nesting) throw new NoExpression('its groups are nested too deeply');
        const tree = this.#readEither();
        this.#depth -= 1;
        if (this.#text[this.#at] !== ')') throw new NoExpression("a '(' is not closed");
        this.#at += 1;
        return tree;
      }
      case '*':
      case '+':
      case '?':
      case '{':
        throw new NoExpression(`'${here}' repeats nothing`);
      default: {
        const code = here.codePointAt(0);
        return { kind: 'one', takes: (other) => other === code };
      }
    }
  }

  #readEscape(): Tree {
    const here = this.#text[this.#at];
    if (here === undefined) throw new NoExpression("it ends with a '\\'");
    this.#at += 1;
    const known = escapes[here.toLowerCase()];
    if (known) {
      const takes = of(known);
      return { kind: 'one', takes: here === here.toLowerCase() ? takes : (code) => !takes(code) };
    }
    if (/[A-Za-z0-9<>`']/.test(here)) throw new NoExpression(`'\\${here}' is not known here`);
    const code = here.codePointAt(0);
    return { kind: 'one', takes: (other) => other === code };
  }

  #readBracket(): (code: number) => boolean {
    const isNegated = this.#text[this.#at] === '^';
    if (isNegated) this.#at += 1;
    const tests: ((code: number) => boolean)[] = [];
    for (let isFirst = true; ; isFirst = false) {
      const here = this.#text[this.#at];
      if (here === undefined) throw new NoExpression("a '[' is not closed");
      if (here === ']' && !isFirst) break;
      tests.push(this.#readMember(here));
    }
    this.#at += 1;
    return (code) => tests.some((test) => test(code)) !== isNegated;
  }

  #readMember(here: string): (code: number) => boolean {
    const next = this.#text[this.#at + 1];
    if (here === '[' && next === ':') {
      const name = /^\[:([a-z]+):\]/.exec(this.#text.slice(this.#at, this.#at + 12).join(''))?.[1] ?? '';
      const known = classes[name];
      if (!known) throw new NoExpression('it names a class of characters that is not known');
      this.#at += name.length + 4;
      return of(known);
    }
    if (here === '[' && (next === '.' || next === '=')) {
      throw new NoExpression('it names collating elements');
    }
    const low = here.codePointAt(0) as number;
    const last = this.#text[this.#at + 2];
    if (next !== '-' || last === ']' || last === undefined) {
      this.#at += 1;
      return (code) => code === low;
    }
    if (last === '[' && /[.=:]/.test(this.#text[this.#at + 3] ?? '')) {
      throw new NoExpression('a range ends with a class');
    }
    const high = last.codePointAt(0) as number;
    if (high < low) throw new NoExpression(`the range '${here}-${last}' is the wrong way round`);
    this.#at += 3;
    return (code) => low <= code && code <= high;
  }
}
