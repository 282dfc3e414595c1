import { compareBy } from './compare.ts';
import { Dict, isTrue, iterate, typeName } from './dict.ts';
import type { Tools } from './filter-kit.ts';
import { filters } from './filters.ts';
import type { Frame } from './frame.ts';
import type { Expression, ExpressionOf, GivenNodes, Spot } from './nodes.ts';
import { compute, signed } from './operators.ts';
import { textOf } from './print.ts';
import { attributeOf, sliceOf, subscriptOf } from './subscript.ts';
import { tests } from './tests.ts';
import { TemplateTrouble, wrongUse } from './trouble.ts';
import {
  type Arguments,
  noArguments,
  none,
  PyFloat,
  PyObject,
  Tuple,
  Undefined,
  type Value,
} from './values.ts';

/** What filters may do by name. */
export const tools: Tools = {
  filter(name, value, given) {
    const filter = filters.get(name);
    if (!filter) throw new TemplateTrouble('TPL006', `no filter is called '${name}'`);
    return filter(value, given, tools);
  },
  test(name, value, given) {
    const test = tests.get(name);
    if (!test) throw new TemplateTrouble('TPL006', `no test is called '${name}'`);
    return test(value, given);
  },
};

/** Calls whatever can be called. @throws TPL002 or TPL004 for everything else */
export function callValue(value: Value, given: Arguments): Value {
  if (value instanceof Undefined) return value.fail();
  const result = value instanceof PyObject ? value.call(given) : undefined;
  return result ?? wrongUse(`'${typeName(value)}' object is not callable`);
}

/** The arguments of a call, computed from the left to the right. */
export function givenOf(nodes: GivenNodes, at: Spot, frame: Frame): Arguments {
  if (nodes.positional.length + nodes.named.length === 0 && !nodes.row && !nodes.mapping) return noArguments;
  const positional = nodes.positional.map((node) => evaluate(node, frame));
  const named = new Map<string, Value>();
  for (const { name, value } of nodes.named) named.set(name, evaluate(value, frame));
  const row = nodes.row && evaluate(nodes.row, frame);
  const mapping = nodes.mapping && evaluate(nodes.mapping, frame);
  frame.run.at = at;
  if (row !== undefined) positional.push(...iterate(row));
  if (mapping !== undefined) addMapping(mapping, named);
  return { positional, named };
}

function addMapping(value: Value, named: Map<string, Value>): void {
  const mapping =
    value instanceof Dict ? value : wrongUse(`behind '**' a dict is expected, not a ${typeName(value)}`);
  for (const [key, value] of mapping.entries()) {
    if (typeof key !== 'string') wrongUse('names of arguments are texts');
    if (named.has(key as string)) wrongUse(`the argument '${key}' is there twice`);
    named.set(key as string, value);
  }
}

type Evaluators = {
  readonly [Kind in Expression['kind']]: (node: ExpressionOf<Kind>, frame: Frame) => Value;
};

function comparison(node: ExpressionOf<'comparison'>, frame: Frame): Value {
  let left = evaluate(node.first, frame);
  for (const { operator, value } of node.rest) {
    const right = evaluate(value, frame);
    frame.run.at = node.at;
    if (!compareBy(operator, left, right)) return false;
    left = right;
  }
  return true;
}

function conditional(node: ExpressionOf<'conditional'>, frame: Frame): Value {
  if (isTrue(evaluate(node.test, frame))) return evaluate(node.yes, frame);
  if (node.no) return evaluate(node.no, frame);
  return new Undefined(`the condition in line ${node.at.line} is false and has no 'else'`);
}

const evaluators: Evaluators = {
  constant: (node) => node.value,
  float: (node) => new PyFloat(node.value),
  name: (node, frame) => frame.lookUp(node.name),
  list: (node, frame) => node.items.map((item) => evaluate(item, frame)),
  tuple: (node, frame) => new Tuple(node.items.map((item) => evaluate(item, frame))),
  dict(node, frame) {
    const dict = new Dict();
    for (const pair of node.pairs) {
      const key = evaluate(pair[0], frame);
      const value = evaluate(pair[1], frame);
      frame.run.at = node.at;
      dict.set(key, value);
    }
    return dict;
  },
  attribute(node, frame) {
    const value = evaluate(node.value, frame);
    frame.run.at = node.at;
    return attributeOf(value, node.name);
  },
  subscript(node, frame) {
    const value = evaluate(node.value, frame);
    const key = evaluate(node.key, frame);
    frame.run.at = node.at;
    return subscriptOf(value, key);
  },
  slice(node, frame) {
    const value = evaluate(node.value, frame);
    const bound = (part: Expression | undefined): Value => (part ? evaluate(part, frame) : none);
    const bounds = { start: bound(node.start), stop: bound(node.stop), step: bound(node.step) };
    frame.run.at = node.at;
    return sliceOf(value, bounds);
  },
  call(node, frame) {
    const value = evaluate(node.value, frame);
    const given = givenOf(node.given, node.at, frame);
    frame.run.at = node.at;
    return callValue(value, given);
  },
  filter(node, frame) {
    if (!node.value) throw new Error('a filter block filters its text itself');
    return applyFilter(node, evaluate(node.value, frame), frame);
  },
  test(node, frame) {
    const value = evaluate(node.value, frame);
    const given = givenOf(node.given, node.at, frame);
    frame.run.at = node.at;
    return tools.test(node.name, value, given);
  },
  unary(node, frame) {
    const value = evaluate(node.value, frame);
    if (node.operator === 'not') return !isTrue(value);
    frame.run.at = node.at;
    return signed(node.operator, value);
  },
  binary(node, frame) {
    const left = evaluate(node.left, frame);
    const right = evaluate(node.right, frame);
    frame.run.at = node.at;
    return compute(node.operator, left, right);
  },
  logic(node, frame) {
    const left = evaluate(node.left, frame);
    return isTrue(left) === (node.operator === 'or') ? left : evaluate(node.right, frame);
  },
  concat: (node, frame) => node.parts.map((part) => textOf(evaluate(part, frame))).join(''),
  comparison,
  conditional,
};

/** The value of an expression. */
export function evaluate(node: Expression, frame: Frame): Value {
  const compute = evaluators[node.kind] as (node: Expression, frame: Frame) => Value;
  return compute(node, frame);
}

function applyFilter(node: ExpressionOf<'filter'>, value: Value, frame: Frame): Value {
  const given = givenOf(node.given, node.at, frame);
  frame.run.at = node.at;
  return tools.filter(node.name, value, given);
}

/** What the filters of a filter block, or of a set block, make of its text. */
export function filterText(node: Expression, text: string, frame: Frame): Value {
  if (node.kind !== 'filter') throw new Error(`'${node.kind}' is not a filter`);
  return applyFilter(node, node.value ? filterText(node.value, text, frame) : text, frame);
}
