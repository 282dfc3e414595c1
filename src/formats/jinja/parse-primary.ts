import type { Expression } from './nodes.ts';
import { describe, type TokenReader } from './token-reader.ts';
import { none, type Value } from './values.ts';

const constants: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['true', true],
  ['True', true],
  ['false', false],
  ['False', false],
  ['none', none],
  ['None', none],
]);

/** Whether a name stands for a constant and cannot be assigned to. */
export function isConstantName(name: string): boolean {
  return constants.has(name);
}

/** A name, a literal, or something in brackets. */
export function parsePrimary(reader: TokenReader): Expression {
  const token = reader.current;
  const { at } = token;
  switch (token.kind) {
    case 'name': {
      reader.next();
      const constant = constants.get(token.text);
      if (constant !== undefined) return { kind: 'constant', value: constant, at };
      reader.use(token.text);
      return { kind: 'name', name: token.text, at };
    }
    case 'string': {
      let value = '';
      while (reader.is('string')) value += reader.next().text;
      return { kind: 'constant', value, at };
    }
    case 'integer':
      return { kind: 'constant', value: reader.next().number as number, at };
    case 'float':
      return { kind: 'float', value: Number(reader.next().number), at };
    default:
      return parseBracketed(reader);
  }
}

function parseBracketed(reader: TokenReader): Expression {
  const token = reader.current;
  if (reader.skip('operator', '(')) {
    const inside = parseTuple(reader, { isBracketed: true });
    reader.expect('operator', ')');
    return inside;
  }
  if (reader.skip('operator', '[')) return { kind: 'list', items: parseItems(reader, ']'), at: token.at };
  if (reader.skip('operator', '{')) return parseDict(reader, token.at);
  return reader.fail(`an expression is expected, not ${describe(token)}`);
}

function parseItems(reader: TokenReader, closer: string): Expression[] {
  const items: Expression[] = [];
  while (!reader.isOperator(closer)) {
    if (items.length) reader.expect('operator', ',');
    if (!reader.isOperator(closer)) items.push(reader.expression());
  }
  reader.next();
  return items;
}

function parseDict(reader: TokenReader, at: Expression['at']): Expression {
  const pairs: [Expression, Expression][] = [];
  while (!reader.isOperator('}')) {
    if (pairs.length) reader.expect('operator', ',');
    if (reader.isOperator('}')) break;
    const key = reader.expression();
    reader.expect('operator', ':');
    pairs.push([key, reader.expression()]);
  }
  reader.next();
  return { kind: 'dict', pairs, at };
}

/** How a list of values without brackets ends, and whether `a if b else c` may stand in it. */
export interface TupleRules {
  readonly isBracketed?: boolean;
  readonly hasCondition?: boolean;
  /** A name that ends it, too. */
  readonly endName?: string;
}

/** One expression, or several with commas, which are a tuple. */
export function parseTuple(reader: TokenReader, rules: TupleRules = {}): Expression {
  const { at } = reader.current;
  const items: Expression[] = [];
  let isTuple = false;
  const isAtEnd = (): boolean =>
    reader.is('output-end') ||
    reader.is('statement-end') ||
    reader.isOperator(')') ||
    (rules.endName !== undefined && reader.isName(rules.endName));
  while (!isAtEnd()) {
    items.push(reader.expression(rules.hasCondition ?? true));
    if (!reader.skip('operator', ',')) break;
    isTuple = true;
  }
  if (!isTuple && items.length === 1) return items[0] as Expression;
  if (items.length === 0 && !rules.isBracketed) {
    return reader.fail(`an expression is expected, not ${describe(reader.current)}`);
  }
  return { kind: 'tuple', items, at };
}
