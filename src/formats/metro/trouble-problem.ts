import { type Code, type Place, type Problem, problem } from '../../diagnostics/index.ts';
import { nearestWords } from '../../primitives/index.ts';
import { lineAt, startsOf } from './line-table.ts';
import type { MetroFile } from './nodes.ts';
import type { Site, Trouble } from './results.ts';

/**
 * The specification's word for each code (10.3): what `dump --json` prints for an element without a value. Where it has no
 * word it is the specification's code.
 */
const words: Readonly<Partial<Record<Code, string>>> = {
  MTR001: 'METRO-P01',
  MTR002: 'METRO-P02',
  MTR003: 'UNTERMINATED_BLOCK',
  MTR004: 'BAD_ANNOTATION',
  MTR005: 'METRO-P05',
  MTR006: 'BAD_ENCODING',
  MTR007: 'BAD_CONDITION',
  MTR010: 'DUPLICATE_ELEMENT',
  MTR011: 'IMMUTABLE',
  MTR021: 'UNDEFINED_REF',
  MTR022: 'CIRCULAR_REF',
  MTR023: 'UNTERMINATED_REF',
  MTR024: 'UNKNOWN_MODIFIER',
  MTR025: 'UNDEFINED_REF',
  MTR026: 'NO_SECTION',
  MTR027: 'NOT_MULTILINE',
  MTR028: 'FILE_UNREADABLE',
  MTR029: 'TOO_DEEP',
  MTR030: 'AMBIGUOUS_CONDITION',
  MTR031: 'METRO-E11',
  MTR041: 'COLLECT_NOT_FOUND',
  MTR042: 'COLLECT_NOT_FILE',
  MTR043: 'METRO-C03',
  MTR044: 'METRO-C04',
  MTR045: 'METRO-C05',
  MTR051: 'PYTHON_BLOCK',
};

/** The specification's word for a code; the code itself when it has none. */
export function wordOf(code: string): string {
  return (words as Readonly<Record<string, string>>)[code] ?? code;
}

/** Line and column of an offset, both from 1; columns count UTF-16 code units. */
export function placeAt(file: MetroFile, offset: number): Required<Place> {
  const starts = startsOf(file);
  const line = lineAt(starts, offset);
  return { file: file.name, line: line + 1, column: offset - (starts[line] as number) + 1 };
}

/** The offset of a line and column, both from 1; ends of lines and of the text bound it. */
export function offsetAt(file: MetroFile, line: number, column: number): number {
  const starts = startsOf(file);
  const start = starts[Math.min(Math.max(line, 1), starts.length) - 1] as number;
  const next = starts[line] ?? file.text.length;
  return Math.min(start + column - 1, next);
}

/** Where a site is. */
export function placeOf({ owner, from }: Site): Required<Place> {
  return placeAt(owner.file, owner.node.start + from);
}

/** A place in words: `file:line:column`. */
export function placeWords(site: Site): string {
  const { file, line, column } = placeOf(site);
  return `${file}:${line}:${column}`;
}

/**
 * Names near one that is not defined, in words. Comparing with each of very many names takes long: of more than 2,000 only those
 * are looked at that begin or end like it.
 */
export function nearNames(name: string, names: ReadonlyMap<string, unknown>): string | undefined {
  if (names.size <= 2000) return nearestWords(name, names.keys());
  const head = name.slice(0, 3);
  const tail = name.slice(-3);
  const some: string[] = [];
  for (const one of names.keys()) {
    if (Math.abs(one.length - name.length) > 4) continue;
    if (one.startsWith(head) || one.endsWith(tail)) some.push(one);
    if (some.length === 2000) break;
  }
  return nearestWords(name, some);
}

/** What is known beyond the mistake itself. */
export interface TroubleContext {
  /** Names that are near one that is not defined, in words. */
  readonly near?: (name: string) => string | undefined;
  /** The way from the element that was asked for to the mistake, in words. */
  readonly chain?: string | undefined;
}

/** A mistake as a problem of the house: place, chain, near names and next step. */
export function troubleProblem(trouble: Trouble, { near, chain }: TroubleContext): Problem {
  const { code, what, site, missing } = trouble;
  const plain = problem(code, { what, place: placeOf(site) });
  const meant = missing === undefined ? undefined : near?.(missing);
  const why = [trouble.why ?? plain.why, chain].filter((part) => part !== undefined).join(' ');
  const next = meant === undefined ? plain.next : `Did you mean ${meant}? Otherwise: ${plain.next ?? ''}`;
  return problem(code, { what, place: placeOf(site), why, next });
}
