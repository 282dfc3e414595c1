import { ansiText, parseShell } from '../formats/shell/index.ts';

/** A variable of a build's environment, as Bash declares it. */
export interface DeclaredVariable {
  readonly name: string;
  /** Letters behind the hyphen of `declare`: `x` is exported, `a` and `A` are arrays. */
  readonly attributes: string;
  /** Undefined for arrays, and for what is declared without a value. */
  readonly value: string | undefined;
  /** Keys and values of an array. */
  readonly elements: readonly (readonly [string, string])[] | undefined;
}

/** `environment.bz2` of a build: declarations of variables, and behind them those of functions. */
export interface BuildEnvironment {
  readonly variables: ReadonlyMap<string, DeclaredVariable>;
  /** The text behind the last variable. */
  readonly functionText: string;
}

const isNumber = (text: string): boolean => /^-?\d+$/.test(text);

/**
 * Places in arrays and values of integers are expressions to Bash, which would run commands in them; it writes numbers alone
 * there itself.
 */
function isHarmless({ attributes, value, elements = [] }: DeclaredVariable): boolean {
  const values = [...(value === undefined ? [] : [value]), ...elements.map(([, one]) => one)];
  const keys = attributes.includes('A') ? [] : elements.map(([key]) => key);
  return keys.every(isNumber) && (!attributes.includes('i') || values.every(isNumber));
}

/** Reads the words of declarations; -1 as a place says that the text is no declaration. */
class Declarations {
  readonly #text: string;
  at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.#text);
    if (match) this.at = pattern.lastIndex;
    return match;
  }

  /** Goes behind what begins here; false when it does not. */
  #skip(text: string): boolean {
    if (!this.#text.startsWith(text, this.at)) return false;
    this.at += text.length;
    return true;
  }

  /** Goes on to the first of these signs that has no backslash in front. An expression would need stack for each sign. */
  #goTo(signs: string): void {
    for (; this.at < this.#text.length && !signs.includes(this.#text[this.at] ?? ''); this.at += 1)
      if (this.#text[this.at] === '\\') this.at += 1;
  }

  /** What stands between two quotes; undefined, and nothing is passed, when it does not begin here or end anywhere. */
  #quoted(opening: string, closing: string): string | undefined {
    const before = this.at;
    if (!this.#skip(opening)) return undefined;
    const start = this.at;
    this.#goTo(closing);
    const inner = this.#text.slice(start, this.at);
    if (this.#skip(closing)) return inner;
    this.at = before;
    return undefined;
  }

  /** The key of an element as it is written. */
  #key(): string | undefined {
    if (!this.#skip('[')) return undefined;
    const start = this.at;
    if (this.#quoted('"', '"') === undefined && this.#quoted("$'", "'") === undefined) this.#goTo(']"\'$');
    const key = this.#text.slice(start, this.at);
    return this.#skip(']=') ? key : undefined;
  }

  /** One word of adjoining quoted pieces; undefined when it does not end. */
  #word(end: RegExp): string | undefined {
    let word = '';
    for (;;) {
      const quoted = this.#quoted('"', '"');
      if (quoted !== undefined) {
        word += quoted.replace(/\\([$`"\\\n])/g, (_, char: string) => (char === '\n' ? '' : char));
        continue;
      }
      const c = this.#quoted("$'", "'");
      if (c !== undefined) {
        word += ansiText(c);
        continue;
      }
      const plain = this.#match(/'([^']*)'/y);
      if (plain) {
        word += plain[1] ?? '';
        continue;
      }
      const bare = this.#match(/\\([\s\S])|([^\s"'$\\()]+)/y);
      if (!bare) break;
      word += bare[1] ?? bare[2] ?? '';
    }
    end.lastIndex = this.at;
    return end.test(this.#text) ? word : undefined;
  }

  #elements(): (readonly [string, string])[] | undefined {
    const elements: (readonly [string, string])[] = [];
    for (;;) {
      this.#match(/[ \t\n]*/y);
      if (this.#match(/\)/y)) return elements;
      const key = this.#key();
      if (key === undefined) return undefined;
      const name = new Declarations(`${key}\n`).#word(/\n/y) ?? key;
      const value = this.#word(/[ \t\n)]/y);
      if (value === undefined) return undefined;
      elements.push([name, value]);
    }
  }

  /** The declaration that begins here, at the beginning of a line; undefined when none does. */
  next(): DeclaredVariable | undefined {
    const head = this.#match(/declare (?:-(-|[A-Za-z]+) )?([A-Za-z_][A-Za-z0-9_]*)(=?)/y);
    if (!head) return undefined;
    const [, letters = '', name = '', equals] = head;
    const attributes = letters.replace('-', '');
    let value: string | undefined;
    let elements: (readonly [string, string])[] | undefined;
    if (equals && this.#match(/\(/y)) {
      elements = this.#elements();
      if (!elements) return undefined;
    } else if (equals) {
      value = this.#word(/\n|$/y);
      if (value === undefined) return undefined;
    }
    const declared = { name, attributes, value, elements };
    return isHarmless(declared) && this.#match(/\n|$/y) ? declared : undefined;
  }
}

/**
 * Reads `environment.bz2` as text (specification 4.2): nothing of it is run. Declarations end where a line is none; what
 * follows is the text of functions. Never throws.
 */
export function readEnvironment(text: string): BuildEnvironment {
  const declarations = new Declarations(text);
  const variables = new Map<string, DeclaredVariable>();
  for (;;) {
    const start = declarations.at;
    const variable = start < text.length ? declarations.next() : undefined;
    if (!variable) return { variables, functionText: text.slice(start) };
    variables.set(variable.name, variable);
  }
}

/** Functions of an environment by name, as Bash printed them; or where the text stops to be Bash. */
export interface EnvironmentFunctions {
  readonly functions: ReadonlyMap<string, string>;
  /** Undefined when all of the text was read. */
  readonly flaw: string | undefined;
}

/** Whether a function begins as Bash prints all of them: another form would lose its beginning where it is put into an ebuild. */
const isAsPrinted = ({ name, raw }: { readonly name: string; readonly raw: string }): boolean =>
  raw.startsWith(name) && /^\s*\(\)\s*\{ *\n/.test(raw.slice(name.length));

/** Takes the functions of an environment apart: here-documents and quotes are respected (specification 4.11). Never throws. */
export function readFunctions(functionText: string): EnvironmentFunctions {
  const { statements, problems } = parseShell(functionText, 'environment.bz2');
  const functions = new Map<string, string>();
  for (const { commands } of statements) {
    const [only, ...more] = commands;
    if (only?.kind === 'function' && more.length === 0 && isAsPrinted(only))
      functions.set(only.name, only.raw);
  }
  return { functions, flaw: problems[0]?.what };
}
