import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  decodeDatafile,
  decodeToplevelFacts,
  hashPath,
  type ResourceKind,
  type ResourceTypes,
} from '../../src/formats/pyresources/index.ts';
import { findCorpus } from '../../src/python-build/builder-work.ts';
import { allBuilders, runAlone } from '../../src/python-build/index.ts';
import { managerInput, openManager, readIndex, readManifest } from '../../src/python-resources/index.ts';
import { Laboratory, versionOf } from '../python-explorer/laboratory.ts';
import { Farmyard } from './farmyard.ts';

const packmill = join(import.meta.dirname, '../../bin/packmill');
const examples = join(import.meta.dirname, '../../examples/python/corpora');
const version = versionOf('requests');
const call = (name: string, its: string, ...more: readonly string[]): string => {
  const stem = `${name}__${its}`;
  const words = ['python', '-m', 'packmill_probe', name, its, `${stem}.json`, `${stem}.log`, ...more];
  return `ENTRYPOINT ${JSON.stringify(words)}\n`;
};

// one build with the example corpora, beside the real requests and a part of the standard library
let yard: Farmyard;
beforeAll(async () => {
  yard = new Farmyard();
  const laboratory = new Laboratory();
  const packages = ['requests', 'urllib3', 'idna', 'certifi', 'chardet', 'charset_normalizer', 'six'];
  cpSync(laboratory.siteOf(packages), yard.site, { recursive: true });
  laboratory.remove();
  yard.setUp('');
  yard.write(yard.path(`dockerfiles/build/requests__${version}`), call('requests', version));
  yard.write(
    yard.path('dockerfiles/build/builtin-stdlib__3'),
    call('builtin-stdlib', '3', '--toplevel', 'json', 'builtins'),
  );
  cpSync(examples, yard.path('corpora'), { recursive: true });
  const { failed } = await yard.build({ jobs: 2, goals: ['build', 'toplevel', 'build/analyzed.json.gz'] });
  expect(failed).toEqual([]);
}, 60_000);
afterAll(() => yard.end());

function data<K extends ResourceKind>(kind: K, name = 'requests'): ResourceTypes[K] {
  const entry = yard.manifest().find(({ distribution }) => distribution.name === name);
  return decodeDatafile(kind, readFileSync(entry?.paths.get(kind) ?? `no ${kind} of ${name}`));
}

test('each corpus of the examples becomes data, and nothing is left out for want of one', async () => {
  const { leftOut, made } = await yard.build();
  expect(made).toEqual([]);
  expect(leftOut.map(({ without }) => without)).toEqual(Array(4).fill('build/typeshed'));
  const [stdlib, requests] = yard.kinds();
  for (const kinds of [stdlib, requests])
    expect(kinds).toMatch(
      /Documentation Kwargs PopularSignatures ReturnTypes SignatureStats SymbolCounts Symbol/,
    );
});

test('compat leads former nodes to the symbols of today, and says what is lost', () => {
  const text = gunzipSync(readFileSync(yard.path('build/compat.json.gz'))).toString('utf8');
  // its hashes are larger than what JSON.parse reads exactly
  expect(text).toContain(
    '"2":{"Dist":{"Name":"builtin-stdlib","Version":"3"},"Path":{"Hash":4880626784815355443,"Parts":["json","dumps"]}}',
  );
  expect(text).toContain('"Hash":17424217964472610980,"Parts":["requests","api","get"]');
  const symbols = JSON.parse(text) as Record<string, { Path: { Parts: readonly string[] } }>;
  expect(
    Object.fromEntries(Object.entries(symbols).map(([id, one]) => [id, one.Path.Parts.join('.')])),
  ).toEqual({
    1: 'json',
    2: 'json.dumps',
    3: 'json.encoder.JSONEncoder',
    4: 'json.encoder',
    5: 'requests',
    6: 'requests.api.get',
    7: 'requests.sessions',
    8: 'requests.sessions.Session',
  });
  expect(yard.text('build/compat.json.gz.log')).toContain("top-level 'requests': 1 nodes lead to no symbol");
});

