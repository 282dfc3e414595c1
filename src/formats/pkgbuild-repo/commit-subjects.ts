/** What a commit of the pipeline did to packages, and the word before their names in its body (specification 7.14, 9.5). */
const bodyWords = { update: 'changed', bump: 'bumped', drop: 'dropped', add: 'added' } as const;

export type CommitWork = keyof typeof bodyWords;

/**
 * The message of a commit for some packages: names in the subject for up to four, else their number, and the names in
 * the body. `reasons` are further lines of the body. `skipsCi` appends what keeps GitHub from starting on-commit.
 */
export function packagesMessage(
  work: CommitWork,
  names: readonly string[],
  extra: { readonly reasons?: readonly string[]; readonly skipsCi?: boolean } = {},
): string {
  const type = work === 'add' ? 'feat' : 'chore';
  const few = names.length <= 4;
  const said = few ? names.join(', ') : `packages (${names.length})`;
  const subject = `${type}(${work}): ${said}${extra.skipsCi ? ' [skip ci]' : ''}`;
  const paragraphs = [subject];
  if (!few) paragraphs.push(`${bodyWords[work]}: ${names.join(', ')}`);
  if (extra.reasons && extra.reasons.length > 0) paragraphs.push(extra.reasons.join('\n'));
  return `${paragraphs.join('\n\n')}\n`;
}

/** The subject of commits that later runs may amend (specification 7.4). */
export function overwrittenSubject(skipsCi: boolean): string {
  return `chore(packages): update packages${skipsCi ? ' [skip ci]' : ''}`;
}

/** Whether a run with `CI_OVERWRITE_COMMITS` may amend a commit of this subject: the exact words, nothing behind them. */
export function isOverwritable(subject: string): boolean {
  return /^chore\(packages\): update packages(?: \[skip ci\])?$/.test(subject);
}
