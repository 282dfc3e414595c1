import { filters } from './filters.ts';
import type { Expression, GivenNodes } from './nodes.ts';
import { parseGiven } from './parse-given.ts';
import { parsePrimary } from './parse-primary.ts';
import { tests } from './tests.ts';
import { describe, type TokenReader } from './token-reader.ts';
import { TemplateTrouble } from './trouble.ts';

/** An expression, by default with `a if b else c`. */
export function parseExpression(reader: TokenReader, hasCondition = true): Expression {
  return reader.deeper(() => (hasCondition ? parseConditional(reader) : parseOr(reader)));
}

function parseConditional(reader: TokenReader): Expression {
  const unknownBefore = reader.unknown.length;
  let yes = parseOr(reader);
  while (reader.isName('if')) {
    const { at } = reader.next();
    // what was read is conditional, as turns out now
    reader.unknown.length = unknownBefore;
    reader.conditions += 1;
    const test = parseOr(reader);
    const no = reader.skip('name', 'else') ? reader.deeper(() => parseConditional(reader)) : undefined;
    reader.conditions -= 1;
    yes = { kind: 'conditional', test, yes, no, at };
  }
  return yes;
}

function parseLogic(
  reader: TokenReader,
  operator: 'and' | 'or',
  parseOperand: (reader: TokenReader) => Expression,
): Expression {
  let left = parseOperand(reader);
  while (reader.isName(operator)) {
    const { at } = reader.next();
    left = { kind: 'logic', operator, left, right: parseOperand(reader), at };
  }
  return left;
}

const parseOr = (reader: TokenReader): Expression => parseLogic(reader, 'or', parseAnd);
const parseAnd = (reader: TokenReader): Expression => parseLogic(reader, 'and', parseNot);

function parseNot(reader: TokenReader): Expression {
  if (!reader.isName('not')) return parseComparison(reader);
  const { at } = reader.next();
  return { kind: 'unary', operator: 'not', value: reader.deeper(() => parseNot(reader)), at };
}

function comparisonOperator(reader: TokenReader): string | undefined {
  if (reader.isOperator('==', '!=', '<', '<=', '>', '>=')) return reader.next().text;
  if (reader.skip('name', 'in')) return 'in';
  if (!reader.isName('not') || !reader.is('name', 'in', reader.following)) return undefined;
  reader.next();
  reader.next();
  return 'not in';
}

function parseComparison(reader: TokenReader): Expression {
  const { at } = reader.current;
  const first = parseSum(reader);
  const rest: { operator: string; value: Expression }[] = [];
  for (;;) {
    const operator = comparisonOperator(reader);
    if (operator === undefined) return rest.length ? { kind: 'comparison', first, rest, at } : first;
    rest.push({ operator, value: parseSum(reader) });
  }
}

function parseBinary(
  reader: TokenReader,
  operators: readonly string[],
  parseOperand: (reader: TokenReader) => Expression,
): Expression {
  let left = parseOperand(reader);
  while (reader.isOperator(...operators)) {
    const { text, at } = reader.next();
    left = { kind: 'binary', operator: text, left, right: parseOperand(reader), at };
  }
  return left;
}

const parseSum = (reader: TokenReader): Expression => parseBinary(reader, ['+', '-'], parseConcat);

function parseConcat(reader: TokenReader): Expression {
  const { at } = reader.current;
  const parts = [parseProduct(reader)];
  while (reader.skip('operator', '~')) parts.push(parseProduct(reader));
  return parts.length === 1 ? (parts[0] as Expression) : { kind: 'concat', parts, at };
}

const parseProduct = (reader: TokenReader): Expression =>
  parseBinary(reader, ['*', '/', '//', '%'], parsePower);
const parsePower = (reader: TokenReader): Expression =>
  parseBinary(reader, ['**'], (inner) => parseUnary(inner, true));

function parseUnary(reader: TokenReader, hasFilters: boolean): Expression {
  const { at } = reader.current;
  let value: Expression;
  if (reader.isOperator('-', '+')) {
    const operator = reader.next().text as '-' | '+';
    value = { kind: 'unary', operator, value: reader.deeper(() => parseUnary(reader, false)), at };
  } else value = parsePrimary(reader);
  value = parsePostfix(reader, value);
  return hasFilters ? parseFiltersAndTests(reader, value) : value;
}

/** Attributes, items and calls behind a value. */
export function parsePostfix(reader: TokenReader, first: Expression): Expression {
  let value = first;
  for (;;) {
    if (reader.isOperator('.')) value = parseAttribute(reader, value);
    else if (reader.isOperator('[')) value = parseSubscript(reader, value);
    else if (reader.isOperator('(')) value = parseCall(reader, value);
    else return value;
  }
}

