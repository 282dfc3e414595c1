import { describe, expect, it } from 'vitest';
import {
  dottedPath,
  lookUp,
  type NodeRef,
  noPath,
  type SymbolKind,
  type SymbolNode,
  viewGraph,
} from '../formats/pyresources/index.ts';
import { addStubs } from './add-stubs.ts';
import type { StubEntry, StubModule } from './stub-tree.ts';

const inner = (internal: number): NodeRef => ({ internal, external: noPath });
const outer = (path: string): NodeRef => ({ internal: 0, external: dottedPath(path) });
const node = (
  path: string,
  kind: SymbolKind,
  children: Readonly<Record<string, NodeRef>> = {},
): SymbolNode => ({
  ...{
    canonical: dottedPath(path),
    children: new Map(Object.entries(children)),
    type: null,
    bases: [],
    kind,
  },
});
const explored = [
  node('p', 'module', { f: inner(1), C: inner(2), sub: inner(3), other: outer('q.other') }),
  node('p.f', 'function'),
  node('p.C', 'type'),
  node('p.sub', 'module'),
];
const def = (name: string, decorators: readonly string[] = []): StubEntry => ({
  ...{ kind: 'function', name, async: false, decorators, parameters: [], returns: null },
});
const value = (name: string, annotation: string | null, target: string | null = null): StubEntry => ({
  ...{ kind: 'value', name, annotation, target, names: null },
});
const from = (path: string, name: string, exported = true): StubEntry => ({
  kind: 'import',
  name,
  path,
  exported,
});
const stub = (module: string, ...body: readonly StubEntry[]): StubModule => ({
  module,
  path: module,
  package: true,
  body,
});

function look(modules: readonly StubModule[], path: string): string {
  const { nodes } = addStubs(explored, modules);
  const found = lookUp(viewGraph(new Map([['p', nodes]])), path.split('.'));
  if (found.found === 'external') return `-> ${[...found.external.parts, ...found.rest].join('.')}`;
  return found.found === 'node' ? `${found.node.kind} ${found.node.canonical.parts.join('.')}` : 'none';
}

describe('stubs beside what was explored', () => {
  it('D6 adds what is missing with its kind', () => {
    const body = [def('made'), def('size', ['property']), value('count', 'int')];
    const modules = [
      stub(
        'p',
        def('g'),
        value('V', 'int'),
        { kind: 'class', name: 'C', bases: [], body },
        from('p.sub.h', 'h'),
      ),
      stub('p.sub', def('h')),
      stub('p.fresh', def('k')),
    ];
    expect(['p.g', 'p.V', 'p.C.made', 'p.C.size', 'p.C.count'].map((path) => look(modules, path))).toEqual([
      ...['function p.g', 'object p.V', 'function p.C.made', 'descriptor p.C.size', 'object p.C.count'],
    ]);
    expect(['p.h', 'p.sub.h', 'p.fresh', 'p.fresh.k'].map((path) => look(modules, path))).toEqual([
      ...['function p.sub.h', 'function p.sub.h', 'module p.fresh', 'function p.fresh.k'],
    ]);
  });

  it('D6 keeps what was explored where a stub tells another thing', () => {
    const modules = [
      stub('p', from('r.other', 'other'), from('p.sub.f', 'f'), def('C')),
      stub('p.sub', def('f')),
    ];
    const { conflicts } = addStubs(explored, modules);
    expect(conflicts).toEqual([
      "'p.other' is 'q.other', a stub says 'r.other'",
      "'p.f' is 'p.f', a stub says 'p.sub.f'",
    ]);
    expect(look(modules, 'p.other')).toBe('-> q.other');
    expect(look(modules, 'p.f')).toBe('function p.f');
    expect(look(modules, 'p.C')).toBe('type p.C');
  });

  it('D6 leaves out private names, names with two underscores, and imports that are not passed on', () => {
    const modules = [stub('p', def('_x'), def('__len__'), from('os.path', 'path', false))];
    expect(addStubs(explored, modules)).toMatchObject({ added: 0, conflicts: [] });
  });

  it('links to other top-levels, through other names and stars', () => {
    const modules = [
      stub('p', from('os.path', 'path'), value('alias', null, 'f'), def('f'), from('p.sub', '*')),
      stub('p.sub', def('starred'), def('_hidden')),
    ];
    expect(['p.path.join', 'p.alias', 'p.starred', 'p._hidden'].map((path) => look(modules, path))).toEqual([
      ...['-> os.path.join', 'function p.f', 'function p.sub.starred', 'none'],
    ]);
  });

  it('follows other names within a class', () => {
    const body = [def('run'), value('again', null, 'run')];
    const modules = [stub('p', { kind: 'class', name: 'C', bases: [], body })];
    expect(look(modules, 'p.C.again')).toBe('function p.C.run');
  });

  it('changes nothing when done again, and ends with circles', () => {
    const modules = [stub('p', from('p', 'self'), from('p.a', 'b'), from('p.b', 'a'), def('g'))];
    const once = addStubs(explored, modules);
    expect(addStubs(once.nodes, modules)).toMatchObject({ added: 0, nodes: once.nodes });
  });
});
