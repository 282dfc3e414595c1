import { fault } from '../diagnostics/index.ts';
import type { DeclaredVariable } from './environment.ts';

/** Characters that no text of an ebuild has: control characters other than those between lines and words. */
const control = /[\0-\x08\x0b-\x1f\x7f]/;

/** A value in double quotes (specification 4.8); EBN070 for control characters. */
export function quoted(value: string, name: string): string {
  if (control.test(value)) throw fault('EBN070', { what: `${name} has a control character` });
  return `"${value.replace(/[\\$`"]/g, '\\$&')}"`;
}

/** Runs of blanks as one, as metadata is read (specification 2.11). */
export const oneLine = (text: string): string =>
  text
    .split(/\s+/)
    .filter((word) => word !== '')
    .join(' ');

/** An assignment that gives a variable its value in the global scope of an ebuild, and within functions too. */
export function assignmentOf({ name, attributes, value, elements }: DeclaredVariable): string {
  const kept = attributes.replace(/[^aAilu]/g, '');
  const word = (text: string): string => quoted(text, `the variable '${name}'`);
  const content = elements
    ? `( ${elements.map(([key, text]) => `[${attributes.includes('A') ? word(key) : key}]=${word(text)}`).join(' ')} )`
    : word(value ?? '');
  return kept === '' || kept === 'a' ? `${name}=${content}` : `declare -g${kept} ${name}=${content}`;
}
