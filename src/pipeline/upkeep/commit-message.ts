/** Types of Conventional Commits that a history of recipes has use for. */
const types: readonly string[] = [
  ...['feat', 'fix', 'chore', 'ci', 'docs', 'style', 'refactor', 'perf', 'test', 'build', 'revert'],
];

const subjectLine = /^([a-z]+)(?:\(([^()\n]+)\))?(!)?: (\S.*)$/;

/** What git itself writes for merges, reverts and corrections that a rebase will fold in. */
const ofGit = /^(?:Merge |Revert "|Reapply "|(?:fixup|squash|amend)! )/;

/**
 * What is wrong with a commit message by Conventional Commits (specification 2.5), undefined when nothing is. Messages
 * that git writes by itself are fine.
 */
export function commitMessageTrouble(message: string): string | undefined {
  const [subject = '', second] = message.split('\n');
  if (ofGit.test(subject)) return undefined;
  if (subject.trim() === '') return 'the message has no subject';
  const match = subjectLine.exec(subject);
  if (!match) return "the subject is not 'TYPE(SCOPE): what'";
  const type = match[1] as string;
  if (!types.includes(type)) return `'${type}' is none of ${types.join(', ')}`;
  if (second !== undefined && second.trim() !== '') return 'a blank line is missing after the subject';
  return undefined;
}

/** The text of a message file as git will take it: without comments, and without what stands below the scissors line. */
export function messageOfFile(text: string): string {
  const kept = text.split(/^# -+ >8 -+$/m)[0] as string;
  return kept
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')
    .trim();
}