test('docs have the HTML of former nodes beside the text of today', () => {
  const get = data('Documentation').get(hashPath('requests.api.get'));
  expect(get?.html).toBe('<p>Sends a GET request.</p>');
  expect(get?.text).toMatch(/^Sends a GET request\./);
  expect(data('Documentation', 'builtin-stdlib').get(hashPath('json.dumps'))?.html).toContain(
    '<code>obj</code>',
  );
});

test('kwargs are the plausible names, without those of parameters and without slips of the pen', () => {
  expect(data('Kwargs').get(hashPath('requests.api.get'))).toEqual({
    name: 'kwargs',
    kwargs: [
      { name: 'headers', types: ['dict'] },
      { name: 'timeout', types: ['int', 'float'] },
      { name: 'verify', types: ['bool', 'str'] },
    ],
  });
  expect(data('Kwargs', 'builtin-stdlib').get(hashPath('json.dumps'))?.kwargs).toEqual([
    { name: 'encoding', types: ['str'] },
  ]);
});

test('counts of a path count for the paths above it, save for what was imported by exactly that name', () => {
  const counts = data('SymbolCounts');
  expect(counts.get('requests')).toEqual({
    ...{ imports: 552, names: 110, attributes: 890, expressions: 980, importsOfThis: 500 },
    aliases: new Map([['rq', 6]]),
  });
  expect(counts.get('requests.exceptions')).toMatchObject({ imports: 12, importsOfThis: 0 });
  expect(yard.text('build/symbolcounts.json.log')).toContain(
    "MPY408 top-level 'numpy': 1 belong to no symbol",
  );
});

test('sigpatterns tell how functions are called, and how often each argument is given', async () => {
  const get = data('PopularSignatures').get(hashPath('requests.api.get'));
  expect(
    get?.map((one) => [
      one?.args.map((arg) => arg?.name),
      one?.languageDetails.python?.kwargs.map((arg) => arg?.name),
    ]),
  ).toEqual([
    [['url'], []],
    [['url'], ['timeout']],
    [['url'], ['params']],
  ]);
  // the call that gives 'params' twice does not count
  expect(get?.map((one) => one?.frequency)).toEqual([60 / 99, 25 / 99, 14 / 99]);
  const timeout = get?.[1]?.languageDetails.python?.kwargs[0];
  expect(timeout?.types.map((type) => [type?.id, type?.examples, type?.frequency])).toEqual([
    [{ id: 'builtins.int', language: 5 }, ['10', '5'], 0.8],
    [{ id: 'builtins.float', language: 5 }, ['0.5'], 0.2],
  ]);
  const { manager } = openManager(
    managerInput(readManifest(yard.path('build/manifest.json')), readIndex(yard.path('build/distidx.json'))),
  );
  const symbol = await manager.pathSymbol('requests.get');
  expect(await manager.keywordArgFrequency(symbol, 'timeout')).toBe(25);
  expect(await manager.cumulativeNumArgsFrequency(symbol, 1)).toBe(1);
  expect(await manager.numArgsFrequency(symbol, 1)).toBe(60 / 99);
  expect((await manager.kwargs(symbol))?.kwargs.length).toBe(3);
  expect((await manager.symbolCounts(symbol))?.expressions).toBe(860);
  manager.close();
});

test('return types of sources, of what was seen and of what was guessed are united', () => {
  const returns = data('ReturnTypes');
  // its documentation (4), and what was seen (8)
  expect(returns.get(hashPath('requests.api.get'))?.get('requests.models.Response')).toBe(12);
  const stdlib = data('ReturnTypes', 'builtin-stdlib').get(hashPath('json.dumps'));
  expect(Object.fromEntries(stdlib ?? [])).toEqual({ 'builtins.str': 16 });
  const typesOf = (path: string): object => Object.fromEntries(returns.get(hashPath(path)) ?? []);
  // a guess counts when it is better than chance and nothing else is known
  expect(typesOf('requests.utils.super_len')).toEqual({ 'builtins.int': 16 });
  expect(typesOf('requests.utils.is_ipv4_address')).toEqual({ 'builtins.bool': 5 });
  expect(typesOf('requests.sessions.session')).toEqual({
    // its sources alone (1), and its documentation (4)
    'requests.sessions.Session': 5,
  });
});

