// A farm that explores Python distributions: a job for each, one manifest of all, and what becomes of it when things change or fail.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type {
  JobView,
  PythonBuildsView,
  PythonDistributionView,
  PythonFailureView,
  UpkeepRun,
  UpkeepView,
} from '../../src/api/index.ts';
import { startRedis } from '../redis-server.ts';
import { gitRepository, overRedis, ServiceFixture } from './service-fixture.ts';
import type { StartedProgram } from './started-program.ts';

const wheelScript = `
import base64, hashlib, sys, zipfile
path, name, needs, text = sys.argv[1:]
info = name + "-1.0.dist-info"
rows = "Metadata-Version: 2.1\\nName: %s\\nVersion: 1.0\\n" % name
rows += "".join("Requires-Dist: %s\\n" % one for one in needs.split())
files = {name + "/__init__.py": text, info + "/METADATA": rows}
files[info + "/WHEEL"] = "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
digest = lambda one: base64.urlsafe_b64encode(hashlib.sha256(one.encode()).digest()).rstrip(b"=").decode()
record = "".join("%s,sha256=%s,%d\\n" % (file, digest(one), len(one)) for file, one in files.items())
with zipfile.ZipFile(path, "w") as archive:
    for file, one in {**files, info + "/RECORD": record + info + "/RECORD,,\\n"}.items():
        archive.writestr(zipfile.ZipInfo(file), one)
`;

let farm: ServiceFixture;
let source: { commit(): string };
let serving: StartedProgram | undefined;
let folder = '';

function wheel(name: string, text: string, needs = ''): void {
  mkdirSync(join(folder, 'archives'), { recursive: true });
  const path = join(folder, `archives/${name}-1.0-py3-none-any.whl`);
  execFileSync('/usr/bin/python3', ['-c', wheelScript, path, name, needs, text]);
}

function configure(service = 'service: { lease: 3s }'): void {
  const text = `repository: demo
store: { grace-days: 0 }
${service}
targets: { symbols: { kind: python } }
recipe-sources:
  lists:
    kind: python
    url: ${folder}
    branch: main
    target: symbols
    upkeep: { every: never, look: 400ms }
`;
  writeFileSync(join(farm.farm, 'packmill.yaml'), text);
}

const tree = (...path: string[]): string => join(farm.farm, 'public/symbols/tree', ...path);
const read = (name: string): string => readFileSync(tree(name), 'utf8');
const job = (name: string): Promise<JobView> =>
  farm.json(`/api/queue/jobs/symbols/any/${encodeURIComponent(name)}`);
const runs = (name: string): number =>
  farm.watch.movesOf(`symbols/any/${name}`).filter(({ to }) => to === 'running').length;
const names = ['explore/able__1.0', 'explore/baker__1.0', 'explore/broken__1.0', 'manifest'];
const allRuns = (): readonly number[] => names.map(runs);
/** What the web server says of a path, by the manifest that is visible. */
const query = (path: string): Promise<unknown> => farm.json(`/api/python/symbol?path=${path}`);
/** The same without a farm, from the published folder alone. */
const queryFolder = async (path: string): Promise<unknown> =>
  JSON.parse(await farm.do('--json', 'py', 'query', path, '--manifest', tree('manifest.json')));

