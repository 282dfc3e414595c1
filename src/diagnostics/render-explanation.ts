import { catalogue } from './catalogue/index.ts';
import type { Blame } from './problem.ts';

const exits: Readonly<Record<Blame, string>> = {
  recipe: 'a recipe or its build has to change (exit code 1)',
  usage: 'the command or its settings have to change (exit code 2)',
  world: 'the machine or a service is at fault, a retry may help (exit code 3)',
  bug: 'packmill itself is at fault (exit code 70)',
};

const indented = (text: string): string =>
  text
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');

/** The long text of a code for `packmill explain`; undefined for a code that the catalogue lacks. */
export function renderExplanation(code: string): string | undefined {
  const entry = Object.hasOwn(catalogue, code) ? catalogue[code] : undefined;
  if (!entry) return undefined;
  return [
    `${code}: ${entry.title}`,
    '',
    `  ${entry.severity}; ${exits[entry.blame]}`,
    '',
    `  why: ${entry.why}`,
    `  next: ${entry.next}`,
    '',
    '  leads to it:',
    indented(entry.sample.broken),
    '  is fine:',
    indented(entry.sample.fixed),
  ].join('\n');
}
