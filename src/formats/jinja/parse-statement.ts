import type { BlockNode, Expression, MacroNode, Statement, Target } from './nodes.ts';
import { parseExpression, parseFilterChain } from './parse-expression.ts';
import { parseFromImport, parseImport, parseInclude } from './parse-import.ts';
import { parseTuple } from './parse-primary.ts';
import { parseTarget } from './parse-target.ts';
import { describe, type TokenReader } from './token-reader.ts';

/** A template being read: its tokens, and the blocks found so far. */
export interface Reading {
  readonly reader: TokenReader;
  readonly blocks: Map<string, BlockNode>;
}

/** Statements up to one of the names, which then is next; without names up to the end of the template. */
export function parseBody(reading: Reading, ends: readonly string[]): Statement[] {
  const { reader } = reading;
  const body: Statement[] = [];
  for (;;) {
    const token = reader.current;
    if (token.kind === 'text') {
      reader.next();
      body.push({ kind: 'text', text: token.text, at: token.at });
    } else if (token.kind === 'output-begin') {
      reader.next();
      const value = parseTuple(reader);
      reader.expect('output-end');
      body.push({ kind: 'output', value, at: value.at });
    } else if (token.kind === 'statement-begin') {
      reader.next();
      if (reader.isName(...ends)) return body;
      body.push(reader.deeper(() => parseStatement(reading)));
    } else {
      if (ends.length) reader.fail(`'${ends.at(-1)}' is expected before the end of the template`);
      return body;
    }
  }
}

/** The body of the statement that is open, and its end; `name` is what opened it. */
function parseBlockBody(reading: Reading, end: string): Statement[] {
  reading.reader.expect('statement-end');
  const body = parseBody(reading, [end]);
  reading.reader.next();
  return body;
}

type Parse = (reading: Reading, at: Statement['at']) => Statement;

const statements: ReadonlyMap<string, Parse> = new Map<string, Parse>([
  ['if', parseIf],
  ['for', parseFor],
  ['set', parseSet],
  ['macro', parseMacro],
  ['call', parseCallBlock],
  ['filter', parseFilterBlock],
  ['with', parseWith],
  ['block', parseBlock],
  ['extends', parseExtends],
  ['autoescape', parseAutoescape],
  ['include', ({ reader }, at) => parseInclude(reader, at)],
  ['import', ({ reader }, at) => parseImport(reader, at)],
  ['from', ({ reader }, at) => parseFromImport(reader, at)],
]);

function parseStatement(reading: Reading): Statement {
  const { reader } = reading;
  const token = reader.current;
  if (token.kind !== 'name')
    return reader.fail(`the name of a statement is expected, not ${describe(token)}`);
  const parse = statements.get(token.text);
  if (!parse) {
    return reader.fail(
      /^end|^el/.test(token.text)
        ? `'${token.text}' is not expected here`
        : `no statement is called '${token.text}'`,
    );
  }
  reader.next();
  reader.open.push(token);
  const statement = parse(reading, token.at);
  reader.expect('statement-end');
  reader.open.pop();
  return statement;
}

function parseIf(reading: Reading, at: Statement['at']): Statement {
  const { reader } = reading;
  const branches: { test: Expression; body: Statement[] }[] = [];
  let otherwise: Statement[] = [];
  reader.conditions += 1;
  for (;;) {
    const test = parseTuple(reader, { hasCondition: false });
    reader.expect('statement-end');
    branches.push({ test, body: parseBody(reading, ['elif', 'else', 'endif']) });
    const { text } = reader.next();
    if (text === 'elif') continue;
    if (text === 'else') otherwise = parseBlockBody(reading, 'endif');
    reader.conditions -= 1;
    return { kind: 'if', branches, otherwise, at };
  }
}

function parseFor(reading: Reading, at: Statement['at']): Statement {
  const { reader } = reading;
  const target = parseTarget(reader, 'in');
  reader.expect('name', 'in');
  const items = parseTuple(reader, { hasCondition: false, endName: 'recursive' });
  const filter = reader.skip('name', 'if') ? parseExpression(reader) : undefined;
  const isRecursive = reader.skip('name', 'recursive');
  reader.expect('statement-end');
  const { result: body, uses } = withUses(reader, () => parseBody(reading, ['else', 'endfor']));
  const otherwise = reader.next().text === 'else' ? parseBlockBody(reading, 'endfor') : [];
  const hasLoop = isRecursive || uses.has('loop');
  return { kind: 'for', target, items, filter, isRecursive, hasLoop, body, otherwise, at };
}

