import { appendDurably, bytesIfThere } from '../host/index.ts';
import type { ContentObject } from './contract.ts';

/** One line of a store's index (specification 5.8). */
export function printIndexLine(object: ContentObject): string {
  const { canonical, sha512, blake2b, size, codec, part, created } = object;
  return `${JSON.stringify({ canonicalDigest: canonical, sha512, blake2b, size, codec, part, created })}\n`;
}

const isHex = (value: unknown): value is string => typeof value === 'string' && /^[0-9a-f]{128}$/.test(value);

/** Undefined for a line that is none: the last one may have been cut off by a crash. */
function parseIndexLine(line: string): ContentObject | undefined {
  try {
    const read = JSON.parse(line) as Record<string, unknown>;
    const { canonicalDigest, sha512, blake2b, size, codec, part, created } = read;
    const isWhole =
      isHex(canonicalDigest) &&
      isHex(sha512) &&
      isHex(blake2b) &&
      typeof size === 'number' &&
      (codec === 'xz' || codec === 'zstd' || codec === 'gzip') &&
      typeof part === 'string' &&
      typeof created === 'number';
    return isWhole ? { canonical: canonicalDigest, sha512, blake2b, size, codec, part, created } : undefined;
  } catch {
    return undefined;
  }
}

/** The index of a store: lines that are only ever added, by several writers perhaps. */
export class IndexLines {
  readonly #path: string;
  readonly #byCanonical = new Map<string, ContentObject[]>();

  /** Throws SYS004. */
  constructor(path: string) {
    this.#path = path;
    this.reload();
  }

  reload(): void {
    this.#byCanonical.clear();
    const text = Buffer.from(bytesIfThere(this.#path) ?? []).toString('utf8');
    for (const line of text.split('\n')) {
      const object = line === '' ? undefined : parseIndexLine(line);
      if (object) this.#keep(object);
    }
  }

  #keep(object: ContentObject): void {
    const known = this.#byCanonical.get(object.canonical);
    if (known) known.push(object);
    else this.#byCanonical.set(object.canonical, [object]);
  }

  find(canonical: string): readonly ContentObject[] {
    return this.#byCanonical.get(canonical) ?? [];
  }

  all(): readonly ContentObject[] {
    return [...this.#byCanonical.values()].flat();
  }

  /** Durable on return. A line that a crash has cut off is ended first. */
  add(object: ContentObject): void {
    if (this.find(object.canonical).some(({ sha512 }) => sha512 === object.sha512)) return;
    appendDurably(this.#path, printIndexLine(object));
    this.#keep(object);
  }
}