async function generation(after: string | undefined): Promise<string> {
  for (;;) {
    const now = existsSync(tree('manifest.json')) ? readlinkSync(tree()) : undefined;
    if (now !== undefined && now !== after) return now;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function runEnded(): Promise<UpkeepRun> {
  for (;;) {
    const [view] = await farm.json<readonly UpkeepView[]>('/api/upkeep');
    const run = view?.last.find(({ kind }) => kind === 'on-schedule');
    if (run && run.endedMs !== null) return run;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

beforeAll(async () => {
  farm = await ServiceFixture.make();
  folder = join(farm.folder, 'lists');
  source = gitRepository(folder);
  wheel(
    'able',
    'class Able: pass\ndef double(x: int = 2) -> int:\n    "Twice as much."\n    return 2 * x\ndef make():\n    return Able()\n',
  );
  wheel('baker', 'import able\nclass Baker:\n    double = able.double\n', 'able');
  writeFileSync(join(folder, 'archives/broken-1.0-py3-none-any.whl'), 'this is no wheel');
  writeFileSync(join(folder, 'pip-packages'), 'able==1.0\nbaker==1.0  # needs able\nbroken==1.0\na==1==2\n');
  source.commit();
  configure();
});
afterAll(() => farm.dispose());

describe('a farm with Python distributions', () => {
  it('A7 explores each in a job of its own, and publishes one manifest; what is broken is told and stops no other', async () => {
    serving = await farm.up(1);
    await generation(undefined);
    expect(allRuns()).toEqual([1, 1, 1, 1]);
    expect((await job('explore/broken__1.0')).problem?.code).toBe('MPY012');
    expect(await queryFolder('able.double')).toMatchObject({ kind: 'function' });
    // seen in the sources, which came with the graph
    expect(await query('able.make')).toMatchObject({ returnTypes: ['able.Able'] });
    expect(Object.keys(JSON.parse(read('distidx.json')))).toEqual(['able', 'baker']);
    const failures = JSON.parse(read('failures.json')) as { stem: string; code: string; stage: string }[];
    expect(failures.map(({ stem, code, stage }) => [stem, code, stage])).toEqual([
      ['', 'MPY200', 'list'],
      ['broken__1.0', 'MPY012', 'install'],
    ]);
    expect(await farm.log('explore/baker__1.0')).toContain(
      "installed able 1.0 from 'able-1.0-py3-none-any.whl'",
    );
    expect(read('manifest.json')).not.toContain(farm.farm);
  });

  it('the web server tells how each stands, what failed and what was built, and answers from the newest manifest', async () => {
    const rows = await farm.json<PythonDistributionView[]>('/api/python/distributions');
    expect(rows.map(({ stem, state, published }) => [stem, state, published])).toEqual([
      ['able__1.0', 'explored', true],
      ['baker__1.0', 'explored', true],
      ['broken__1.0', 'failed', false],
    ]);
    expect(rows[0]?.graph).toMatchObject({ toplevels: 1, troubleCount: 0 });
    expect(rows[2]?.problem?.code).toBe('MPY012');
    const failed = await farm.json<PythonDistributionView[]>('/api/python/distributions?state=failed');
    expect(failed.map(({ stem }) => stem)).toEqual(['broken__1.0']);
    const failures = await farm.json<PythonFailureView[]>('/api/python/failures?source=lists');
    expect(failures.map(({ code, part }) => [code, part])).toEqual([
      ['MPY200', ''],
      ['MPY012', 'symbols/any/explore/broken__1.0'],
    ]);
    const [builds] = await farm.json<PythonBuildsView[]>('/api/python/builds');
    expect(builds).toMatchObject({
      ...{ source: 'lists', target: 'symbols', manifest: tree('manifest.json') },
      ...{ counts: { explored: 2, failed: 1 }, problems: [{ code: 'MPY200' }] },
      builds: [{ generation: 1, visible: true }],
    });
    expect(await farm.json('/api/python/symbol?path=able.double')).toMatchObject({ kind: 'function' });
  });

  it('A6 does nothing when nothing has changed, and for one that changed exactly its jobs', async () => {
    const before = readlinkSync(tree());
    expect(await farm.do('upkeep', 'run', 'lists', '--kind', 'on-schedule')).toContain('begins');
    // by hand, what failed is tried again, and nothing else
    expect((await runEnded()).scheduled).toEqual(['explore/broken__1.0', 'manifest']);
    await farm.watch.moved('symbols/any/manifest', 'already-built');
    expect(allRuns()).toEqual([1, 1, 2, 2]);
    expect(readlinkSync(tree())).toBe(before);
    wheel('baker', 'import able\nclass Baker:\n    double = able.double\n    X = 1\n', 'able');
    source.commit();
    await generation(before);
    expect(allRuns()).toEqual([1, 2, 2, 3]);
    expect(await query('baker.Baker.X')).toMatchObject({ kind: 'object' });
    const made = (await farm.log('manifest')).match(/build\/\S+ made/g) ?? [];
    expect(made.filter((line) => line.includes('able__1.0'))).toEqual([]);
    expect(made.some((line) => line.includes('baker__1.0.valid.json'))).toBe(true);
  });

  it('explores what failed again when it has other inputs, and by hand; the manifest follows', async () => {
    const before = readlinkSync(tree());
    await farm.do('retry', 'symbols/any/explore/broken__1.0');
    await farm.watch.moved('symbols/any/manifest', 'already-built', 2);
    expect(allRuns()).toEqual([1, 2, 3, 4]);
    expect(readlinkSync(tree())).toBe(before);
    wheel('broken', 'MENDED = 1\n');
    source.commit();
    await generation(before);
    expect(allRuns()).toEqual([1, 2, 4, 5]);
    expect(await query('broken.MENDED')).toMatchObject({ kind: 'object' });
  });

  it('a distribution that fails after it went well keeps what was known of it, as does what needs it, and that is told', async () => {
    const before = readlinkSync(tree());
    wheel('able', 'raise SystemExit(3)\n');
    source.commit();
    await generation(before);
    expect((await job('explore/able__1.0')).problem?.code).toBe('MPY008');
    const failures = JSON.parse(read('failures.json')) as { stem: string; kept: boolean }[];
    expect(failures.map(({ stem, kept }) => [stem, kept])).toEqual([
      ['', false],
      ['able__1.0', true],
      ['baker__1.0', true],
    ]);
    expect(await query('able.double')).toMatchObject({ kind: 'function' });
  });

  it('a rollback brings back the manifest of before with all its data', async () => {
    await serving?.stop('SIGTERM');
    const shown = Number(/^\* (\d+) /m.exec(await farm.do('repo', 'generations', 'symbols'))?.[1]);
    await farm.do('repo', 'rollback', '--repo', 'symbols', String(shown - 2));
    expect(JSON.parse(read('failures.json'))).toHaveLength(2);
    expect(await queryFolder('baker.Baker.X')).toMatchObject({ kind: 'object' });
    // marked first, and then removed
    for (const _ of [1, 2]) await farm.do('store', 'collect');
    expect(await farm.do('repo', 'verify', 'symbols')).toContain(': good');
  });

  it('a builder elsewhere explores with what travels to it, and its graph is data like all others', async () => {
    const redis = await startRedis();
    try {
      const over = await overRedis(redis);
      configure(over.settings);
      wheel('able', 'def double(x): return 2 * x\n');
      wheel('cook', 'import baker\nclass Cook(baker.Baker): pass\n', 'baker');
      writeFileSync(join(folder, 'pip-packages'), 'able==1.0\nbaker==1.0\nbroken==1.0\ncook==1.0\n');
      source.commit();
      const before = readlinkSync(tree());
      serving = await farm.manager(over.environment, over.manager);
      const builder = await farm.builder('far', over.environment);
      await generation(before);
      expect(await farm.log('explore/cook__1.0')).toMatch(/cook__1.0 1.0 on far[\s\S]*installed baker 1.0/);
      // of what did not change, the graph is still there after the collection
      expect(await query('broken.MENDED')).toMatchObject({ kind: 'object' });
      expect(await query('cook.Cook')).toMatchObject({ kind: 'type' });
      await builder.stop('SIGTERM');
      await serving.stop('SIGTERM');
    } finally {
      await redis.dispose();
    }
  });
});