function parseSet(reading: Reading, at: Statement['at']): Statement {
  const { reader } = reading;
  const target = parseTarget(reader, undefined, true);
  if (reader.skip('operator', '=')) return { kind: 'set', target, value: parseTuple(reader), at };
  const filter = reader.skip('operator', '|') ? parseFilterChain(reader, undefined) : undefined;
  return { kind: 'set-block', target, filter, body: parseBlockBody(reading, 'endset'), at };
}

/** Parameters in parentheses; those with a default come last. */
function parseParameters(reader: TokenReader): MacroNode['parameters'] {
  const parameters: { name: string; missing: Expression | undefined }[] = [];
  reader.expect('operator', '(');
  while (!reader.isOperator(')')) {
    if (parameters.length) reader.expect('operator', ',');
    const name = reader.expect('name').text;
    const missing = reader.skip('operator', '=') ? parseExpression(reader) : undefined;
    if (!missing && parameters.at(-1)?.missing) {
      reader.fail(`the parameter '${name}' needs a default, since the one before it has one`);
    }
    if (!missing && name === 'caller') reader.fail("the parameter 'caller' needs a default");
    parameters.push({ name, missing });
  }
  reader.next();
  return parameters;
}

/** Reads what belongs to a macro or a loop and notes the names that it speaks of. */
function withUses<Result>(reader: TokenReader, read: () => Result): { result: Result; uses: Set<string> } {
  const uses = new Set<string>();
  reader.uses.push(uses);
  const result = read();
  reader.uses.splice(reader.uses.indexOf(uses), 1);
  return { result, uses };
}

function parseMacro(reading: Reading, at: Statement['at']): Statement {
  const { reader } = reading;
  const name = reader.expect('name').text;
  const { result, uses } = withUses(reader, () => {
    const parameters = parseParameters(reader);
    return { parameters, body: parseBlockBody(reading, 'endmacro') };
  });
  return { kind: 'macro', macro: { name, ...result, uses }, at };
}

function parseCallBlock(reading: Reading, at: Statement['at']): Statement {
  const { reader } = reading;
  const start = reader.current;
  const { result, uses } = withUses(reader, () => {
    const parameters = reader.isOperator('(') ? parseParameters(reader) : [];
    const call = parseExpression(reader);
    if (call.kind !== 'call') return reader.fail("a call of a macro is expected behind 'call'", start);
    return { parameters, call, body: parseBlockBody(reading, 'endcall') };
  });
  const caller = { name: 'caller', parameters: result.parameters, body: result.body, uses };
  return { kind: 'call-block', call: result.call, caller, at };
}

function parseFilterBlock(reading: Reading, at: Statement['at']): Statement {
  const filter = parseFilterChain(reading.reader, undefined);
  return { kind: 'filter-block', filter, body: parseBlockBody(reading, 'endfilter'), at };
}

/** Nothing is escaped here, so that only switching it off is understood. */
function parseAutoescape(reading: Reading, at: Statement['at']): Statement {
  const { reader } = reading;
  const token = reader.current;
  const value = reader.expression();
  if (value.kind !== 'constant' || value.value !== false)
    reader.fail('escaping cannot be switched on', token);
  return { kind: 'with', values: [], body: parseBlockBody(reading, 'endautoescape'), at };
}

function parseWith(reading: Reading, at: Statement['at']): Statement {
  const { reader } = reading;
  const values: { target: Target; value: Expression }[] = [];
  while (!reader.is('statement-end')) {
    if (values.length) reader.expect('operator', ',');
    const target = parseTarget(reader);
    reader.expect('operator', '=');
    values.push({ target, value: parseExpression(reader) });
  }
  return { kind: 'with', values, body: parseBlockBody(reading, 'endwith'), at };
}

function parseBlock(reading: Reading, at: Statement['at']): Statement {
  const { reader, blocks } = reading;
  const token = reader.expect('name');
  const name = token.text;
  if (blocks.has(name)) reader.fail(`the block '${name}' is there twice`, token);
  const isScoped = reader.skip('name', 'scoped');
  if (isScoped) reader.use('loop');
  const isRequired = reader.skip('name', 'required');
  const body: Statement[] = [];
  const block: BlockNode = { name, body, isScoped, isRequired, at };
  blocks.set(name, block);
  body.push(...parseBlockBody(reading, 'endblock'));
  if (isRequired && body.some((part) => part.kind !== 'text' || part.text.trim() !== '')) {
    reader.fail(`the required block '${name}' may hold nothing but white space and comments`, token);
  }
  reader.skip('name', name);
  return { kind: 'block', block, at };
}

function parseExtends({ reader }: Reading, at: Statement['at']): Statement {
  if (reader.open.slice(0, -1).some(({ text }) => text !== 'if')) {
    reader.fail("'extends' stands within a body, where a template cannot be extended");
  }
  return { kind: 'extends', template: parseExpression(reader), at };
}
