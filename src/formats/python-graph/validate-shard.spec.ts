import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GraphNode, GraphShard, ValidatedShard } from './index.ts';
import { graphNode, validateShard } from './index.ts';

type Known = Partial<Omit<GraphNode, 'id' | 'members'>> & {
  readonly members?: Readonly<Record<string, number>>;
};

function shardOf(
  nodes: Readonly<Record<number, Known>>,
  root: number | null = 0,
  toplevel = 'xx',
): GraphShard {
  const made = Object.entries(nodes).map(([id, { members, ...known }]) => {
    const kind = known.reference == null ? ('object' as const) : null;
    return graphNode({ kind, ...known, id: Number(id), members: new Map(Object.entries(members ?? {})) });
  });
  return { toplevel, root, complete: true, nodes: new Map(made.map((node) => [node.id, node])) };
}

const namesOf = ({ shard }: ValidatedShard): Record<number, string | null> =>
  Object.fromEntries(Array.from(shard?.nodes.values() ?? [], (node) => [node.id, node.canonical]));
const codesOf = ({ troubles }: ValidatedShard): readonly string[] => troubles.map(({ code }) => code);

describe('making a shard valid', () => {
  it('C1 a name that is missing or leads nowhere becomes the shortest path, the first in the order of bytes', () => {
    const found = validateShard(
      shardOf({
        0: { canonical: 'xx', kind: 'module', members: { b: 1, a: 1, B: 2 } },
        1: { canonical: null },
        2: { canonical: 'xx.nowhere', members: { deep: 1 }, kind: 'type' },
      }),
    );
    expect(namesOf(found)).toEqual({ 0: 'xx', 1: 'xx.a', 2: 'xx.B' });
    expect(found.report).toMatchObject({ unresolvable: 2, incorrect: 0, orphans: 0 });
    expect(Array.from(found.shard?.nodes.get(0)?.members.keys() ?? [])).toEqual(['B', 'a', 'b']);
  });

  it('C1 a name whose parent is called differently takes the name of the parent', () => {
    const found = validateShard(
      shardOf({
        0: { canonical: 'xx', kind: 'module', members: { alias: 1, real: 1 } },
        1: { canonical: 'xx.real', kind: 'type', members: { f: 2 } },
        2: { canonical: 'xx.alias.f', kind: 'function' },
      }),
    );
    expect(namesOf(found)).toEqual({ 0: 'xx', 1: 'xx.real', 2: 'xx.real.f' });
    expect(found.report.differingParents).toBe(1);
  });

  it('C2 a name of another top-level makes an external node, whatever letters it begins with', () => {
    const found = validateShard(
      shardOf({
        0: { canonical: 'xx', kind: 'module', members: { K: 1 } },
        1: { canonical: 'xxx.K', kind: 'type', members: { f: 2 }, docstring: 'of K' },
        2: { canonical: 'xxx.K.f', kind: 'function' },
      }),
    );
    expect(found.shard?.nodes.get(1)).toEqual(graphNode({ id: 1, canonical: 'xxx.K', reference: 'xxx.K' }));
    expect(found.shard?.nodes.has(2)).toBe(false);
    expect(codesOf(found)).toEqual(['MPY024']);
    expect(found.report).toMatchObject({ madeExternal: 1, orphans: 1, internal: 1 });
  });

  it('C3 members, types and bases that are not there are removed and counted', () => {
    const found = validateShard(
      shardOf({
        0: { canonical: 'xx', kind: 'module', members: { a: 1, gone: 9 }, type: 8 },
        1: { canonical: 'xx.a', kind: 'type', members: { gone: 9, lost: 10 }, bases: [7, 0] },
      }),
    );
    expect(found.report).toMatchObject({
      droppedMembers: { module: 1, type: 2 },
      droppedTypes: 1,
      droppedBases: 1,
    });
    expect(found.shard?.nodes.get(1)).toMatchObject({ bases: [0], members: new Map() });
  });

  it('C4 a name that leads to another node is replaced by the path', () => {
    const found = validateShard(
      shardOf({
        0: { canonical: 'xx', kind: 'module', members: { a: 1, b: 2 } },
        1: { canonical: 'xx.a' },
        2: { canonical: 'xx.a' },
      }),
    );
    expect(namesOf(found)).toEqual({ 0: 'xx', 1: 'xx.a', 2: 'xx.b' });
    expect(codesOf(found)).toEqual(['MPY025']);
  });

  it('orphans go, references stay', () => {
    const found = validateShard(
      shardOf({
        0: { canonical: 'xx', kind: 'module' },
        1: { canonical: 'xx.lost' },
        2: { reference: 'yy.K' },
      }),
    );
    expect(namesOf(found)).toEqual({ 0: 'xx', 2: null });
    expect(found.report).toMatchObject({ orphans: 1, unnamedReferences: 0 });
  });

  it('a module that lies about its name is navigated by that name', () => {
    const found = validateShard(
      shardOf({
        0: { canonical: 'xx.native', kind: 'module', members: { f: 1 } },
        1: { canonical: 'xx.native.f', kind: 'function' },
      }),
    );
    expect(namesOf(found)).toEqual({ 0: 'xx.native', 1: 'xx.native.f' });
  });

  it('a shard without a root says nothing', () => {
    expect(validateShard(shardOf({ 0: { canonical: 'xx' } }, null)).shard).toBeUndefined();
    expect(codesOf(validateShard(shardOf({}, 5)))).toEqual(['MPY023']);
  });

  it('names such as __proto__ are names', () => {
    const members = new Map([
      ['__proto__', 1],
      ['constructor', 1],
    ]);
    const nodes = new Map([
      [0, graphNode({ id: 0, kind: 'module', canonical: 'xx', members })],
      [1, graphNode({ id: 1, kind: 'object' })],
    ]);
    const found = validateShard({ toplevel: 'xx', root: 0, complete: true, nodes });
    expect(namesOf(found)[1]).toBe('xx.__proto__');
  });

  it('C1 any graph becomes one that keeps all promises, and is then left as it is', () => {
    const part = fc.constantFrom('a', 'b', 'c', '__class__');
    const path = fc
      .tuple(fc.constantFrom('xx', 'xx', 'xx', 'xxx', 'y'), fc.array(part, { maxLength: 3 }))
      .map(([head, rest]) => [head, ...rest].join('.'));
    const node = fc.record({
      canonical: fc.option(path),
      reference: fc.option(fc.constant('y.z'), { freq: 5 }),
      kind: fc.constantFrom('type' as const, 'module' as const, 'object' as const),
      type: fc.option(fc.nat({ max: 9 })),
      bases: fc.array(fc.nat({ max: 9 }), { maxLength: 2 }),
      members: fc.dictionary(part, fc.nat({ max: 9 }), { maxKeys: 4 }),
    });
    fc.assert(
      fc.property(fc.array(node, { minLength: 1, maxLength: 8 }), (nodes) => {
        const raw = shardOf(Object.fromEntries(nodes.map((one, at) => [at, one])));
        const valid = validateShard(raw).shard;
        if (valid === undefined) throw new Error('no shard');
        checkPromises(valid);
        const again = validateShard(valid);
        expect(again.shard).toEqual(valid);
        expect(again.troubles).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });
});

/** Reachable; members there; names lead to their nodes, and those of parents are their beginnings. */
function checkPromises(shard: GraphShard): void {
  const root = shard.nodes.get(shard.root ?? -1);
  if (root === undefined) throw new Error('no root');
  const skipped = root.canonical?.split('.').length ?? 1;
  const navigate = (path: string): GraphNode | undefined => {
    let node: GraphNode | undefined = root;
    for (const part of path.split('.').slice(skipped)) node = shard.nodes.get(node?.members.get(part) ?? -1);
    return node;
  };
  const seen = new Set<number>();
  const queue = [root];
  for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
    if (seen.has(node.id)) continue;
    seen.add(node.id);
    for (const id of node.members.values()) {
      const member = shard.nodes.get(id);
      if (member === undefined) throw new Error('a member is missing');
      queue.push(member);
    }
  }
  for (const node of shard.nodes.values()) {
    if (node.reference !== null) continue;
    expect(seen).toContain(node.id);
    expect(navigate(node.canonical ?? '')).toBe(node);
    const parent = node.canonical?.slice(0, node.canonical.lastIndexOf('.')) ?? '';
    if (node !== root) expect(navigate(parent)?.canonical).toBe(parent);
  }
}
