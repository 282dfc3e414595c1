import { parseSync } from 'oxc-parser';
import type { FunctionSize, ImportArrow, SourceFile } from './source-file.ts';

type Node = { readonly type: string; readonly start: number; readonly end: number } & Record<string, unknown>;

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';

/** Names that reach time, chance, network or environment without an import. */
const watchedGlobals = new Set([
  'fetch',
  'performance',
  'process',
  'setImmediate',
  'setInterval',
  'setTimeout',
  'WebSocket',
]);
const watchedMembers = new Set([
  'AbortSignal.timeout',
  'crypto.getRandomValues',
  'crypto.randomUUID',
  'Date.now',
  'Math.random',
]);

interface Findings {
  imports: ImportArrow[];
  inputs: { name: string; line: number; root: string }[];
  functions: FunctionSize[];
  declared: Set<string>;
}

/** Reads what the rules need out of one TypeScript file. Never throws on bad syntax: see `broken`. */
export function parseSource(path: string, text: string): SourceFile {
  const lineOf = lineFinder(text);
  const result = parseSync(path, text, { sourceType: 'module' });
  const findings: Findings = { imports: [], inputs: [], functions: [], declared: new Set() };
  walk(result.program as unknown as Node, undefined, findings, lineOf);
  const first = result.errors[0];
  return {
    path,
    lines: text.split('\n').length - (text.endsWith('\n') ? 1 : 0),
    imports: findings.imports,
    hiddenInputs: findings.inputs
      .filter((input) => !findings.declared.has(input.root))
      .map(({ name, line }) => ({ name, line })),
    functions: findings.functions,
    ...(first ? { broken: { what: first.message, line: lineOf(first.labels[0]?.start ?? 0) } } : {}),
  };
}

function lineFinder(text: string): (offset: number) => number {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  };
}

function walk(
  node: Node,
  parent: Node | undefined,
  findings: Findings,
  lineOf: (at: number) => number,
): void {
  noteImport(node, findings, lineOf);
  noteDeclaration(node, findings);
  noteHiddenInput(node, parent, findings, lineOf);
  noteFunction(node, parent, findings, lineOf);
  for (const value of Object.values(node)) {
    if (Array.isArray(value)) {
      for (const item of value) if (isNode(item)) walk(item, node, findings, lineOf);
    } else if (isNode(value)) walk(value, node, findings, lineOf);
  }
}

function noteImport(node: Node, findings: Findings, lineOf: (at: number) => number): void {
  const source = node.source;
  if (!isNode(source) || typeof source.value !== 'string') return;
  const add = (typeOnly: boolean): void => {
    findings.imports.push({ specifier: source.value as string, line: lineOf(node.start), typeOnly });
  };
  if (node.type === 'ImportDeclaration' || node.type === 'ExportNamedDeclaration') {
    const kind = node.importKind ?? node.exportKind;
    const names = (node.specifiers as Node[]).map((name) => name.importKind ?? name.exportKind);
    add(kind === 'type' || (names.length > 0 && names.every((name) => name === 'type')));
  } else if (node.type === 'ExportAllDeclaration') add(node.exportKind === 'type');
  else if (node.type === 'ImportExpression') add(false);
  else if (node.type === 'TSImportType') add(true);
}

/** Names that the file gives a meaning of its own; scopes are not told apart, which only makes the rule milder. */
function noteDeclaration(node: Node, findings: Findings): void {
  const named: unknown[] = [];
  if (node.type === 'VariableDeclarator' || node.type === 'FunctionDeclaration') named.push(node.id);
  if (node.type.startsWith('Import') && node.type.endsWith('Specifier')) named.push(node.local);
  if (Array.isArray(node.params)) named.push(...node.params);
  for (const item of named)
    if (isNode(item) && item.type === 'Identifier') findings.declared.add(item.name as string);
}

function noteHiddenInput(
  node: Node,
  parent: Node | undefined,
  findings: Findings,
  lineOf: (at: number) => number,
): void {
  const add = (name: string): void => {
    findings.inputs.push({ name, line: lineOf(node.start), root: name.split('.')[0] ?? name });
  };
  const bareDate = (node.callee as Node | undefined)?.name === 'Date';
  if (node.type === 'NewExpression' && bareDate && (node.arguments as unknown[]).length === 0)
    add('Date.new');
  if (node.type === 'CallExpression' && bareDate) add('Date.call');
  if (node.type === 'MemberExpression' && isNode(node.object) && isNode(node.property)) {
    const name = `${node.object.name}.${node.property.name}`;
    if (watchedMembers.has(name) || node.object.name === 'process') add(name);
  }
  if (node.type !== 'Identifier' || !watchedGlobals.has(node.name as string) || !parent) return;
  const isProperty = parent.type.endsWith('MemberExpression') && parent.property === node && !parent.computed;
  const isKey = parent.key === node && !parent.computed && !parent.shorthand;
  const isProcessMember =
    parent.type === 'MemberExpression' && parent.object === node && node.name === 'process';
  if (!isProperty && !isKey && !isProcessMember && !/^(TS|Import|ExportS)/.test(parent.type))
    add(node.name as string);
}

function noteFunction(
  node: Node,
  parent: Node | undefined,
  findings: Findings,
  lineOf: (at: number) => number,
): void {
  const kinds = ['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'];
  if (!kinds.includes(node.type) || !Array.isArray(node.params)) return;
  const own = isNode(node.id) ? node.id.name : undefined;
  const given = isNode(parent?.id) ? parent.id.name : isNode(parent?.key) ? parent.key.name : undefined;
  findings.functions.push({
    name: String(own ?? given ?? 'a nameless function'),
    line: lineOf(node.start),
    lines: lineOf(node.end) - lineOf(node.start) + 1,
    parameters: node.params.length,
  });
}
