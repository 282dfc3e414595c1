import { createHash } from 'node:crypto';
import { fault, type Problem } from '../diagnostics/index.ts';
import type { Expression } from '../formats/gentoo/index.ts';
import { compareBytes } from '../primitives/index.ts';
import type { RecombinedKey } from './dependency-items.ts';
import { readValue } from './dependency-items.ts';
import { type BuildEnvironment, readEnvironment } from './environment.ts';
import type { Build, IndexedObject, IndexOptions, TableRow } from './input.ts';
import { archOf } from './keywords.ts';
import { recombine } from './recombine.ts';
import type { SelectedBuild, Selection } from './selection.ts';
import { combinationOf, type Table, tableOf } from './table.ts';
import { printTexts, when } from './tree-expression.ts';

/** A selected build with its environment, read. */
export interface ArmBuild extends SelectedBuild {
  readonly environment: BuildEnvironment | undefined;
}

/** The builds of one CHOST with their table; an ebin has one, or one for each architecture (specification 3.7). */
export interface Arm {
  /** The architecture; undefined when nothing says it. */
  readonly arch: string | undefined;
  readonly builds: readonly ArmBuild[];
  readonly table: Table;
}

/** What was split off the images, by path of the build. */
export type SplitParts = ReadonlyMap<string, Readonly<Record<string, IndexedObject>>>;

/** The tables of a selection, one for each CHOST, by name. Throws EBN070 for a build whose parts are not given. */
export function armsOf(selection: Selection, parts: SplitParts): Arm[] {
  const flags = selection.flags.varying;
  const hosts = [...new Set(selection.selected.map(({ build }) => build.chost))].sort(compareBytes);
  return hosts.map((chost) => {
    const builds = selection.selected
      .filter(({ build }) => build.chost === chost)
      .map((one) => ({
        ...one,
        environment: one.build.environment === undefined ? undefined : readEnvironment(one.build.environment),
      }));
    const rows = builds.map(({ build, use }): TableRow => {
      const own = parts.get(build.path);
      if (!own) throw fault('EBN070', { what: `the content of '${build.path}' is not given` });
      return { use: flags.filter((flag) => use.has(flag)), build: build.path, parts: own };
    });
    const [first] = builds;
    return { arch: first && archOf(first.build, first.environment), builds, table: tableOf(flags, rows) };
  });
}

/** Something that each arm says, as one text: under the flag of its architecture when there are several arms. */
export function joinedArms<T extends Expression<string>>(
  arms: readonly Arm[],
  say: (arm: Arm) => readonly T[],
): readonly Expression<string>[] {
  const [only, ...more] = arms;
  if (only && more.length === 0) return say(only);
  return arms.flatMap((arm) => {
    const children = say(arm);
    if (arm.arch === undefined) throw fault('EBN070', { what: 'the architecture of a build is not known' });
    return children.length === 0 ? [] : [when<string>({ flag: arm.arch, negated: false }, children)];
  });
}

/** As `joinedArms` for texts; what all arms say alike is said once. */
export function joinedTexts(arms: readonly Arm[], texts: readonly string[]): string {
  if (new Set(texts).size <= 1) return texts[0] ?? '';
  return arms.flatMap(({ arch }, index) => (texts[index] ? [`${arch}? ( ${texts[index]} )`] : [])).join(' ');
}

/** State of a flag that is the same in all builds, of those that IUSE does not list too; else undefined. */
export function settledFlag(builds: readonly Build[]): (flag: string) => boolean | undefined {
  const counts = new Map<string, number>();
  for (const { use } of builds)
    for (const flag of new Set(use)) counts.set(flag, (counts.get(flag) ?? 0) + 1);
  return (flag) => {
    const count = counts.get(flag) ?? 0;
    return count === 0 ? false : count === builds.length ? true : undefined;
  };
}

/** One variable put together again from all builds (specification 4.1). Throws EBN054. */
export function recombinedText(
  key: RecombinedKey,
  arms: readonly Arm[],
  options: IndexOptions,
): { text: string; problems: readonly Problem[] } {
  const done = arms.map(({ builds, table }) =>
    recombine({
      key,
      values: builds.map(({ build, use, environment }) => ({
        combination: combinationOf(table.flags, use),
        text: build.metadata[key] ?? '',
        template: environment && (environment.variables.get(key)?.value ?? ''),
      })),
      flags: table.flags,
      eapi: builds[0]?.build.eapi ?? '8',
      settled: settledFlag(builds.map(({ build }) => build)),
      options,
      cpv: builds[0]?.build.cpv ?? '',
    }),
  );
  return {
    text: joinedTexts(
      arms,
      done.map(({ text }) => text),
    ),
    problems: done.flatMap(({ problems }) => problems),
  };
}

/** A value without its conditions: everything that any combination has. */
export function unconditional(key: RecombinedKey, text: string): string {
  const value = readValue(key, text, '8');
  const open = (node: Expression<unknown>): readonly Expression<string>[] => {
    if (node.kind === 'leaf') return [node as Expression<string>];
    const children = node.children.flatMap(open);
    return node.kind === 'use' ? children : [{ ...node, children }];
  };
  const children = value?.children.flatMap(open) ?? [];
  return [...new Set(children.map((child) => printTexts([child])))].join(' ');
}

/** The digest of all tables: SHA-512 of flags, combinations and what they have. */
export function tableDigest(arms: readonly Arm[]): string {
  const content = arms.map(({ arch, table }) => [
    arch ?? '',
    table.flags,
    table.entries.map(({ combination, row }) => [
      combination,
      Object.keys(row.parts)
        .sort(compareBytes)
        .map((part) => [part, row.parts[part]?.sha512]),
    ]),
  ]);
  return createHash('sha512').update(JSON.stringify(content)).digest('hex');
}
