/**
 * A second reading of USE conditionals (specification 6.11), which shares nothing with what writes them: the texts that are
 * generated are judged by it. No text makes it run out of stack.
 */

/** What a text is: it decides which groups and items are allowed. */
export type TextKind = 'src-uri' | 'required-use' | 'dependencies';

type NodeKind = 'all' | 'any' | 'one' | 'at-most-one' | 'use' | 'item';

/** One group, conditional or item. Children come after the group that they stand in. */
interface Node {
  readonly kind: NodeKind;
  /** Index of the group that it stands in; -1 of the outermost one. */
  readonly parent: number;
  /** The flag of conditionals and of literals of REQUIRED_USE; otherwise the item. */
  readonly word: string;
  readonly negated: boolean;
  /** Name behind `->`. */
  readonly rename: string | undefined;
}

/** A text that is well-formed. */
export interface ReadText {
  readonly kind: TextKind;
  readonly nodes: readonly Node[];
}

/** Why a text is none: a few words, lower case, for problems. */
export interface Unreadable {
  readonly flaw: string;
}

export interface ReadingOptions {
  readonly kind: TextKind;
  /** Whether a flag may be asked for; without it, every flag may. */
  readonly isKnown?: ((flag: string) => boolean) | undefined;
}

/** One file of SRC_URI. */
export interface NamedUri {
  readonly uri: string;
  readonly name: string;
}

const groupWords: Readonly<Record<string, NodeKind>> = { '||': 'any', '^^': 'one', '??': 'at-most-one' };
const flagPattern = /^[A-Za-z0-9][A-Za-z0-9+_@-]*$/;

class Reader {
  readonly nodes: Node[] = [{ kind: 'all', parent: -1, word: '', negated: false, rename: undefined }];
  readonly #open: number[] = [0];
  /** A group or a conditional that waits for its parenthesis. */
  #pending: Omit<Node, 'parent'> | undefined;
  #needsName = false;
  readonly #options: ReadingOptions;

  constructor(options: ReadingOptions) {
    this.#options = options;
  }

  /** Takes one word; what is wrong with it comes back. */
  take(word: string): string | undefined {
    if (this.#needsName) return this.#name(word);
    if (word === '(') return this.#openGroup();
    if (this.#pending) return `'(' is missing in front of '${word}'`;
    if (word === ')') return this.#close();
    if (word === '->') return this.#arrow();
    if (Object.hasOwn(groupWords, word)) return this.#group(word);
    if (word.endsWith('?')) return this.#conditional(word);
    return this.#item(word);
  }

  /** What is wrong at the end of the text. */
  end(): string | undefined {
    if (this.#needsName) return "a name is missing behind '->'";
    if (this.#pending) return "'(' is missing at the end";
    return this.#open.length > 1 ? "')' is missing" : undefined;
  }

  get #parent(): number {
    return this.#open.at(-1) ?? 0;
  }

  #openGroup(): undefined {
    const node = this.#pending ?? { kind: 'all', word: '', negated: false, rename: undefined };
    this.nodes.push({ ...node, parent: this.#parent });
    this.#open.push(this.nodes.length - 1);
    this.#pending = undefined;
  }

  #close(): string | undefined {
    if (this.#open.length === 1) return "')' closes nothing";
    const isEmpty = this.#open.pop() === this.nodes.length - 1;
    return isEmpty && this.#options.kind !== 'required-use' ? 'a group is empty' : undefined;
  }

  #group(word: string): string | undefined {
    const { kind } = this.#options;
    if (kind === 'src-uri' || (kind === 'dependencies' && word !== '||')) return `'${word}' is not allowed`;
    this.#pending = { kind: groupWords[word] ?? 'any', word: '', negated: false, rename: undefined };
    return undefined;
  }

  #flag(word: string): { flag: string; negated: boolean } | undefined {
    const negated = word.startsWith('!');
    const flag = negated ? word.slice(1) : word;
    return flagPattern.test(flag) && (this.#options.isKnown?.(flag) ?? true) ? { flag, negated } : undefined;
  }

  #conditional(word: string): string | undefined {
    const read = this.#flag(word.slice(0, -1));
    if (!read) return `'${word}' asks for a flag that is not there`;
    this.#pending = { kind: 'use', word: read.flag, negated: read.negated, rename: undefined };
    return undefined;
  }

  #item(word: string): string | undefined {
    const { kind } = this.#options;
    if (/[()]/.test(word) && kind !== 'dependencies') return `a blank is missing in '${word}'`;
    const read = kind === 'required-use' ? this.#flag(word) : { flag: word, negated: false };
    if (!read) return `'${word}' asks for a flag that is not there`;
    this.nodes.push({
      kind: 'item',
      parent: this.#parent,
      word: read.flag,
      negated: read.negated,
      rename: undefined,
    });
    return undefined;
  }

  #arrow(): string | undefined {
    const last = this.nodes.at(-1);
    if (this.#options.kind !== 'src-uri' || last?.kind !== 'item' || last.rename !== undefined)
      return "'->' has no address in front of it";
    this.#needsName = true;
    return undefined;
  }

  #name(word: string): string | undefined {
    this.#needsName = false;
    const last = this.nodes.at(-1);
    if (!last || /^([()]|->|\|\|)$|\/|\?$/.test(word)) return `'${word}' is no name`;
    this.nodes[this.nodes.length - 1] = { ...last, rename: word };
    return undefined;
  }
}

