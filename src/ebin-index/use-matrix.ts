import { compareBytes } from '../primitives/index.ts';
import { isUnreadable, readText } from './evaluate.ts';
import { combinationsMeeting } from './evaluate-all.ts';
import { mainPart } from './input.ts';
import type { MatrixFacts, MatrixRow } from './matrix-facts.ts';
import { type MatrixPattern, patternsOf } from './matrix-patterns.ts';
import type {
  MatrixChoice,
  MatrixContent,
  MatrixFilter,
  MatrixPart,
  MatrixSummary,
  SharedObject,
  UseMatrix,
} from './matrix-view.ts';
import { nearestCombination } from './nearest.ts';
import { combinationOf, flagsOf, neutralFlags, type Table, tableOf } from './table.ts';

/** So many flags have all their combinations counted. */
const mostFlags = 16;
const mostContents = 200;
const mostPatterns = 64;
const mostContentPatterns = 32;
const mostBuilds = 64;

interface Prepared {
  readonly facts: MatrixFacts;
  /** Of every combination that exists. */
  readonly table: Table;
  readonly byCombination: ReadonlyMap<number, MatrixRow>;
  readonly objects: ReadonlyMap<string, SharedObject>;
  readonly parts: readonly string[];
  readonly isWithin: (combination: number) => boolean;
}

const objectKey = (part: string, sha512: string): string => `${part} ${sha512}`;

/** Objects by class, numbered in the order in which combinations name them. */
function numbered(rows: readonly MatrixRow[], parts: readonly string[]): Map<string, SharedObject> {
  const objects = new Map<string, SharedObject>();
  const counts = new Map<string, number>();
  for (const row of rows)
    for (const part of parts) {
      const object = row.parts[part];
      if (!object) continue;
      const key = objectKey(part, object.sha512);
      const known = objects.get(key);
      const number = known?.number ?? (counts.get(part) ?? 0) + 1;
      counts.set(part, Math.max(counts.get(part) ?? 0, number));
      const { sha512, size, name } = object;
      objects.set(key, { part, number, sha512, size, name, combinations: (known?.combinations ?? 0) + 1 });
    }
  return objects;
}

/** `main` first, others by name. */
function partNames(rows: readonly MatrixRow[]): string[] {
  const names = [...new Set(rows.flatMap(({ parts }) => Object.keys(parts)))].sort(compareBytes);
  return [...names.filter((name) => name === mainPart), ...names.filter((name) => name !== mainPart)];
}

function prepare(facts: MatrixFacts, filter: MatrixFilter): Prepared {
  const { flags } = facts;
  const byCombination = new Map(
    facts.rows
      .map((row) => [combinationOf(flags, row.use), row] as const)
      .sort(([one], [other]) => one - other),
  );
  const rows = [...byCombination.values()];
  const table = tableOf(
    flags,
    rows.map(({ use, parts }) => ({
      use,
      build: '',
      parts: Object.fromEntries(
        Object.entries(parts).map(([part, object]) => [part, { ...object, canonical: '', blake2b: '' }]),
      ),
    })),
  );
  const [on, off] = [combinationOf(flags, filter.on), combinationOf(flags, filter.off)];
  const parts = partNames(rows);
  return {
    facts,
    table,
    byCombination,
    parts,
    objects: numbered(rows, parts),
    isWithin: (combination) => (combination & on) === on && (combination & off) === 0,
  };
}

function partOf({ facts, table, objects }: Prepared, part: string): MatrixPart {
  const own = [...objects.values()].filter((object) => object.part === part);
  const kept = own.reduce((sum, { size }) => sum + size, 0);
  const apart = own.reduce((sum, { size, combinations }) => sum + size * combinations, 0);
  return {
    part,
    flag: facts.partFlags[part] ?? null,
    objects: own.length,
    combinations: own.reduce((sum, { combinations }) => sum + combinations, 0),
    neutral: neutralFlags(table, part),
    keptBytes: kept,
    savedBytes: apart - kept,
  };
}

/** Combinations within the filter that have the same objects, in the order of the table. */
function groupsOf({ byCombination, parts, isWithin }: Prepared): number[][] {
  const groups = new Map<string, number[]>();
  for (const [combination, row] of byCombination) {
    if (!isWithin(combination)) continue;
    const key = parts.map((part) => row.parts[part]?.sha512 ?? '').join(' ');
    const group = groups.get(key);
    if (group) group.push(combination);
    else groups.set(key, [combination]);
  }
  return [...groups.values()];
}

function contentsOf(
  prepared: Prepared,
  groups: readonly (readonly number[])[],
  patterns: readonly (readonly MatrixPattern[])[],
): MatrixContent[] {
  const { facts, byCombination, parts, objects } = prepared;
  return groups.slice(0, mostContents).map((group, index) => {
    const first = byCombination.get(group[0] ?? 0);
    const builds = group.slice(0, mostBuilds).map((combination) => ({
      use: flagsOf(facts.flags, combination),
      ...byCombination.get(combination)?.build,
    }));
    const own = patterns[index] ?? [];
    return {
      objects: parts.flatMap((part) => objects.get(objectKey(part, first?.parts[part]?.sha512 ?? '')) ?? []),
      combinations: group.length,
      patterns: own.slice(0, mostContentPatterns),
      patternsLeft: Math.max(0, own.length - mostContentPatterns),
      builds,
    };
  });
}

