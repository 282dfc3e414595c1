import { fault, type Problem, problem } from '../diagnostics/index.ts';
import { bareFlag } from '../formats/gentoo/index.ts';
import { compareBytes } from '../primitives/index.ts';
import type { Arm } from './arms.ts';
import type { IndexOptions, PartClass } from './input.ts';
import { nearestCombination } from './nearest.ts';
import type { Selection } from './selection.ts';
import { existenceOf } from './table.ts';

/** IUSE of an ebin, and what is to be said of it. */
export interface IndexFlags {
  readonly iuse: readonly string[];
  /** Flags that are pinned, and how. */
  readonly pins: ReadonlyMap<string, boolean>;
  readonly problems: readonly Problem[];
}

/** Flags of the index that are on by default. */
export function defaultsOf({ flags }: Selection): string[] {
  return flags.iuse.filter((flag) => flag.startsWith('+')).map(bareFlag);
}

/** A flag as in IUSE. */
const entry = (flag: string, isOn: boolean): string => (isOn ? `+${flag}` : flag);

/** Throws EBN051 for a flag of a part that is a flag of the package, or of another part. */
function checkClashes(selection: Selection, parts: readonly PartClass[]): void {
  const all = [...selection.selected, ...selection.left].flatMap(({ build }) => build.iuse.map(bareFlag));
  const own = new Set(all);
  for (const { flag, name } of parts) {
    if (own.has(flag))
      throw fault('EBN051', {
        what: `'${flag}' is a flag of '${selection.newest.cpv}' and of the part '${name}'`,
      });
    own.add(flag);
  }
}

/** IUSE (specification 3.3, 3.4): flags of the package in their order, then those of parts, sorted. Throws EBN051. */
export function indexFlags(
  selection: Selection,
  arms: readonly Arm[],
  given: { readonly parts: readonly PartClass[]; readonly options: IndexOptions },
): IndexFlags {
  checkClashes(selection, given.parts);
  const { flags } = selection;
  const problems: Problem[] = [];
  const rewritten = new Map<string, boolean>();
  for (const { table } of arms) {
    const { isThere, nearest } = nearestCombination(existenceOf(table), defaultsOf(selection));
    if (isThere) continue;
    const on = new Set(nearest[0]?.use);
    if (given.options.defaults === 'nearest')
      for (const flag of table.flags) rewritten.set(flag, on.has(flag));
    else
      problems.push(
        problem('EBN062', { what: `'${selection.newest.cpv}' is not built with the defaults of its flags` }),
      );
  }
  const pins = new Map([...flags.constant].filter(([flag]) => !flags.dropped.includes(flag)));
  const own = flags.iuse.map((flag) => {
    const name = bareFlag(flag);
    const state = rewritten.get(name) ?? pins.get(name);
    return state === undefined ? flag : entry(name, state);
  });
  const extra = [...given.parts]
    .sort((a, b) => compareBytes(a.flag, b.flag))
    .map(({ flag, inverted }) => entry(flag, inverted === true));
  return { iuse: [...own, ...extra], pins, problems };
}
