import { describe, expect, it } from 'vitest';
import {
  type GraphNode,
  type GraphParameter,
  type GraphShard,
  graphNode,
} from '../formats/python-graph/index.ts';
import { compareGraphs, type SymbolChange, type WholeGraph } from './compare-graphs.ts';
import { coverageOf } from './coverage.ts';
import { graphArgSpecs } from './graph-argspecs.ts';

type Facts = Partial<GraphNode>;

/** A shard from paths: members follow from them. `=path` as canonical makes an alias. */
function shardOf(toplevel: string, facts: Readonly<Record<string, Facts | string>>): GraphShard {
  const ids = new Map<string, number>();
  for (const [path, fact] of Object.entries(facts)) if (typeof fact !== 'string') ids.set(path, ids.size);
  const nodes = new Map<number, GraphNode>();
  for (const [path, id] of ids) {
    const members = new Map<string, number>();
    for (const [other, fact] of Object.entries(facts)) {
      const dot = other.lastIndexOf('.');
      const target = typeof fact === 'string' ? ids.get(fact) : ids.get(other);
      if (dot > 0 && other.slice(0, dot) === path && target !== undefined)
        members.set(other.slice(dot + 1), target);
    }
    const fact = facts[path] as Facts;
    const canonical = fact.reference === undefined ? path : null;
    nodes.set(id, graphNode({ id, canonical, kind: 'object', members, ...fact }));
  }
  return { toplevel, root: 0, nodes, complete: true };
}

const graph = (version: string, facts: Readonly<Record<string, Facts | string>>): WholeGraph => ({
  distribution: { name: 'p', version },
  shards: new Map([['p', shardOf('p', { p: { kind: 'module' }, ...facts })]]),
});

const parameter = (name: string, more: Partial<GraphParameter> = {}): GraphParameter => ({
  ...{ name, kind: 'positional-or-keyword', defaultText: null, defaultType: null, annotation: null },
  ...more,
});

const called = (...parameters: readonly GraphParameter[]): Facts => ({
  kind: 'function',
  signature: { parameters, returns: null, from: 'source' },
});

const shown = ({ kind, path, breaks, below }: SymbolChange): string =>
  `${breaks ? '!' : ''}${kind} ${path}${below > 0 ? ` +${below}` : ''}`;

describe('two versions of a distribution', () => {
  it('are the same when nothing changed', () => {
    const one = graph('1', { 'p.f': called(parameter('a')), 'p.g': 'p.f' });
    expect(compareGraphs(one, one).changes).toEqual([]);
    expect(compareGraphs(one, one).counts).toMatchObject({ same: 3, breaking: 0 });
  });

  it('tell what came and went, once for all that is below', () => {
    const before = graph('1', {
      'p.C': { kind: 'type' },
      'p.C.m': called(),
      'p._x': {},
      'p.os': { reference: 'os' },
    });
    const after = graph('2', { 'p.D': { kind: 'type' }, 'p.D.m': called(), 'p.D.n': called() });
    expect(compareGraphs(before, after).changes.map(shown)).toEqual([
      '!removed p.C +1',
      'added p.D +2',
      'removed p._x',
      'removed p.os',
    ]);
  });

  it('break those who call when a needed argument is new, and not when one is added that may be left out', () => {
    const before = graph('1', { 'p.f': called(parameter('a')), 'p._g': called(parameter('a')) });
    const needs = called(parameter('a'), parameter('b'));
    const may = called(parameter('a'), parameter('b', { defaultText: 'None' }));
    expect(compareGraphs(before, graph('2', { 'p.f': needs, 'p._g': needs })).changes.map(shown)).toEqual([
      'changed p._g',
      '!changed p.f',
    ]);
    const change = compareGraphs(before, graph('2', { 'p.f': may, 'p._g': called(parameter('a')) })).changes;
    expect(change.map(shown)).toEqual(['changed p.f']);
    expect(change[0]?.what).toEqual(["takes 'b' too"]);
  });

  it('may move things that are still reached where they were', () => {
    const before = graph('1', { 'p.C': { kind: 'type' }, 'p.C.m': called(parameter('a')) });
    const moved = { 'p.new': { kind: 'module' }, 'p.new.C': { kind: 'type' }, 'p.C': 'p.new.C' } as const;
    const same = graph('2', { ...moved, 'p.new.C.m': called(parameter('a')) });
    expect(compareGraphs(before, same).changes.map(shown)).toEqual(['added p.new +2']);
    const other = graph('2', { ...moved, 'p.new.C.m': called(parameter('b')) });
    expect(compareGraphs(before, other).changes.map(shown)).toContain('!changed p.C.m');
    const away = graph('2', { 'p.C': { reference: 'q.C' } });
    expect(compareGraphs(before, away).changes.map(shown)).toEqual(['moved p.C +1']);
  });

  it('tell of kinds, traits and values', () => {
    const before = graph('1', { 'p.f': called(), 'p.g': called(), 'p.V': { value: '1' } });
    const after = graph('2', {
      'p.f': { kind: 'descriptor' },
      'p.g': { ...called(), traits: ['async'] },
      'p.V': { value: '2' },
    });
    const changes = compareGraphs(before, after).changes;
    expect(changes.map((one) => `${shown(one)}: ${one.effect}`)).toEqual([
      'changed p.V: meaning',
      '!changed p.f: calls',
      '!changed p.g: calls',
    ]);
  });

  it('ends with cycles of members', () => {
    const facts = { 'p.self': 'p', 'p.f': called() } as const;
    expect(compareGraphs(graph('1', facts), graph('2', facts)).changes).toEqual([]);
  });
});

describe('coverage', () => {
  it('counts callables by what is known of them', () => {
    const { shards, distribution } = graph('1', {
      'p.C': { kind: 'type', docstring: 'A class.' },
      'p.f': { kind: 'function', docstring: 'f(a, b=1)\n\nText.' },
      'p.g': { ...called(parameter('a')), docstring: 'Text.', docInherited: true },
      'p.h': {
        kind: 'function',
        signature: {
          parameters: [parameter('self'), parameter('a', { annotation: 'int' })],
          returns: 'str',
          from: 'stub',
        },
      },
      'p.v': {},
    });
    expect(coverageOf(distribution, shards.values())).toMatchObject({
      ...{ callables: 4, full: 2, partial: 1, annotated: 1, documented: 2, symbols: 6 },
      sources: { source: 1, stub: 1, docstring: 1 },
      unknown: ['p.C'],
    });
  });

  it('what is documented by the call of another thing is not known by it', () => {
    const { shards, distribution } = graph('1', {
      'p.C': { kind: 'type', docstring: 'open(path)\n\nText.' },
      'p.D': { kind: 'type', docstring: 'D(path)\n\nText.' },
    });
    const found = coverageOf(distribution, shards.values());
    expect(found).toMatchObject({ callables: 2, partial: 1, unknown: ['p.C'] });
    const argSpecs = Array.from(shards.values(), (shard) => graphArgSpecs(shard).size);
    expect(argSpecs).toEqual([1]);
  });
});
