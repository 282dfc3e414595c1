import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { validateShard } from '../../src/formats/python-graph/index.ts';
import { Laboratory, type ReadGraph, versionOf, written } from './laboratory.ts';

const packages = ['requests', 'urllib3', 'idna', 'certifi', 'chardet', 'charset_normalizer', 'six'];

let laboratory: Laboratory;
let site: string;
let json: ReadGraph;
let originalJson: ReadGraph;
let requests: ReadGraph;
let originalRequests: ReadGraph;

const summed = (dropped: Readonly<Record<string, number | undefined>>): number =>
  Object.values(dropped).reduce((sum: number, one) => sum + (one ?? 0), 0);

beforeAll(async () => {
  laboratory = new Laboratory();
  site = laboratory.siteOf(packages);
  const toplevels = ['json'];
  json = (await laboratory.explore('builtin-stdlib', [], { toplevels, version: '3.11' })).graph;
  originalJson = (await laboratory.explore('builtin-stdlib', [], { toplevels, rules: 'original' })).graph;
  requests = (await laboratory.explore('requests', [site])).graph;
  originalRequests = (await laboratory.explore('requests', [site], { rules: 'original' })).graph;
}, 60_000);

afterAll(() => laboratory.remove());

// The numbers are those of CPython 3.11 and requests 2.28.1; others have other members.
const isMeasured = versionOf().startsWith('3.11.');
const isExactly = versionOf() === '3.11.7';
const isMeasuredRequests = isMeasured && versionOf('requests') === '2.28.1';

describe('json of the standard library', () => {
  it('B5 has by the rules of the original the kinds and numbers that were measured', () => {
    const { root } = originalJson.shard('json');
    expect(originalJson.shard('json').nodes.get(root ?? -1)?.canonical).toBe('json');
    const counts = originalJson.counts('json');
    if (isMeasured) {
      expect(counts).toEqual({ function: 23, object: 19, type: 6, module: 5, reference: 22 });
    }
    const { report } = validateShard(originalJson.shard('json'));
    if (isMeasured) {
      expect(report).toMatchObject({
        nodesBefore: 75,
        nodesAfter: 72,
        internal: 50,
        orphans: 3,
        incorrect: 0,
      });
      // flags of `enum` got one attribute more between 3.11.2 and 3.11.7
      expect(report.droppedMembers).toEqual({ object: isExactly ? 339 : expect.any(Number), function: 22 });
      expect(report.unresolvable + report.unnamedReferences).toBe(22);
    }
    expect(originalJson.validated().counts('json').module).toBe(5);
  });

  it('B5 has by our rules the same without the three types of the interpreter, which are references', () => {
    const before = new Set(
      Array.from(
        originalJson.validated().shard('json').nodes.values(),
        (node) => node.reference ?? node.canonical,
      ),
    );
    const { report, shard } = validateShard(json.shard('json'));
    const after = new Set(
      Array.from(shard?.nodes.values() ?? [], (node) => node.reference ?? node.canonical),
    );
    expect(report).toMatchObject({ orphans: 0, droppedTypes: 0, droppedMembers: {} });
    const gone = Array.from(before).filter((path) => !after.has(path));
    const come = Array.from(after).filter((path) => !before.has(path));
    // the type of functions lived on below the first function that was found; its module's was an orphan
    expect(gone).toEqual(
      ['json.detect_encoding.__class__', 'builtins.object.__init__'].slice(0, gone.length),
    );
    expect(come.sort()).toEqual(['types.FunctionType', 'types.ModuleType']);
    if (isMeasured) expect([report.nodesBefore, report.nodesAfter, report.internal]).toEqual([72, 72, 49]);
  });

  it('B5 has exactly the members of the root', () => {
    const names = [
      ...['JSONDecodeError', 'JSONDecoder', 'JSONEncoder', '_default_decoder', '_default_encoder', 'codecs'],
      ...['decoder', 'detect_encoding', 'dump', 'dumps', 'encoder', 'load', 'loads', 'scanner', 'tool'],
    ];
    expect(Array.from(json.at('json')?.members.keys() ?? [])).toEqual(names);
    expect(Array.from(originalJson.at('json')?.members.keys() ?? [])).toEqual(names);
  });

  it('B6 refers to what is elsewhere, and knows two names of one thing', () => {
    for (const graph of [json, originalJson]) {
      expect(graph.at('json.codecs')).toMatchObject({ reference: 'codecs', kind: null });
      expect(graph.at('json.decoder.scanstring')?.reference).toBe('_json.scanstring');
      expect(graph.at('json.JSONEncoder')?.id).toBe(graph.at('json.encoder.JSONEncoder')?.id);
      expect(graph.at('json.JSONEncoder')?.canonical).toBe('json.encoder.JSONEncoder');
      const [base] = graph.at('json.JSONDecodeError')?.bases ?? [];
      expect(graph.shard('json').nodes.get(base ?? -1)?.reference).toBe('builtins.ValueError');
    }
  });

  it('B7 has the signatures', () => {
    const dumps = json.at('json.dumps')?.signature;
    expect(written(dumps)).toBe(
      'obj, *, skipkeys=False, ensure_ascii=True, check_circular=True, allow_nan=True, cls=None, indent=None, separators=None, default=None, sort_keys=False, **kw',
    );
    const types = new Map(dumps?.parameters.map(({ name, defaultType }) => [name, defaultType]));
    expect(types.get('skipkeys')).toBe('builtins.bool');
    expect(types.get('cls')).toBe('types.NoneType');
    const encoder = json.at('json.JSONEncoder')?.signature?.parameters ?? [];
    expect(encoder.length).toBe(8);
    expect(encoder.every(({ kind }) => kind === 'keyword-only')).toBe(true);
    expect(json.at('json.JSONEncoder.__init__')?.signature?.parameters[0]?.name).toBe('self');
  });

  it('names the distribution of a reference', () => {
    expect(json.at('json.codecs')?.origin?.name).toBe('builtin-stdlib');
    expect(requests.at('requests.certs.where')?.origin?.name).toBe('certifi');
  });
});

