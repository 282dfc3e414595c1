import type { BuilderView } from '../../api/index.ts';
import { type JobId, machineArch, nativeArches, parseJobId } from '../../primitives/index.ts';
import type { Farm } from '../farm.ts';

/** Name under which a manager writes down what its own builders build for, for commands that only read. */
const ownWord = 'own-arches';

/** The kind of machine that a farm's builders are unless they say otherwise. */
export const usualArchOf = ({ config }: Pick<Farm, 'config'>): string =>
  machineArch(config.arch) ?? config.arch;

/** The kind of machine that a job needs; undefined: any. */
export function archOfJob(job: JobId | string): string | undefined {
  const parts = parseJobId(job);
  return parts && machineArch(parts.arch);
}

/** Names of architectures in a text (`BUILDER_ARCHES`), separated by blanks or commas, as kinds of machine. */
export function archesIn(text: string | undefined): readonly string[] {
  const names = (text ?? '').split(/[\s,]+/).filter((name) => name !== '');
  return [...new Set(names.flatMap((name) => machineArch(name) ?? []))];
}

/**
 * What builders of the manager's own machine build for: what that is, what `BUILDER_ARCHES` names, and always the farm's
 * usual architecture, which was chosen for this machine.
 */
export const ownArches = (farm: Pick<Farm, 'config'>, processor: string, named: string | undefined) => [
  ...new Set([usualArchOf(farm), ...nativeArches(processor), ...archesIn(named)]),
];

/** Says for commands that only read what builders of this process build for; none: there are no such builders. */
export function writeOwnArches(farm: Farm, arches: readonly string[]): void {
  farm.database.words.set(ownWord, JSON.stringify(arches));
}

export function readOwnArches(farm: Farm): readonly string[] {
  const text = farm.database.words.get(ownWord);
  return text === undefined ? [] : (JSON.parse(text) as string[]);
}

/** Whether a builder is there and takes jobs, now or when it is done with what it has. */
export const isAtWork = ({ state, trouble }: BuilderView): boolean =>
  state !== 'lost' && state !== 'incompatible' && trouble === undefined;

/** Jobs that wait because no builder at work builds for their architecture, counted by it. */
export interface ArchShortage {
  readonly arch: string;
  readonly jobs: number;
}

/** `jobs` are ready ones; `arches` is what builders at work build for. */
export function shortages(
  jobs: Iterable<{ readonly id: string }>,
  arches: ReadonlySet<string>,
): readonly ArchShortage[] {
  const counts = new Map<string, number>();
  for (const { id } of jobs) {
    const arch = archOfJob(id);
    if (arch !== undefined && !arches.has(arch)) counts.set(arch, (counts.get(arch) ?? 0) + 1);
  }
  return [...counts].map(([arch, count]) => ({ arch, jobs: count })).sort((a, b) => b.jobs - a.jobs);
}
