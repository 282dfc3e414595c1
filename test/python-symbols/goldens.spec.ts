import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  hashPath,
  isExternal,
  lookUp,
  makeIndex,
  type SymbolNode,
  viewGraph,
} from '../../src/formats/pyresources/index.ts';
import { translateShard } from '../../src/python-build/index.ts';
import { graphArgSpecs, graphDocumentation } from '../../src/python-symbols/index.ts';
import { Laboratory, type ReadGraph, versionOf } from '../python-explorer/laboratory.ts';

/** The numbers hold for what they were measured on: CPython 3.11.7, and `requests` of Debian 12. */
const isMeasured = versionOf().startsWith('3.11.') && versionOf('requests') === '2.28.1';
const packages = ['requests', 'urllib3', 'idna', 'certifi', 'chardet', 'charset_normalizer', 'six'];

let laboratory: Laboratory;
const graphs = new Map<string, ReadGraph>();
const graph = (key: string): ReadGraph => graphs.get(key) as ReadGraph;
const nodesOf = (key: string, name: string): readonly SymbolNode[] =>
  translateShard(graph(key).shard(name), () => undefined);

beforeAll(async () => {
  laboratory = new Laboratory();
  const site = laboratory.siteOf(packages, 'site-requests');
  for (const rules of ['original', 'packmill'] as const) {
    const json = await laboratory.explore('builtin-stdlib', [], { rules, toplevels: ['json'] });
    const requests = await laboratory.explore('requests', [site], { rules });
    graphs.set(`${rules} json`, json.graph.validated());
    graphs.set(`${rules} requests`, requests.graph.validated());
  }
}, 60_000);

afterAll(() => laboratory.remove());

const edges = (nodes: readonly SymbolNode[]): readonly [number, number] => {
  const all = nodes.flatMap(({ children }) => [...children.values()]);
  return [all.length, all.filter(isExternal).length];
};

describe('symbol graphs', () => {
  it('D1 that of json has the root first, and each path leads to its own node', () => {
    const nodes = nodesOf('original json', 'json');
    if (isMeasured) {
      expect(nodes.length).toBe(50);
      expect(edges(nodes)).toEqual([135, 43]);
    }
    for (const rules of ['original', 'packmill']) {
      const all = nodesOf(`${rules} json`, 'json');
      expect(all[0]).toMatchObject({ kind: 'module', canonical: { parts: ['json'] } });
      const view = viewGraph(new Map([['json', all]]));
      all.forEach(({ canonical }, index) => {
        expect(lookUp(view, canonical.parts)).toMatchObject({ found: 'node', index });
      });
    }
  });

  it('D2 that of requests has the numbers', () => {
    const nodes = nodesOf('original requests', 'requests');
    if (isMeasured) {
      expect(nodes.length).toBe(303);
      expect(edges(nodes)).toEqual([1201, 524]);
    }
    expect(nodes[0]?.canonical.parts).toEqual(['requests']);
  });

  it('D11 the index tells who has a top-level', () => {
    const index = makeIndex([
      [{ name: 'builtin-stdlib', version: '' }, graph('packmill json').shards.keys()],
      [{ name: 'requests', version: '2.28.1' }, graph('packmill requests').shards.keys()],
    ]);
    expect(Object.fromEntries(index)).toEqual({
      json: [{ name: 'builtin-stdlib', version: '' }],
      requests: [{ name: 'requests', version: '2.28.1' }],
    });
  });
});

describe('tables by symbol', () => {
  it('D7 has the signatures', () => {
    const json = graphArgSpecs(graph('original json').shard('json'), 'original');
    const requests = graphArgSpecs(graph('original requests').shard('requests'), 'original');
    if (isMeasured) expect([json.size, requests.size]).toEqual([26, 220]);
    const dumps = json.get(hashPath('json.dumps'));
    expect(dumps?.kwarg).toBe('kw');
    expect(
      dumps?.args.map(
        ({ name, defaultValue, keywordOnly }) => `${keywordOnly ? '*' : ''}${name}=${defaultValue}`,
      ),
    ).toEqual([
      'obj=',
      ...['*skipkeys=False', '*ensure_ascii=True', '*check_circular=True', '*allow_nan=True', '*cls=None'],
      ...['*indent=None', '*separators=None', '*default=None', '*sort_keys=False'],
    ]);
    const get = requests.get(hashPath('requests.api.get'));
    expect(get?.args).toMatchObject([
      { name: 'url', defaultValue: '' },
      { name: 'params', defaultValue: 'None', defaultType: 'types.NoneType' },
    ]);
    expect(get?.kwarg).toBe('kwargs');
  });

  it('D8 has the documentation, by our rules without that of the classes of objects', () => {
    const sizes = (['original', 'packmill'] as const).map((rules) => [
      graphDocumentation(graph('original json').shard('json'), rules).size,
      graphDocumentation(graph('original requests').shard('requests'), rules).size,
    ]);
    if (isMeasured)
      expect(sizes).toEqual([
        [43, 271],
        [24, 227],
      ]);
    const ours = graphDocumentation(graph('packmill json').shard('json'));
    expect(ours.get(hashPath('json.dumps'))?.text).toMatch(
      /^Serialize ``obj`` to a JSON formatted ``str``\./,
    );
  });
});