/** Combinations within the filter that are not built, by whether the ebuild that was built allows them. */
function absent({ facts, byCombination, isWithin }: Prepared): {
  missing: number[];
  forbidden: Set<number>;
} {
  const read = readText(facts.demands ?? '', { kind: 'required-use' });
  const always = new Set([...facts.pinned].flatMap(([flag, isOn]) => (isOn ? [flag] : [])));
  const allowed = isUnreadable(read)
    ? undefined
    : combinationsMeeting(read, { flags: facts.flags, on: always });
  const missing: number[] = [];
  const forbidden = new Set<number>();
  for (let one = 0; one < 2 ** facts.flags.length; one += 1) {
    if (byCombination.has(one)) continue;
    if (allowed && !allowed.has(one)) forbidden.add(one);
    else if (isWithin(one)) missing.push(one);
  }
  return { missing, forbidden };
}

/** What a filter that leaves nothing open comes to. */
function choiceOf(
  prepared: Prepared,
  filter: MatrixFilter,
  forbidden: ReadonlySet<number>,
): MatrixChoice | null {
  const { flags } = prepared.facts;
  const decided = new Set([...filter.on, ...filter.off]);
  if (flags.some((flag) => !decided.has(flag))) return null;
  const { byCombination } = prepared;
  const one = combinationOf(flags, filter.on);
  const isBuilt = byCombination.has(one);
  const { nearest } = nearestCombination({ flags, combinations: [...byCombination.keys()] }, filter.on);
  const absence = forbidden.has(one) ? 'forbidden' : 'missing';
  return {
    use: flagsOf(flags, one),
    state: isBuilt ? 'built' : absence,
    nearest: isBuilt ? [] : nearest.slice(0, mostBuilds),
  };
}

/** Flags of the filter that choose something; a flag that is wanted on and off is on. */
export function readFilter(facts: MatrixFacts, wish: readonly string[]): MatrixFilter {
  const on = new Set(wish.filter((word) => !/^[-!]/.test(word)).map((word) => word.replace(/^\+/, '')));
  const off = new Set(wish.filter((word) => /^[-!]/.test(word)).map((word) => word.slice(1)));
  return {
    on: facts.flags.filter((flag) => on.has(flag)),
    off: facts.flags.filter((flag) => off.has(flag) && !on.has(flag)),
  };
}

/**
 * The USE matrix of an ebin: what is built, by content, and what the ebuild that was built allows but nobody has built.
 * Combinations with the same objects are one content, and stand as patterns in which flags that do not matter are left out,
 * so that it stays short for thousands of combinations. The order of rows does not matter.
 */
export function useMatrix(facts: MatrixFacts, filter: MatrixFilter = { on: [], off: [] }): UseMatrix {
  const prepared = prepare(facts, filter);
  const parts = prepared.parts.map((part) => partOf(prepared, part));
  const isCounted = facts.flags.length <= mostFlags;
  const { missing, forbidden } = isCounted ? absent(prepared) : { missing: [], forbidden: new Set<number>() };
  const groups = groupsOf(prepared);
  const patterns = patternsOf(facts.flags, groups, missing);
  const contents = contentsOf(prepared, groups, patterns.groups);
  return {
    cpv: facts.cpv,
    origin: facts.origin,
    filter,
    flags: facts.flags.map((flag) => ({
      flag,
      byDefault: facts.defaults.includes(flag),
      changes: parts.filter(({ neutral }) => !neutral.includes(flag)).map(({ part }) => part),
    })),
    pinned: [...facts.pinned].map(([flag, isOn]) => ({ flag, isOn })),
    dropped: facts.dropped,
    counts: {
      built: [...prepared.byCombination.keys()].filter(prepared.isWithin).length,
      missing: isCounted ? missing.length : null,
      forbidden: isCounted ? [...forbidden].filter(prepared.isWithin).length : null,
    },
    demands: facts.demands ?? null,
    parts,
    keptBytes: parts.reduce((sum, { keptBytes }) => sum + keptBytes, 0),
    savedBytes: parts.reduce((sum, { savedBytes }) => sum + savedBytes, 0),
    contents,
    contentsLeft: groups.length - contents.length,
    missing: patterns.missing.slice(0, mostPatterns),
    missingLeft: Math.max(0, patterns.missing.length - mostPatterns),
    choice: choiceOf(prepared, filter, forbidden),
  };
}

/** What a list says of an ebin. */
export function summarizeMatrix(facts: MatrixFacts): MatrixSummary {
  const prepared = prepare(facts, { on: [], off: [] });
  const parts = prepared.parts.map((part) => partOf(prepared, part));
  const times = facts.rows.flatMap(({ build }) => build?.builtMs ?? []);
  return {
    flags: facts.flags.length,
    built: prepared.byCombination.size,
    missing: facts.flags.length <= mostFlags ? absent(prepared).missing.length : null,
    objects: prepared.objects.size,
    keptBytes: parts.reduce((sum, { keptBytes }) => sum + keptBytes, 0),
    savedBytes: parts.reduce((sum, { savedBytes }) => sum + savedBytes, 0),
    newestMs: times.length === 0 ? null : times.reduce((one, other) => Math.max(one, other)),
  };
}
