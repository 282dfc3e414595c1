import { type Place, type Problem, problem } from '../diagnostics/index.ts';
import type { EbuildFile } from './ebuild-tree.ts';
import type { EbuildAnswer, EbuildDeath } from './metadata-text.ts';
import { phaseCommands } from './phase-commands.ts';

/** Finds the file of the repository behind a path of the sandbox. */
export type RealPath = (path: string) => string | undefined;

/** Signals that the limits of processor time end in, as exit statuses of Bash: XCPU, and KILL two seconds later. */
const outOfTime = new Set(['152', '137']);
const outOfMemory = /cannot allocate|xmalloc|xrealloc|Cannot allocate memory/;

/** Last lines of what an ebuild printed, for people; paths of the sandbox become those of the repository. */
function lastWords(messages: string, realPath: RealPath): string {
  const lines = messages
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, '').trim())
    .filter((line) => line !== '')
    .slice(-4)
    .map((line) => line.slice(0, 300));
  return lines.join('; ').replace(/\/tree\/[^\s:'"]+/g, (path) => realPath(path) ?? path);
}

/** The place that Bash names in front of a message of its own: `FILE: line N: ...`. */
function placeInMessages(messages: string, realPath: RealPath): Place | undefined {
  for (const line of messages.split('\n')) {
    const match = /^(\/tree\/[^:]+): line ([0-9]+): /.exec(line);
    const file = match && realPath(match[1] ?? '');
    if (file) return { file, line: Number(match[2]) };
  }
  return undefined;
}

const kinds = {
  died: (id: string, what: string) =>
    problem('EBD002', { what: `'${id}' dies: ${what || 'without a word'}` }),
  eclass: (id: string, what: string) =>
    problem('EBD004', { what: `'${id}' inherits '${what}', which is nowhere` }),
  bash: (id: string, what: string) =>
    problem('EBD011', { what: `'${id}' is for a newer Bash than the sandbox's ${what}` }),
  command: (id: string, what: string) =>
    problem('EBD003', {
      what: phaseCommands.has(what)
        ? `'${id}' calls '${what}' outside of a phase`
        : `'${id}' calls the program '${what}'`,
    }),
} as const;

function problemOfDeath(id: string, { kind, what }: EbuildDeath, words: string): Problem {
  const said = what.replace(/\s+/g, ' ').trim().slice(0, 300);
  if (Object.hasOwn(kinds, kind)) return kinds[kind as keyof typeof kinds](id, said);
  const why = words === '' ? undefined : `Bash says: ${words}`;
  return problem('EBD001', { what: `'${id}' cannot be read: ${said}`, why });
}

/** Why an ebuild has no metadata; undefined when it has. Places are relative to the repository. */
export function problemOfAnswer(
  ebuild: Pick<EbuildFile, 'id' | 'path'>,
  answer: EbuildAnswer,
  realPath: RealPath,
): Problem | undefined {
  const { id, path } = ebuild;
  const { status, death, messages, variables, garbled } = answer;
  const words = lastWords(messages, realPath);
  const named = death && realPath(death.file);
  // Of a file that Bash gave up on, what it says is nearer than who asked for the file.
  const told = death?.kind === 'failed' || !named ? placeInMessages(messages, realPath) : undefined;
  const line = death?.line === undefined ? {} : { line: death.line };
  const place: Place = told ?? (named ? { file: named, ...line } : { file: path });
  const at = (found: Problem): Problem => ({ ...found, place });
  if (status === 'wrote') return at(problem('EBD008', { what: `'${id}' leaves files behind` }));
  if (outOfMemory.test(messages)) return at(problem('EBD007', { what: `'${id}' needs too much memory` }));
  if (death) return at(problemOfDeath(id, death, words));
  if (outOfTime.has(status)) return at(problem('EBD007', { what: `'${id}' takes too long` }));
  if (variables && !garbled && status === '0') return undefined;
  if (garbled || words === '' || status === '0')
    return at(problem('EBD009', { what: `'${id}' ends without metadata` }));
  return at(problem('EBD001', { what: `'${id}' cannot be read`, why: `Bash says: ${words}` }));
}

/** What an ebuild printed although all went well, as one warning. */
export function warningOfAnswer(
  { id, path }: Pick<EbuildFile, 'id' | 'path'>,
  { messages }: EbuildAnswer,
  realPath: RealPath,
): Problem | undefined {
  const words = lastWords(messages, realPath);
  if (words === '') return undefined;
  return problem('EBD010', {
    what: `'${id}' prints: ${words}`,
    place: placeInMessages(messages, realPath) ?? { file: path },
  });
}