function parseAttribute(reader: TokenReader, value: Expression): Expression {
  reader.next();
  const token = reader.next();
  if (token.kind === 'name') return { kind: 'attribute', value, name: token.text, at: token.at };
  if (token.kind !== 'integer')
    return reader.fail(`a name or a number is expected, not ${describe(token)}`, token);
  const key: Expression = { kind: 'constant', value: token.number as number, at: token.at };
  return { kind: 'subscript', value, key, at: token.at };
}

function parseSubscript(reader: TokenReader, value: Expression): Expression {
  const { at } = reader.next();
  const parts: Expression[] = [];
  if (reader.skip('operator', ']'))
    return { kind: 'subscript', value, key: { kind: 'tuple', items: [], at }, at };
  do {
    const bounds: (Expression | undefined)[] = [undefined, undefined, undefined];
    let part = 0;
    for (; part < 3; part += 1) {
      if (!reader.isOperator(':', ']', ',')) bounds[part] = parseExpression(reader);
      if (part === 2 || !reader.skip('operator', ':')) break;
    }
    const [start, stop, step] = bounds;
    if (part > 0) {
      reader.expect('operator', ']');
      if (parts.length > 0) reader.fail('a slice cannot stand in a tuple');
      return { kind: 'slice', value, start, stop, step, at };
    }
    parts.push(start ?? reader.fail(`an index is expected, not ${describe(reader.current)}`));
  } while (reader.skip('operator', ','));
  reader.expect('operator', ']');
  const key: Expression = parts.length === 1 ? (parts[0] as Expression) : { kind: 'tuple', items: parts, at };
  return { kind: 'subscript', value, key, at };
}

function parseCall(reader: TokenReader, value: Expression): Expression {
  const { at } = reader.current;
  return { kind: 'call', value, given: parseGiven(reader), at };
}

const nothingGiven: GivenNodes = { positional: [], named: [] };

function checkName(reader: TokenReader, kind: 'filter' | 'test', name: string, at: Expression['at']): void {
  if ((kind === 'filter' ? filters : tests).has(name) || reader.conditions > 0) return;
  reader.unknown.push(new TemplateTrouble('TPL006', `no ${kind} is called '${name}'`, { place: at }));
}

function dottedName(reader: TokenReader): string {
  let name = reader.expect('name').text;
  while (reader.skip('operator', '.')) name += `.${reader.expect('name').text}`;
  return name;
}

/** One filter behind `|`, or the first of a filter block. */
function parseFilter(reader: TokenReader, value: Expression | undefined): Expression {
  const { at } = reader.current;
  const name = dottedName(reader);
  checkName(reader, 'filter', name, at);
  const given = reader.isOperator('(') ? parseGiven(reader) : nothingGiven;
  return { kind: 'filter', name, value, given, at };
}

/** Filters in a row behind a value; without one for the text of a block. */
export function parseFilterChain(reader: TokenReader, value: Expression | undefined): Expression {
  let result = parseFilter(reader, value);
  while (reader.skip('operator', '|')) result = parseFilter(reader, result);
  return result;
}

function parseFiltersAndTests(reader: TokenReader, first: Expression): Expression {
  let value = first;
  for (;;) {
    if (reader.skip('operator', '|')) value = parseFilter(reader, value);
    else if (reader.isName('is')) value = parseTest(reader, value);
    else if (reader.isOperator('(')) value = parseCall(reader, value);
    else return value;
  }
}

function startsArgument(reader: TokenReader): boolean {
  const { kind } = reader.current;
  if (['string', 'integer', 'float'].includes(kind) || reader.isOperator('(', '[', '{')) return true;
  return kind === 'name' && !reader.isName('else', 'or', 'and');
}

function parseTest(reader: TokenReader, value: Expression): Expression {
  const { at } = reader.next();
  const isNegated = reader.skip('name', 'not');
  const nameAt = reader.current.at;
  const name = dottedName(reader);
  checkName(reader, 'test', name, nameAt);
  let given = nothingGiven;
  if (reader.isOperator('(')) given = parseGiven(reader);
  else if (startsArgument(reader)) {
    if (reader.isName('is')) reader.fail("tests cannot be chained with 'is'");
    given = { positional: [parsePostfix(reader, parsePrimary(reader))], named: [] };
  }
  const test: Expression = { kind: 'test', name, value, given, at };
  return isNegated ? { kind: 'unary', operator: 'not', value: test, at } : test;
}
