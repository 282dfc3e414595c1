import type { Place } from '../../diagnostics/index.ts';
import type { ElementValue, Program } from './program.ts';
import { headOf } from './results.ts';
import { placeOf } from './trouble-problem.ts';

/** One side of a difference: the value as `dump` has it, and where it is defined. */
export interface ComparedValue {
  readonly value: string | readonly string[] | { readonly error: string };
  readonly definedAt: Place | undefined;
}

/** An element that two programs do not have alike; a side is undefined when it lacks the element. */
export interface ElementDifference {
  readonly name: string;
  readonly before: ComparedValue | undefined;
  readonly after: ComparedValue | undefined;
}

/** A value for machines: a text, a list of lines, or the specification's word of an error; a zapped value is empty. */
export function plainValue(value: ElementValue): ComparedValue['value'] {
  if (value.kind === 'error') return { error: value.word };
  return value.kind === 'single' ? value.text : value.lines.map(({ text }) => text);
}

/** Elements that differ by value, in the order of their names. Where they are defined does not count. */
export function comparePrograms(before: Program, after: Program): readonly ElementDifference[] {
  const names = new Set([...before.names(), ...after.names()]);
  const found: ElementDifference[] = [];
  for (const name of [...names].sort()) {
    const one = compared(before, name);
    const other = compared(after, name);
    if (!one || !other || JSON.stringify(one.value) !== JSON.stringify(other.value)) {
      found.push({ name, before: one, after: other });
    }
  }
  return found;
}

function compared(program: Program, name: string): ComparedValue | undefined {
  const value = program.value(name);
  if (!value) return undefined;
  const { definition } = value;
  return { value: plainValue(value), definedAt: definition && placeOf(headOf(definition)) };
}
