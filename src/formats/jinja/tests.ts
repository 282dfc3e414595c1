import { bind } from './bind.ts';
import { compareBy, contains, equals } from './compare.ts';
import { Dict, typeName } from './dict.ts';
import { filters } from './filters.ts';
import { asNumber } from './numbers.ts';
import { compute } from './operators.ts';
import { textOf } from './print.ts';
import { textKinds } from './string-kinds.ts';
import {
  type Arguments,
  noArguments,
  none,
  PyFloat,
  PyObject,
  Range,
  Tuple,
  Undefined,
  type Value,
} from './values.ts';

/** A question about a value, as behind `is`. */
export type Test = (value: Value, given: Arguments) => boolean;

function asks(question: (value: Value) => boolean): Test {
  return (value, given) => {
    bind('the test', given, []);
    return question(value);
  };
}

function comparesTo(question: (value: Value, other: Value) => boolean): Test {
  return (value, given) => question(value, bind('the test', given, ['other'], 1).value('other') as Value);
}

const compares = (operator: string): Test => comparesTo((a, b) => compareBy(operator, a, b));
const remainder = (value: Value, divisor: Value): Value => compute('%', value, divisor);
const isIterable = (value: Value): boolean =>
  typeof value === 'string' ||
  Array.isArray(value) ||
  (value instanceof PyObject && value.iterate() !== undefined);

function isSequence(value: Value): boolean {
  if (typeof value === 'string' || Array.isArray(value)) return true;
  return [Tuple, Dict, Range, Undefined].some((kind) => value instanceof kind);
}

const isCallable = (value: Value): boolean =>
  value instanceof Undefined || (value instanceof PyObject && value.isCallable);

const isCased = (method: 'islower' | 'isupper'): Test =>
  asks((value) => textKinds[method]?.(textOf(value), noArguments) === true);

const byName: (readonly [readonly string[], Test])[] = [
  [['boolean'], asks((value) => typeof value === 'boolean')],
  [['callable'], asks(isCallable)],
  [['defined'], asks((value) => !(value instanceof Undefined))],
  [['divisibleby'], comparesTo((value, divisor) => equals(remainder(value, divisor), 0))],
  [['eq', '==', 'equalto'], compares('==')],
  [['escaped'], asks(() => false)],
  [['even'], asks((value) => equals(remainder(value, 2), 0))],
  [['false'], asks((value) => value === false)],
  [['filter'], asks((value) => typeof value === 'string' && filters.has(value))],
  [['float'], asks((value) => value instanceof PyFloat)],
  [['ge', '>='], compares('>=')],
  [['gt', '>', 'greaterthan'], compares('>')],
  [['in'], comparesTo((value, container) => contains(container, value))],
  [['integer'], asks((value) => typeof value === 'number' || typeof value === 'bigint')],
  [['iterable'], asks(isIterable)],
  [['le', '<='], compares('<=')],
  [['lower'], isCased('islower')],
  [['lt', '<', 'lessthan'], compares('<')],
  [['mapping'], asks((value) => value instanceof Dict)],
  [['ne', '!='], compares('!=')],
  [['none'], asks((value) => value === none)],
  [['number'], asks((value) => asNumber(value) !== undefined)],
  [['odd'], asks((value) => equals(remainder(value, 2), 1))],
  [['sameas'], comparesTo((value, other) => value === other)],
  [['sequence'], asks(isSequence)],
  [['string'], asks((value) => typeName(value) === 'str')],
  [['test'], asks((value) => typeof value === 'string' && tests.has(value))],
  [['true'], asks((value) => value === true)],
  [['undefined'], asks((value) => value instanceof Undefined)],
  [['upper'], isCased('isupper')],
];

/** Every test, by each of its names. */
export const tests: ReadonlyMap<string, Test> = new Map(
  byName.flatMap(([names, test]) => names.map((name) => [name, test] as const)),
);
