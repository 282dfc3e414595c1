import { fault } from '../../diagnostics/index.ts';
import { nearestNames } from '../../primitives/index.ts';
import { isMapping } from '../merge-settings.ts';

const wrong = (what: string, next?: string) =>
  fault('GEN001', { what, ...(next === undefined ? {} : { next }) });

/** Settings of a package, read by name and checked; every mistake throws GEN001 with the name of the setting. */
export class Settings {
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #prefix: string;

  /** `prefix`: where the values stand, for messages, such as `github.`. */
  constructor(values: Readonly<Record<string, unknown>>, prefix = '') {
    this.#values = values;
    this.#prefix = prefix;
  }

  has(name: string): boolean {
    return this.value(name) !== undefined;
  }

  /** Whatever stands there; null is nothing. */
  value(name: string): unknown {
    return Object.hasOwn(this.#values, name) ? (this.#values[name] ?? undefined) : undefined;
  }

  /** A text; numbers are read as they are written in YAML. */
  text(name: string): string | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint')
      return String(value);
    throw wrong(`'${this.#prefix}${name}' is no text`);
  }

  needText(name: string): string {
    const text = this.text(name);
    if (text === undefined || text === '') throw wrong(`'${this.#prefix}${name}' is not set`);
    return text;
  }

  /** One of a few words. */
  oneOf<Word extends string>(name: string, words: readonly Word[]): Word {
    const text = this.needText(name);
    const found = words.find((word) => word === text);
    if (found !== undefined) return found;
    const near = nearestNames(text, words)[0];
    const list = `It is ${words.map((word) => `'${word}'`).join(' or ')}.`;
    throw wrong(
      `'${this.#prefix}${name}' is '${text}'`,
      near === undefined ? list : `Did you mean '${near}'? ${list}`,
    );
  }

  /** A text or a list of texts, as a list. */
  texts(name: string): readonly string[] {
    const value = this.value(name);
    return value === undefined ? [] : textsOf(value, `${this.#prefix}${name}`);
  }

  /** Any of a few words, as a list. */
  someOf<Word extends string>(name: string, words: readonly Word[]): readonly Word[] {
    return this.texts(name).map((text) => {
      const found = words.find((word) => word === text);
      if (found !== undefined) return found;
      const list = words.map((word) => `'${word}'`).join(' and ');
      throw wrong(`'${this.#prefix}${name}' has '${text}'`, `It takes ${list}.`);
    });
  }

  flag(name: string): boolean {
    const value = this.value(name);
    if (value === undefined || typeof value === 'boolean') return value === true;
    throw wrong(`'${this.#prefix}${name}' is neither true nor false`);
  }

  /** A mapping; nothing is an empty one. */
  mapping(name: string): Readonly<Record<string, unknown>> {
    const value = this.value(name);
    if (value === undefined) return {};
    if (isMapping(value)) return value;
    throw wrong(`'${this.#prefix}${name}' is no mapping`);
  }

  /** The settings below a name. */
  below(name: string): Settings {
    return new Settings(this.mapping(name), `${this.#prefix}${name}.`);
  }
}

/** A text or a list of texts. Throws GEN001. */
export function textsOf(value: unknown, name: string): readonly string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value as string[];
  throw wrong(`'${name}' is neither a text nor a list of texts`);
}

/** Files by USE flag, or a list of them: what `assets`, `files` and `src_uri` may be. Throws GEN001. */
export type NamedTexts = readonly string[] | Readonly<Record<string, string | readonly string[]>>;

/** Reads files by USE flag or a list of them; nothing is undefined. Throws GEN001. */
export function namedTexts(value: unknown, name: string): NamedTexts | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isMapping(value)) return textsOf(value, name);
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      typeof inner === 'string' ? inner : textsOf(inner, `${name}.${key}`),
    ]),
  );
}

/** Makes something of each text and keeps the shape. */
export function mapNamed<Item>(
  names: NamedTexts,
  make: (text: string, key: string) => Item,
): readonly Item[] | Record<string, Item | readonly Item[]> {
  if (Array.isArray(names)) return (names as readonly string[]).map((text) => make(text, ''));
  return Object.fromEntries(
    Object.entries(names as Readonly<Record<string, string | readonly string[]>>).map(([key, value]) => [
      key,
      typeof value === 'string' ? make(value, key) : value.map((text) => make(text, key)),
    ]),
  );
}

/** Puts values in for `{name}`. Throws GEN001 for a name that stands for nothing. */
export function expandBraces(text: string, values: Readonly<Record<string, string | undefined>>): string {
  return text.replace(/\{([A-Za-z_]\w*)\}/g, (_, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value !== undefined) return value;
    const known = Object.keys(values).filter((key) => values[key] !== undefined);
    throw wrong(
      `'{${name}}' in '${text}' stands for nothing`,
      `Known are ${known.map((key) => `{${key}}`).join(', ')}.`,
    );
  });
}