test('the facts of top-levels have documentation and counts', () => {
  const facts = decodeToplevelFacts(readFileSync(yard.path('build/toplevel.msgpack.gz')));
  const requests = facts.get(`requests\n${version}`)?.get('requests');
  expect(requests?.docs?.text).toContain('Requests HTTP Library');
  expect(requests?.counts?.importsOfThis).toBe(500);
  expect(facts.get('builtin-stdlib\n3')?.get('json')?.counts?.names).toBe(30);
});

test('what was parsed of sources is one file by distribution', () => {
  const analyzed = JSON.parse(
    gunzipSync(readFileSync(yard.path('build/analyzed.json.gz'))).toString('utf8'),
  ) as Record<string, readonly (readonly { readonly module: string }[])[]>;
  expect(Object.keys(analyzed)).toEqual([`requests==${version}`]);
  expect(analyzed[`requests==${version}`]?.flat().map(({ module }) => module)).toContain('requests.api');
});

test('one builder alone makes what the build makes of the same files', async () => {
  const graphs = ['builtin-stdlib__3', `requests__${version}`].map((stem) =>
    yard.path(`build/rawgraph/${stem}.valid.json`),
  );
  const files = {
    graphs,
    graph: [yard.path('build/symgraphs.json')],
    distidx: [yard.path('build/distidx.json')],
    compat: [yard.path('build/compat.json.gz')],
    argspecs: [yard.path('build/argspec_graph_manifest.json')],
    analyzed: [yard.path('build/analyzed.json.gz')],
    returns: [yard.path('build/docs_returntypes.json')],
    manifest: [yard.path('build/manifest_lean.json')],
  };
  const folder = yard.path('alone');
  const withStubs = new Set(['pyversion', 'stubs', 'stubgraphs', 'typeshed']);
  for (const { name, output } of allBuilders.filter((one) => !withStubs.has(one.name))) {
    const found = findCorpus(yard.path('corpora'), name);
    const order = { name, files, corpus: found, folder, data: yard.path('build/data') };
    expect(await runAlone({ ...order, say: () => {}, signal: AbortSignal.timeout(60_000) })).toBe(
      `${folder}/${output}`,
    );
    expect(readFileSync(`${folder}/${output}`, 'base64'), name).toBe(
      readFileSync(yard.path(`build/${output}`), 'base64'),
    );
  }
});

test('A13 with corpora, too, one at a time and many at a time give the same bytes', async () => {
  const [one, many] = [yard.copyTo('one'), yard.copyTo('many')];
  for (const root of [one, many]) {
    // what was explored stays; everything that is made of it is made anew
    for (const name of readdirSync(join(root, 'build')))
      if (!['dockerimages', 'explored', 'rawgraph', '.state'].includes(name))
        rmSync(join(root, 'build', name), { recursive: true });
    const { failed } = await yard.build({ root, jobs: root === one ? 1 : 32, goals: ['build', 'toplevel'] });
    expect(failed).toEqual([]);
  }
  const [first, second] = [one, many].map((root) => ({
    data: yard.files(join(root, 'build/data')),
    ...Object.fromEntries(
      ['manifest.json', 'compat.json.gz', 'toplevel.msgpack.gz'].map((name) => [
        name,
        readFileSync(join(root, 'build', name), 'latin1').replaceAll(root, ''),
      ]),
    ),
  }));
  expect(Object.keys(first?.data ?? {}).length).toBeGreaterThan(15);
  expect(second).toEqual(first);
});

