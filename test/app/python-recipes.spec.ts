// What a farm would do of lists of Python distributions: jobs, what they are made of, and what of others is believed.
import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { Farm } from '../../src/app/farm.ts';
import { collectManifest } from '../../src/app/python-targets/collect-manifest.ts';
import type { ManifestHands, PythonGraph } from '../../src/app/python-targets/contract.ts';
import { makeManifest } from '../../src/app/python-targets/make-manifest.ts';
import { verifyGraph } from '../../src/app/python-targets/orders.ts';
import { placeGraphs } from '../../src/app/python-targets/place-graphs.ts';
import { PythonPlanning } from '../../src/app/python-targets/planning.ts';
import { parseFarmConfig } from '../../src/config/index.ts';
import { encodeGraphEvent } from '../../src/formats/python-graph/index.ts';
import { systemClock } from '../../src/host/index.ts';
import type { Artifact, Recipe } from '../../src/model/index.ts';
import type { ExploreDetails, ManifestDetails, PythonDetails } from '../../src/recipes/python/index.ts';
import { ScriptedDriver } from '../../src/sandbox/scripted/index.ts';
import { openDiskStore } from '../../src/store/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'packmill-python-recipes-'));
let top = '';
let runs = 0;

beforeEach(() => {
  runs += 1;
  top = join(folder, `source-${runs}`);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(top, path)), { recursive: true });
  writeFileSync(join(top, path), text);
}

const script = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w") as archive:
    archive.writestr("x/__init__.py", sys.argv[3])
    archive.writestr("x-1.dist-info/METADATA", "Name: x\\nVersion: 1\\n" + sys.argv[2] + "\\nRequires-Dist: in-the-text\\n")
`;

/** An archive with some requirements; what else is in it is of no interest here. */
function wheel(file: string, requirements: readonly string[] = [], text = ''): void {
  write(`archives/${file}`, '');
  const rows = requirements.map((one) => `Requires-Dist: ${one}\n`).join('');
  execFileSync('/usr/bin/python3', ['-c', script, join(top, 'archives', file), rows, text]);
}

async function plan(settings = '{}') {
  const config = parseFarmConfig(
    `targets: { symbols: { kind: python } }
recipe-sources:
  lists: { kind: python, url: ${top}, target: symbols, python: ${settings} }
