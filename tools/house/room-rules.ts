import { everybody } from '../rooms.mjs';
import { house, isTest, type Standing, standingOf, targetOf } from './place.ts';
import type { ImportArrow, Offence, SourceFile } from './source-file.ts';

interface Arrow {
  readonly file: SourceFile;
  readonly arrow: ImportArrow;
  readonly from: Standing;
  readonly to: Standing;
  readonly target: string;
}

/** Rules about arrows between rooms: who may know whom, by which door, drivers, strangers on a shelf, tests. */
export function roomOffences(files: readonly SourceFile[]): Offence[] {
  const known = new Set(files.map((file) => file.path));
  const offences: Offence[] = [];
  for (const file of files) {
    for (const arrow of file.imports) {
      const target = targetOf(file.path, arrow.specifier);
      if (target === undefined) continue;
      offences.push(...targetOffences(file, arrow, target, known));
      const from = standingOf(file.path);
      const to = standingOf(target);
      if (!from || !to) continue;
      const facts = { file, arrow, from, to, target };
      const found = [
        doorOffence(facts),
        ...(isTest(file.path) ? [] : [roomOffence(facts), memberOffence(facts), driverOffence(facts)]),
      ];
      offences.push(...found.filter((offence) => offence !== undefined));
    }
  }
  return offences;
}

const offence = (rule: string, { file, arrow }: Pick<Arrow, 'file' | 'arrow'>, message: string): Offence => ({
  rule,
  path: file.path,
  line: arrow.line,
  message,
});

function targetOffences(
  file: SourceFile,
  arrow: ImportArrow,
  target: string,
  known: ReadonlySet<string>,
): Offence[] {
  const found: Offence[] = [];
  if (/\.tsx?$/.test(target) && !known.has(target)) {
    found.push(
      offence(
        'resolvable',
        { file, arrow },
        `'${target}' does not exist; correct the path or write the file`,
      ),
    );
  }
  if (file.path.startsWith('src/') && !isTest(file.path) && isTest(target)) {
    found.push(
      offence(
        'no-tests-in-production',
        { file, arrow },
        `production code must run without '${target}'; move what both need into a room`,
      ),
    );
  }
  return found;
}

function roomOffence(facts: Arrow): Offence | undefined {
  const { from, to, arrow } = facts;
  const here = house[from.room];
  const there = house[to.room];
  if (from.room === to.room || !here || !there) return undefined;
  if (there.floor > here.floor) {
    return offence(
      'floors',
      facts,
      `'${from.room}' (floor ${here.floor}) must not know '${to.room}' (floor ${there.floor}): pass the value in as an argument, or move the shared noun down to model or primitives`,
    );
  }
  const free = everybody.includes(to.room) && there.floor <= here.floor && from.room !== 'diagnostics';
  if (free || here.knows.includes('*') || here.knows.includes(to.room)) return undefined;
  if (here.borrows?.includes(to.room)) {
    if (arrow.typeOnly) return undefined;
    return offence(
      'borrow',
      facts,
      `'${from.room}' may take types from '${to.room}', not values: use 'import type' and let the caller pass the instance in`,
    );
  }
  return offence(
    'room',
    facts,
    `'${to.room}' is not on the list of '${from.room}': take what you need as an argument, or add the room to tools/rooms.mjs and give the reason in the commit`,
  );
}

function doorOffence(facts: Arrow): Offence | undefined {
  const { from, to } = facts;
  if (from.room === to.room && from.member === to.member && from.driver === to.driver) return undefined;
  // A driver may see the contract and the tools of its own room, and a room's tests may see all of it.
  const inside = from.room === to.room && to.driver === undefined && to.member === undefined;
  if (inside || to.isDoor) return undefined;
  if (from.room === to.room && isTest(facts.file.path)) return undefined;
  return offence(
    'front-door',
    facts,
    `'${facts.target}' is inside another room: import its index.ts, and export there what you need`,
  );
}

function memberOffence(facts: Arrow): Offence | undefined {
  const { from, to } = facts;
  if (from.room !== to.room || to.member === undefined || from.member === to.member) return undefined;
  if (house[from.room]?.members?.[from.member ?? '']?.includes(to.member)) return undefined;
  return offence(
    'strangers',
    facts,
    `'${from.member}' and '${to.member}' are strangers on the shelf '${from.room}': what both need belongs into a lower room`,
  );
}

function driverOffence(facts: Arrow): Offence | undefined {
  const { from, to } = facts;
  if (to.driver === undefined || from.room === 'app') return undefined;
  if (from.room === to.room && from.driver === to.driver) return undefined;
  return offence(
    'drivers-named-in-app',
    facts,
    `only app chooses the driver '${to.room}/${to.driver}': depend on the contract in '${to.room}' and take the instance as an argument`,
  );
}