test('a corpus may be packed, or a folder of files; what is damaged or missing is told with a code', async () => {
  const text = readFileSync(join(examples, 'symbolcounts.ndjson'));
  const [first = '', ...rest] = text.toString('utf8').split('\n');
  yard.write(yard.path('parts/a.ndjson'), `${first}\n`);
  writeFileSync(yard.path('parts/b.ndjson.gz'), gzipSync(rest.join('\n')));
  yard.write(yard.path('parts/notes.txt'), 'no rows');
  const run = (name: string, corpus: string, more: object = {}): Promise<string> =>
    runAlone({
      ...{ name, corpus, folder: yard.path('packed'), data: yard.path('build/data') },
      files: { graph: [yard.path('build/symgraphs.json')], ...more },
      ...{ say: () => {}, signal: AbortSignal.timeout(60_000) },
    });
  await run('symbolcounts', yard.path('parts'));
  expect(yard.text('packed/symbolcounts.json')).toBe(yard.text('build/symbolcounts.json'));
  const packed = gzipSync(text);
  for (const length of [0, 5, 20, packed.length - 1]) {
    writeFileSync(yard.path('cut.ndjson.gz'), packed.subarray(0, length));
    await expect(run('symbolcounts', yard.path('cut.ndjson.gz')), `${length}`).rejects.toThrow('MPY413');
  }
  const stubs = { stubs: [yard.path('cut.ndjson.gz')] };
  await expect(run('typeshed', yard.path('parts'), stubs)).rejects.toThrow('MPY412');
  await expect(run('kwargs', yard.path('parts'), { compat: stubs.stubs })).rejects.toThrow('MPY407');
  await expect(run('typeshed', yard.path('parts'))).rejects.toThrow('MPY410');
});