`,
    'packmill.yaml',
  );
  const farm = { config, sandboxRoot: async () => ({ kind: 'host' }) } as unknown as Farm;
  const planning = await PythonPlanning.open(farm, 'lists', top);
  const recipes = await planning.recipes();
  const byName = new Map(recipes.map((one) => [one.name.replace('explore/', ''), one]));
  return { planning, byName };
}

type Planned = Awaited<ReturnType<typeof plan>>;
const exploration = ({ byName }: Planned, name: string): ExploreDetails =>
  byName.get(name)?.details as ExploreDetails;
const piecesOf = (of: Planned, name: string): readonly string[] =>
  exploration(of, name).pieces.map((one) => (one.from === 'archive' ? one.fileName : one.distribution.name));
const digests = ({ byName }: Planned): Record<string, string> =>
  Object.fromEntries([...byName].map(([name, { inputDigest }]) => [name, inputDigest]));
/** Names of jobs whose inputs are others. */
const changed = (before: Planned, after: Planned): readonly string[] =>
  Object.keys(digests(after)).filter((name) => digests(before)[name] !== digests(after)[name]);

describe('Python distributions as jobs', () => {
  it('are those of lists, and one manifest that waits for all of them and needs none', async () => {
    write('pip-packages', 'Able==1.0  # one\n\nbuiltin-stdlib==3\na==1==2\n');
    wheel('able-1.0-py3-none-any.whl');
    const found = await plan();
    expect([...found.byName.keys()]).toEqual(['able__1.0', 'builtin-stdlib__3', 'manifest']);
    expect(found.planning.problems.map(({ code }) => code)).toEqual(['MPY200']);
    expect(found.byName.get('able__1.0')).toMatchObject({
      ...{ version: '1.0', buildClass: undefined, architectures: ['any'], needs: [] },
      labels: [expect.stringMatching(/^python-3\.\d+$/)],
    });
    expect(piecesOf(found, 'builtin-stdlib__3')).toEqual([]);
    const manifest = found.byName.get('manifest');
    expect(manifest).toMatchObject({ buildClass: 'manager' });
    expect(manifest?.needs.map(({ name, optional }) => [name, optional])).toEqual([
      ['explore/able__1.0', true],
      ['explore/builtin-stdlib__3', true],
    ]);
  });

  it('are those of Dockerfiles where some are selected, with the top-levels and packages that they name', async () => {
    write('pip-packages', 'never==1\n');
    write(
      'dockerfiles/build/Foo__1',
      'FROM base\nRUN pip3 install six "able==1.0"\nRUN pip3 install foo==1 || (pip2 install foo==1)\nENTRYPOINT ["python", "-m", "x", "Foo", "1", "a", "b", "--toplevel", "bar"]\n',
    );
    write('dockerfiles/build/no good', 'ENTRYPOINT ["python", "-m", "x", "no", "1"]\n');
    write('dockerfiles/build/empty', 'FROM base\n');
    wheel('foo-1-py3-none-any.whl');
    wheel('able-1.0-py3-none-any.whl');
    wheel('able-0.9-py3-none-any.whl');
    const found = await plan();
    expect([...found.byName.keys()]).toEqual(['foo__1', 'manifest']);
    expect(exploration(found, 'foo__1').toplevels).toEqual(['bar']);
    expect(piecesOf(found, 'foo__1')).toEqual(['foo-1-py3-none-any.whl', 'able-1.0-py3-none-any.whl']);
    expect(found.planning.problems.map(({ code }) => code).sort()).toEqual(['MPY202', 'MPY250']);
  });

  it('have what they need beside them, and what they need for extras not', async () => {
    write('pip-packages', 'able==1.0\n');
    wheel('able-1.0-py3-none-any.whl', ['Baker_x (>=1)', 'cook>=2; extra == "more"', 'gone']);
    wheel('baker_x-2-py3-none-any.whl', ['dancer', 'able']);
    wheel('dancer-1-py3-none-any.whl');
    wheel('cook-2-py3-none-any.whl');
    wheel('in_the_text-2-py3-none-any.whl');
    const found = await plan();
    expect(piecesOf(found, 'able__1.0')).toEqual([
      'able-1.0-py3-none-any.whl',
      'baker_x-2-py3-none-any.whl',
      'dancer-1-py3-none-any.whl',
    ]);
  });

  it('A6 have the same inputs as long as nothing changes, and of what changes exactly those that are made of it', async () => {
    write('pip-packages', 'able==1.0\nbaker==1.0\ncook==1.0\n');
    wheel('able-1.0-py3-none-any.whl');
    wheel('baker-1.0-py3-none-any.whl', ['able']);
    wheel('cook-1.0-py3-none-any.whl');
    const before = await plan();
    expect(changed(before, await plan())).toEqual([]);
    wheel('cook-1.0-py3-none-any.whl', [], 'X = 1');
    const cooked = await plan();
    expect(changed(before, cooked)).toEqual(['cook__1.0', 'manifest']);
    wheel('able-1.0-py3-none-any.whl', [], 'X = 1');
    expect(changed(cooked, await plan())).toEqual(['able__1.0', 'baker__1.0', 'manifest']);
    write('pip-packages', 'able==1.0\nbaker==1.0\n');
    expect(changed(cooked, await plan())).toContain('manifest');
    expect(changed(await plan(), await plan('{ timeout: 5m }'))).toEqual([
      'able__1.0',
      'baker__1.0',
      'manifest',
    ]);
    expect(changed(await plan(), await plan('{ share: 0.5 }'))).toEqual(['manifest']);
  });

  it('come from sites where these have them, which only the manager sees; from an index, or from nowhere', async () => {
    write('pip-packages', 'able==1.0\nbaker==1.0\n');
    write('site/able-1.0.dist-info/METADATA', 'Name: able\nVersion: 1.0\nRequires-Dist: helper\n');
    write('site/able-1.0.dist-info/RECORD', 'able.py,,\n');
    write('site/able.py', 'X = 1\n');
    write('site/helper-2.dist-info/METADATA', 'Name: helper\nVersion: 2\n');
    write('site/helper-2.dist-info/RECORD', 'helper.py,,\n');
    write('site/helper.py', 'X = 1\n');
    const settings = `{ sites: [${join(top, 'site')}] }`;
    const found = await plan(settings);
    expect(found.byName.get('able__1.0')).toMatchObject({ buildClass: 'manager', labels: undefined });
    expect(exploration(found, 'baker__1.0').lacking).toBe("'baker==1.0' is nowhere to be had");
    write('site/helper.py', 'X = 2\n');
    expect(changed(found, await plan(settings))).toEqual(['able__1.0', 'manifest']);
    const indexed = await plan('{ index: "http://127.0.0.1:1/simple" }');
    expect(piecesOf(indexed, 'baker__1.0')).toEqual(['baker']);
    expect(exploration(indexed, 'baker__1.0').lacking).toBeUndefined();
  });

  it('links in a source show nothing of the machine; what settings name by its path may be anywhere', async () => {
    const beside = join(folder, `beside-${runs}`);
    mkdirSync(beside);
    writeFileSync(join(beside, 'list'), 'root:x:0\n');
    write('pip-packages', 'able==1.0\n');
    wheel('able-1.0-py3-none-any.whl');
    renameSync(join(top, 'archives/able-1.0-py3-none-any.whl'), join(beside, 'able-1.0-py3-none-any.whl'));
    symlinkSync(join(beside, 'able-1.0-py3-none-any.whl'), join(top, 'archives/able-1.0-py3-none-any.whl'));
    expect(piecesOf(await plan(), 'able__1.0')).toEqual([]);
    expect(piecesOf(await plan(`{ archives: [${beside}] }`), 'able__1.0')).toHaveLength(1);
    symlinkSync(beside, join(top, 'linked'));
    await expect(plan('{ archives: [linked] }')).rejects.toThrow('MPY253');
    await expect(plan('{ stubs: linked }')).rejects.toThrow('MPY253');
    await expect(plan('{ corpora: linked }')).rejects.toThrow('MPY253');
    rmSync(join(top, 'pip-packages'));
    symlinkSync(join(beside, 'list'), join(top, 'pip-packages'));
    await expect(plan()).rejects.toThrow('MPY253');
  });

  it('settings that mean nothing are refused', async () => {
    write('pip-packages', '');
    await expect(plan('{ archives: [../elsewhere] }')).rejects.toThrow('CFG');
    await expect(plan('{ version: "2.7" }')).rejects.toThrow('CFG');
    await expect(plan('{ lists: [missing] }')).rejects.toThrow('MPY203');
  });
});

describe('what others hand in', () => {
  const distribution = { name: 'able', version: '1.0' };
  const recipe = {
    ...{ name: 'explore/able__1.0', version: '1.0' },
    details: { kind: 'explore', stem: 'able__1.0', distribution, pieces: [] },
  } as unknown as Recipe<PythonDetails>;
  const store = openDiskStore({ root: join(folder, 'store') });
  const header = (name: string): string =>
    encodeGraphEvent({
      event: 'header',
      header: {
        distribution: { name, version: '1.0' },
        explorer: '1',
        rules: 'packmill',
        python: { implementation: 'cpython', version: '3.11.2' },
        state: 'raw',
      },
    } as Parameters<typeof encodeGraphEvent>[0]);
  const claim = async (graph: string, facts: string): Promise<Artifact> =>
    ({
      object: (await store.putBytes(Buffer.from(graph))).digest,
      facts: (await store.putBytes(Buffer.from(facts))).digest,
    }) as Artifact;

  it('is believed as a graph of that distribution, with counts and words of a readable length', async () => {
    const troubles = Array.from({ length: 5000 }, () => ({ code: 'MPY003', what: 'w'.repeat(9000) }));
    const facts = JSON.stringify({
      stem: '../../etc',
      toplevels: -5,
      nodes: 'many',
      troubles,
      durationMs: 7.9,
    });
    const [one] = await verifyGraph(store, [await claim(`${header('Able')}\n`, facts)], recipe);
    const told = JSON.parse(Buffer.from(await store.readBytes(one?.facts as Artifact['facts'])).toString());
    expect(told).toMatchObject({
      stem: 'able__1.0',
      toplevels: 0,
      nodes: 0,
      durationMs: 7,
      python: '3.11.2',
    });
    expect(told.troubles).toHaveLength(20);
    expect(told.troubles[0].what).toHaveLength(2000);
  });

  it('is refused when it is of another distribution, no graph, or comes with words that are none', async () => {
    const refused = async (graph: string, facts: string): Promise<void> =>
      await expect(verifyGraph(store, [await claim(graph, facts)], recipe)).rejects.toThrow('BLD032');
    await refused(`${header('baker')}\n`, '{}');
    await refused('no graph', '{}');
    await refused(`${header('able')}\n`, '{"stem"');
    await refused(`${header('able')}\n`, '{"sources": "/etc/passwd"}');
    const missing = JSON.stringify({ sources: '0'.repeat(64) });
    await expect(verifyGraph(store, [await claim(`${header('able')}\n`, missing)], recipe)).rejects.toThrow(
      'STO',
    );
    await expect(verifyGraph(store, [], recipe)).rejects.toThrow('BLD032');
  });
});

describe('a manifest', () => {
  const store = openDiskStore({ root: join(folder, 'manifests') });
  const details: ManifestDetails = {
    kind: 'manifest',
    items: [
      {
        stem: 'able__1.0',
        distribution: { name: 'able', version: '1.0' },
        toplevels: [],
        job: 'explore/able__1.0',
      },
    ],
    ...{ stubs: undefined, corpora: undefined, jobs: 1, share: 0, problems: [] },
  };
  const limits = { timeoutMs: 1, killGraceMs: 1, memoryBytes: 1, processes: 1, outputBytes: 1 };
  const own: ManifestHands = {
    ...{ failed: () => [], last: async () => undefined, limits },
    program: { runtime: '/usr/bin/node', program: [] },
  };

  async function made(code: number, graphs: readonly string[]): ReturnType<typeof makeManifest> {
    const { digest: empty } = await store.putBytes(Buffer.from('{}'));
    const sandbox = new ScriptedDriver(() => ({ end: { kind: 'exited', code } }));
    const dependencies = graphs.map((name) => ({
      artifact: { name, object: 'o', facts: empty },
      path: '/etc/hostname',
      folders: [],
    }));
    const context = {
      dependencies,
      reasons: [],
      published: [],
      target: 'symbols',
      work: top,
      sourceCache: top,
    };
    const run = { output: () => undefined, phase: () => undefined, signal: new AbortController().signal };
    mkdirSync(top, { recursive: true });
    const hands = { store, sandbox, clock: systemClock, root: async () => ({ kind: 'host' }) as const };
    return await makeManifest(hands, own, { context, details, run } as unknown as Parameters<
      typeof makeManifest
    >[2]);
  }

  it('is not made of nothing, nor by a build that did not come to its end', async () => {
    await expect(made(0, [])).rejects.toThrow('MPY206');
    await expect(made(1, ['explore/able__1.0'])).rejects.toThrow('MPY251');
  });

  it('is made of graphs that are copied when they are others, and stay as they are otherwise', async () => {
    write('one', '1');
    write('two', '2');
    const graph = (stem: string, object: string): PythonGraph =>
      ({
        item: { stem },
        file: { artifact: { object }, path: join(top, object) },
        sources: stem === 'A__1' ? { object: 'two', path: join(top, 'two') } : undefined,
      }) as unknown as PythonGraph;
    const place = join(top, 'graphs');
    const inodes = (): Record<string, number> =>
      Object.fromEntries(readdirSync(place).map((name) => [name, statSync(join(place, name)).ino]));
    await placeGraphs(place, [graph('A__1', 'one'), graph('b__1', 'two')]);
    const before = inodes();
    expect(Object.keys(before).sort()).toEqual(['a__1.json', 'a__1.tar', 'b__1.json']);
    await placeGraphs(place, [graph('A__1', 'one'), graph('b__1', 'one')]);
    const after = inodes();
    expect(after['a__1.json']).toBe(before['a__1.json']);
    expect(readFileSync(join(place, 'b__1.json'), 'utf8')).toBe('1');
    await placeGraphs(place, [graph('b__1', 'one')]);
    expect(inodes()).toEqual({ 'b__1.json': after['b__1.json'] });
    writeFileSync(`${place}.json`, 'no record');
    writeFileSync(join(place, 'b__1.json'), 'something else');
    await placeGraphs(place, [graph('b__1', 'one')]);
    expect(readFileSync(join(place, 'b__1.json'), 'utf8')).toBe('1');
  });

  it('has no files but those of its own build', async () => {
    const entry = (path: string): string =>
      JSON.stringify({ Dist: { Name: 'able', Version: '1.0' }, Paths: { SymbolGraph: path } });
    for (const path of ['/etc/passwd', '/resources/build/data/../../x', '/resources/build/failures.json']) {
      write('build/manifest.json', entry(path));
      await expect(collectManifest(store, { root: top, last: undefined, failures: [] })).rejects.toThrow(
        'MPY251',
      );
    }
    write('build/manifest.json', entry('/resources/build/data/able/x.blob'));
    await expect(collectManifest(store, { root: top, last: undefined, failures: [] })).rejects.toThrow(
      'MPY251',
    );
    write('build/data/able/x.blob', 'x');
    const { facts } = await collectManifest(store, { root: top, last: undefined, failures: [] });
    expect(facts.placed.map(({ path }) => path)).toEqual(['data/able/x.blob']);
  });
});
