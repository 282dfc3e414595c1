import type { Statement } from './nodes.ts';
import { parseExpression } from './parse-expression.ts';
import type { TokenReader } from './token-reader.ts';

/** `with context` or `without context`, which may stand at the end; undefined when neither does. */
function parseContext(reader: TokenReader): boolean | undefined {
  if (!reader.isName('with', 'without') || !reader.is('name', 'context', reader.following)) return undefined;
  const hasContext = reader.next().text === 'with';
  reader.next();
  return hasContext;
}

export function parseInclude(reader: TokenReader, at: Statement['at']): Statement {
  const template = parseExpression(reader);
  const isOptional = reader.isName('ignore') && reader.is('name', 'missing', reader.following);
  if (isOptional) {
    reader.next();
    reader.next();
  }
  return { kind: 'include', template, isOptional, hasContext: parseContext(reader) ?? true, at };
}

export function parseImport(reader: TokenReader, at: Statement['at']): Statement {
  const template = parseExpression(reader);
  reader.expect('name', 'as');
  const as = reader.expect('name').text;
  return { kind: 'import', template, as, hasContext: parseContext(reader) ?? false, at };
}

export function parseFromImport(reader: TokenReader, at: Statement['at']): Statement {
  const template = parseExpression(reader);
  reader.expect('name', 'import');
  const names: { name: string; alias: string }[] = [];
  let hasContext: boolean | undefined;
  while (reader.is('name')) {
    const before = reader.current;
    hasContext = parseContext(reader);
    if (hasContext !== undefined) break;
    const name = reader.next().text;
    if (name.startsWith('_')) reader.fail(`'${name}' begins with '_' and cannot be imported`, before);
    names.push({ name, alias: reader.skip('name', 'as') ? reader.expect('name').text : name });
    hasContext = parseContext(reader);
    if (hasContext !== undefined) break;
    if (!reader.skip('operator', ',')) break;
    if (!reader.is('name')) reader.expect('name');
  }
  if (names.length === 0) reader.expect('name');
  return { kind: 'import', template, as: names, hasContext: hasContext ?? false, at };
}