/** Reads a text (specification 6.11). Never throws. */
export function readText(text: string, options: ReadingOptions): ReadText | Unreadable {
  const reader = new Reader(options);
  for (const [word] of text.matchAll(/\S+/g)) {
    const flaw = reader.take(word);
    if (flaw !== undefined) return { flaw };
  }
  const flaw = reader.end();
  return flaw === undefined ? { kind: options.kind, nodes: reader.nodes } : { flaw };
}

/** Whether a reading failed. */
export function isUnreadable(read: ReadText | Unreadable): read is Unreadable {
  return 'flaw' in read;
}

/** Which nodes count under these flags: those in no conditional that does not hold. */
function activeNodes({ nodes }: ReadText, flags: ReadonlySet<string>): boolean[] {
  const active: boolean[] = [];
  for (const [index, node] of nodes.entries()) {
    const outer = index === 0 || (active[node.parent] ?? false);
    active.push(outer && (node.kind !== 'use' || flags.has(node.word) !== node.negated));
  }
  return active;
}

/** The file that an item of SRC_URI names. */
export function uriOf(node: { readonly word: string; readonly rename: string | undefined }): NamedUri {
  return { uri: node.word, name: node.rename ?? node.word.slice(node.word.lastIndexOf('/') + 1) };
}

/** What SRC_URI fetches under these flags, in order. */
export function urisUnder(read: ReadText, flags: ReadonlySet<string>): NamedUri[] {
  const active = activeNodes(read, flags);
  return read.nodes.filter((node, index) => node.kind === 'item' && active[index]).map(uriOf);
}

/** Whether an empty `|| ( )` or `^^ ( )` is met: up to EAPI 6 it is. */
const emptyHolds = false;

/** Whether REQUIRED_USE is met under these flags, by the rules of EAPI 7 and later. */
export function requiredUseHolds({ nodes }: ReadText, flags: ReadonlySet<string>): boolean {
  const counted = new Int32Array(nodes.length);
  const met = new Int32Array(nodes.length);
  for (let index = nodes.length - 1; index >= 0; index -= 1) {
    const node = nodes[index];
    if (!node) continue;
    const isOn = flags.has(node.word) !== node.negated;
    const [all, good] = [counted[index] ?? 0, met[index] ?? 0];
    const holds: Readonly<Record<NodeKind, boolean>> = {
      item: isOn,
      use: !isOn || good === all,
      all: good === all,
      any: all === 0 ? emptyHolds : good > 0,
      one: all === 0 ? emptyHolds : good === 1,
      'at-most-one': good <= 1,
    };
    if (index === 0) return holds[node.kind];
    // A conditional that does not hold is not there, and a group of nothing is not there either.
    if ((node.kind === 'use' && !isOn) || (node.kind === 'all' && all === 0)) continue;
    counted[node.parent] = (counted[node.parent] ?? 0) + 1;
    if (holds[node.kind]) met[node.parent] = (met[node.parent] ?? 0) + 1;
  }
  return true;
}