describe('requests of the system', () => {
  it('B8 has by the rules of the original the kinds and numbers that were measured', () => {
    expect(Array.from(originalRequests.shards.keys())).toEqual(['requests']);
    const { report } = validateShard(originalRequests.shard('requests'));
    if (isMeasuredRequests) {
      expect(originalRequests.counts('requests')).toEqual({
        ...{ function: 177, reference: 147, type: 51, object: 44, module: 17, descriptor: 17 },
      });
      expect(report).toMatchObject({ nodesBefore: 453, nodesAfter: 450, internal: 303, orphans: 3 });
      expect(summed(report.droppedMembers)).toBe(1354);
      expect(originalRequests.validated().counts('requests')).toMatchObject({
        ...{ function: 176, type: 49, object: 44, module: 17, descriptor: 17 },
      });
    }
    expect(report.incorrect).toBe(0);
  });

  it('B8 refers to what it was imported from', () => {
    for (const graph of [requests, originalRequests]) {
      const references = new Set(
        Array.from(graph.shard('requests').nodes.values(), (node) => node.reference),
      );
      for (const path of ['urllib3.exceptions.MaxRetryError', 'http.cookiejar.CookieJar', 'certifi.where']) {
        expect(references).toContain(path);
      }
      expect(references).toContain('collections.OrderedDict');
    }
  });

  it('B8 knows more that is elsewhere by our rules, and loses nothing', () => {
    const paths = (graph: ReadGraph): Set<string> =>
      new Set(
        Array.from(graph.validated().shard('requests').nodes.values()).flatMap(({ canonical, reference }) =>
          reference === null && canonical !== null ? [canonical] : [],
        ),
      );
    const [ours, original] = [paths(requests), paths(originalRequests)];
    const gone = Array.from(original).filter((path) => !ours.has(path));
    // each of them: a type of the interpreter below the first object that had it, or imported into the package itself
    for (const path of gone) {
      const isTypeOfInterpreter = path.includes('.__class__') || requests.at(path) === undefined;
      expect([path, isTypeOfInterpreter || requests.at(path)?.reference !== null]).toEqual([path, true]);
    }
    expect(Array.from(ours).filter((path) => !original.has(path))).toEqual([]);
  });

  it('B9 without a dependency the import fails, which is told, and there is no shard', async () => {
    const { exploration, graph } = await laboratory.explore('requests', [
      laboratory.siteOf(['requests'], 'alone'),
    ]);
    expect(exploration.succeeded).toBe(false);
    expect(exploration.end).toEqual({ kind: 'exited', code: 1 });
    expect(graph.shards.size).toBe(0);
    const codes = exploration.summary.troubles.map(({ code }) => code);
    expect(codes).toEqual(['MPY004', 'MPY008']);
    expect(exploration.summary.troubles[0]?.why).toMatch(/ModuleNotFoundError: No module named/);
  });

  it('B10 has one node for two paths, and the kinds', () => {
    expect(requests.at('requests.get')).toBe(requests.at('requests.api.get'));
    expect(requests.at('requests.get')?.canonical).toBe('requests.api.get');
    expect(written(requests.at('requests.get')?.signature)).toBe('url, params=None, **kwargs');
    expect(requests.at('requests.Response')?.canonical).toBe('requests.models.Response');
    expect(requests.at('requests.compat.JSONDecodeError')?.reference).toBe('json.decoder.JSONDecodeError');
    expect(requests.at('requests.models.Response.text')).toMatchObject({
      kind: 'descriptor',
      traits: ['property'],
    });
    expect(written(requests.at('requests.exceptions.HTTPError')?.signature)).toBe('*args, **kwargs');
  });

  it('B11 requests.codes is an object without members', () => {
    expect(requests.at('requests.codes')?.kind).toBe('object');
    expect(requests.at('requests.codes.ok')).toBeUndefined();
    const valid = originalRequests.validated();
    expect(valid.at('requests.codes.ok')).toBeUndefined();
  });

  it('gives the same bytes twice', async () => {
    const one = await laboratory.explore('requests', [site], { jobs: 1 });
    const two = await laboratory.explore('requests', [site], { jobs: 2 });
    expect(readFileSync(two.output, 'utf8')).toBe(readFileSync(one.output, 'utf8'));
  });

  it('does nothing when nothing has changed', async () => {
    const { output } = await laboratory.explore('requests', [site]);
    const { explore } = await import('../../src/python-explorer/index.ts');
    const again = await explore({
      environment: { python: '/usr/bin/python3', prefixes: [], site: [site] },
      distribution: { name: 'requests', version: '1.0' },
      output,
      cage: laboratory.cage,
    });
    expect(again.recorded).toBe(true);
    expect(again.summary.toplevels.map(({ toplevel }) => toplevel)).toEqual(['requests']);
    laboratory.files('site-requests', { 'requests/new_module.py': 'X = 1\n' });
    const changed = await explore({
      environment: { python: '/usr/bin/python3', prefixes: [], site: [site] },
      distribution: { name: 'requests', version: '1.0' },
      output,
      cage: laboratory.cage,
    });
    expect(changed.recorded).toBe(false);
  });
});
