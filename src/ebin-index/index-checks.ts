import { fault, type Problem, problem } from '../diagnostics/index.ts';
import type { Arm } from './arms.ts';
import { isUnreadable, readText, requiredUseHolds } from './evaluate.ts';
import type { IndexOptions } from './input.ts';
import { keywordsFor } from './keywords.ts';
import type { Selection } from './selection.ts';
import { oneLine } from './shell-text.ts';

const usualMaxCombinations = 4096;
const usualMaxFlags = 12;
/** As many as fit into one number. */
const mostFlags = 30;

/** Throws EBN059 for what is above the limits (specification 6.9). */
export function checkSize(arms: readonly Arm[], cpv: string, options: IndexOptions): void {
  const most = options.maxCombinations ?? usualMaxCombinations;
  const flags = arms[0]?.table.flags.length ?? 0;
  const mostOfFlags = Math.min(mostFlags, Math.max(usualMaxFlags, Math.ceil(Math.log2(most))));
  if (flags > mostOfFlags)
    throw fault('EBN059', {
      what: `the builds of '${cpv}' differ in ${flags} flags, more than ${mostOfFlags}`,
    });
  for (const { table } of arms)
    if (table.entries.length > most)
      throw fault('EBN059', { what: `'${cpv}' has ${table.entries.length} combinations, more than ${most}` });
}

/** EBN063 for texts that differ between builds (specification 4.8). */
export function textProblems({ selected, newest }: Selection): Problem[] {
  const found: Problem[] = [];
  for (const key of ['DESCRIPTION', 'HOMEPAGE']) {
    const texts = new Set(selected.map(({ build }) => oneLine(build.metadata[key] ?? '')));
    if (texts.size > 1) found.push(problem('EBN063', { what: `builds of '${newest.cpv}' differ in ${key}` }));
  }
  return found;
}

/** Builds whose flags their own ebuild forbids (specification 4.9). */
export function forbiddenBuilds(arms: readonly Arm[]): Problem[] {
  return arms.flatMap(({ builds }) =>
    builds.flatMap(({ build, environment }) => {
      const text = environment?.variables.get('REQUIRED_USE')?.value ?? '';
      const read = readText(text, { kind: 'required-use' });
      if (isUnreadable(read) || requiredUseHolds(read, new Set(build.use))) return [];
      return [problem('EBN074', { what: `the flags of '${build.path}' do not meet '${oneLine(text)}'` })];
    }),
  );
}

/** KEYWORDS (specification 3.8). Throws EBN070 when the architecture of a build is not known. */
export function keywords(
  { newest, selected }: Selection,
  arms: readonly Arm[],
  options: IndexOptions,
): string {
  const original = newest.metadata.KEYWORDS ?? '';
  const hasPrograms = selected.some(({ build }) => oneLine(build.metadata['NEEDED.ELF.2'] ?? '') !== '');
  if (options.noarch && hasPrograms)
    throw fault('EBN071', {
      what: `'${newest.cpv}' has programs of an architecture, which --noarch does not go with`,
    });
  if (options.noarch) return oneLine(original);
  const arches = arms.map(({ arch }) => {
    if (arch === undefined)
      throw fault('EBN070', { what: `the architecture of '${newest.cpv}' is not known` });
    return arch;
  });
  return keywordsFor(original, arches);
}

/** RESTRICT (specification 9.7). */
export const restrictions = ({ selected }: Selection, options: IndexOptions): string => {
  const isBound = selected.some(({ build }) => /\bbindist\b/.test(build.metadata.RESTRICT ?? ''));
  return [...(isBound ? ['bindist'] : []), ...(options.useGentooMirrors ? [] : ['mirror']), 'strip'].join(
    ' ',
  );
};