test('corpora are made of code that uses distributions, without running it', async () => {
  const project = yard.path('project');
  yard.write(
    join(project, 'main.py'),
    [
      'import json, requests as rq, requests.exceptions',
      'from requests import get as http_get, Session',
      'from helper import post',
      'raise SystemExit("this never runs")',
      'def load(url, get=None):',
      '    answer = rq.get("https://example.org", timeout=10)',
      '    rq.get(url, timeout=2.5)',
      '    http_get(url, headers={}, verify=False)',
      '    try:',
      '        return json.dumps(answer, indent=2)',
      '    except requests.exceptions.HTTPError as requests_error:',
      '        return post(get(url), requests_error)',
      'json.dumps(*[1])',
    ].join('\n'),
  );
  yard.write(join(project, 'helper.py'), 'import json\njson = None\ndef post(*a): return json.dumps(a)\n');
  yard.write(join(project, 'old.py'), 'print "x"\n');
  const out = yard.path('collected');
  const told = spawnSync(packmill, ['py', 'corpus', project, '--out', out], { encoding: 'utf8' });
  expect(told).toMatchObject({
    status: 0,
    stdout: '2 files read; rows: symbolcounts 7, sigpatterns 2, kwargs 2\n',
  });
  expect(told.stderr).toContain(`MPY411 '${join(project, 'old.py')}' cannot be read`);
  const rows = (name: string): readonly unknown[] =>
    readFileSync(join(out, `${name}.ndjson`), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  // 'get' is a parameter of the function, and 'json' is bound anew in the other file
  expect(rows('symbolcounts')).toEqual([
    { Symbol: 'json', Data: { Import: 2 } },
    { Symbol: 'json.dumps', Data: { Attribute: 2, Expr: 2 } },
    { Symbol: 'requests', Data: { Import: 1, ImportAliases: { rq: 1 } } },
    { Symbol: 'requests.Session', Data: { Import: 1 } },
    { Symbol: 'requests.exceptions', Data: { Import: 1 } },
    { Symbol: 'requests.exceptions.HTTPError', Data: { Attribute: 1, Expr: 1 } },
    {
      Symbol: 'requests.get',
      Data: { Import: 1, Name: 1, Attribute: 2, Expr: 3, ImportAliases: { http_get: 1 } },
    },
  ]);
  for (const name of ['symbolcounts', 'sigpatterns', 'kwargs'] as const)
    await runAlone({
      ...{ name, corpus: join(out, `${name}.ndjson`), folder: out },
      files: { graph: [yard.path('build/symgraphs.json')], argspecs: [yard.path('build/argspecs.json')] },
      ...{ say: () => {}, signal: AbortSignal.timeout(60_000) },
    });
  const [, requests] = yard.manifest('collected/kwargs.json');
  const kwargs = decodeDatafile('Kwargs', readFileSync(requests?.paths.get('Kwargs') ?? ''));
  expect(kwargs.get(hashPath('requests.api.get'))).toEqual({
    name: 'kwargs',
    kwargs: [
      { name: 'timeout', types: ['float', 'int'] },
      { name: 'headers', types: ['dict'] },
      { name: 'verify', types: ['bool'] },
    ],
  });
});

test('the command of one builder tells what there is, and what is missing', () => {
  const ask = (...words: readonly string[]): ReturnType<typeof spawnSync> =>
    spawnSync(packmill, ['py', 'builder', ...words], { encoding: 'utf8', cwd: yard.root });
  expect(ask('list').stdout).toContain('kwargs.json, needs graph, corpus; reads, if given, distidx');
  expect(ask('kwarg').stderr).toContain("MPY409 there is no builder 'kwarg'");
  const graph = ['--graph', 'build/symgraphs.json'];
  expect(ask('symbolcounts', ...graph)).toMatchObject({ status: 2 });
  expect(ask('symbolcounts', ...graph, '--corpus', 'none').stderr).toContain('MPY413');
  // without an index the one of the graphs counts
  const made = ask(
    'symbolcounts',
    ...graph,
    '--corpus',
    'corpora/symbolcounts.ndjson',
    '-o',
    'by-hand/counts.json',
  );
  expect(made).toMatchObject({ status: 0, stdout: `${yard.path('by-hand/counts.json')}\n` });
  expect(made.stderr).toContain('MPY408');
  expect(yard.kinds('by-hand/counts.json')).toEqual([
    'builtin-stdlib==3: SymbolCounts',
    `requests==${version}: SymbolCounts`,
  ]);
  expect(yard.text('by-hand/counts.json')).toContain(yard.path('by-hand/data/requests/'));
});

test('a question about a symbol tells how code uses it', () => {
  const { stdout } = spawnSync(packmill, ['py', 'query', 'requests.get'], {
    encoding: 'utf8',
    cwd: yard.root,
  });
  expect(stdout).toContain('used       860 times in what was counted');
  expect(stdout).toContain(
    'called     get(url) 61 %; get(url, timeout=10) 25 %; get(url, params=payload) 14 %',
  );
  expect(stdout).toContain('keywords   headers, timeout, verify');
});

test('a line that cannot be read is told, and the others count; without its corpus a step is left out and says so', async () => {
  const before = data('SymbolCounts').get('json');
  yard.write(
    yard.path('corpora/symbolcounts.ndjson'),
    `${readFileSync(join(examples, 'symbolcounts.ndjson'), 'utf8')}{"Symbol": "json"\n{"Symbol": 1}\n{"Symbol": "a..b", "Data": {}}\n{"Symbol": "json", "Data": {"Name": -1}}\n`,
  );
  rmSync(yard.path('corpora/kwargs.ndjson'));
  const { made, leftOut } = await yard.build();
  // with the same result as before, so that nothing behind it is made
  expect(made).toEqual(['build/symbolcounts.json']);
  expect(data('SymbolCounts').get('json')).toEqual(before);
  const log = yard.text('build/symbolcounts.json.log') ?? '';
  for (const [line, what] of [
    [6, 'it is not JSON'],
    [7, "'Data' is no object"],
    [8, "'Symbol' is no path"],
    [9, "'Name' is no count"],
  ])
    expect(log).toMatch(new RegExp(`MPY406 .*symbolcounts.ndjson:${line}: ${what}`));
  expect(leftOut).toContainEqual({ target: 'build/kwargs.json', without: 'corpora/kwargs.ndjson' });
  const ask = (...words: readonly string[]): string =>
    spawnSync(packmill, ['py', 'build', ...words], { encoding: 'utf8', cwd: yard.root }).stdout;
  expect(ask('--explain', 'build/kwargs.json')).toBe(
    "build/kwargs.json: it is left out, as there is no 'corpora/kwargs.ndjson'\n",
  );
  expect(ask('--dry-run')).toContain(
    '[INFO] 5 left out, as these are not there: corpora/kwargs.ndjson, build/typeshed\n',
  );
});
