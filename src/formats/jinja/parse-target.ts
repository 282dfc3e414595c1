import type { Target } from './nodes.ts';
import { isConstantName } from './parse-primary.ts';
import { describe, type TokenReader } from './token-reader.ts';

/**
 * What is assigned to: a name, or several with commas. `endName` ends them; `mayBeMember` allows `object.name`, for
 * namespaces.
 */
export function parseTarget(reader: TokenReader, endName?: string, mayBeMember = false): Target {
  const { at } = reader.current;
  const first = parseOne(reader, mayBeMember);
  if (first.kind === 'member') return first;
  const items: Target[] = [first];
  let isTuple = false;
  while (reader.skip('operator', ',')) {
    isTuple = true;
    const isAtEnd = reader.isOperator('=', ')') || reader.is('statement-end');
    if (isAtEnd || (endName !== undefined && reader.isName(endName))) break;
    items.push(parseOne(reader, false));
  }
  return isTuple ? { kind: 'names', items, at } : first;
}

function parseOne(reader: TokenReader, mayBeMember: boolean): Target {
  if (reader.skip('operator', '(')) {
    const inside = parseTarget(reader);
    reader.expect('operator', ')');
    return inside;
  }
  const token = reader.current;
  if (token.kind !== 'name') return reader.fail(`a name to assign to is expected, not ${describe(token)}`);
  if (isConstantName(token.text)) reader.fail(`'${token.text}' cannot be assigned to`);
  if (token.text === 'loop' && reader.open.some(({ text }) => text === 'for')) {
    reader.fail("within a loop, 'loop' cannot be assigned to");
  }
  reader.next();
  if (!mayBeMember || !reader.skip('operator', '.')) return { kind: 'name', name: token.text };
  reader.use(token.text);
  return { kind: 'member', object: token.text, name: reader.expect('name').text, at: token.at };
}
