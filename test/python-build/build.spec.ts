import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildResources } from '../../src/app/python/index.ts';
import { decodeDatafile, hashPath } from '../../src/formats/pyresources/index.ts';
import { setUp } from '../../src/python-build/index.ts';
import { Farmyard } from './farmyard.ts';

const packmill = join(import.meta.dirname, '../../bin/packmill');
const list = 'alpha==1.0\nbeta==1.0\nbad==1.0\n';

// one folder with a finished build, of which each test takes what it needs
let yard: Farmyard;
beforeAll(async () => {
  yard = new Farmyard();
  yard.distribution('alpha', '"""Alpha."""\ndef first(a, *, b=1):\n    """The first."""\n');
  yard.distribution('beta', 'import alpha\nclass Second(ValueError):\n    pass\n');
  yard.distribution('bad', 'raise RuntimeError("not today")\n');
  yard.setUp(list);
  yard.select('alpha__1.0', 'beta__1.0');
  await yard.build();
});
afterAll(() => yard.end());

const chainOf = (stem: string): string[] =>
  [
    `build/dockerimages/${stem}.image`,
    `build/explored/${stem}.json`,
    `build/rawgraph/${stem}.valid.json`,
    `build/analyzed/${stem}.json.gz`,
    ...['argspecs', 'symgraphs', 'symtypes'].map((kind) => `build/${kind}/${stem}.json`),
  ].sort();
const merges = ['argspecs', 'symgraphs', 'symtypes'].map((kind) => `build/${kind}.json`);

test('a build has the layout of the document, and its data can be read', () => {
  expect(yard.kinds()).toEqual([
    'alpha==1.0: ArgSpec Documentation SymbolGraph SymbolTypes',
    'beta==1.0: Documentation SymbolGraph SymbolTypes',
  ]);
  for (const name of [
    'dockerimages/BASE',
    'dockerimages/BASE.log',
    'dockerimages/alpha__1.0.image',
    'dockerimages/alpha__1.0.image.log',
    'explored/alpha__1.0.json',
    'explored/alpha__1.0.log',
    'explored/alpha__1.0.json.log',
    'rawgraph/alpha__1.0.valid.json',
    'rawgraph/alpha__1.0.valid.json.log',
    'symgraphs/alpha__1.0.json',
    'symgraphs/alpha__1.0.json.log',
    'symgraphs.json',
    'symtypes.json',
    'argspecs.json',
    'base.json',
    'merged_graph.json',
    'distidx.json',
    'compat.json.gz',
    'docs.json',
    'failures.json',
  ]) {
    expect(yard.text(`build/${name}`), name).toBeDefined();
  }
  expect(statSync(yard.path('build/dockerimages/alpha__1.0.image')).size).toBe(0);
  expect(JSON.parse(yard.text('build/distidx.json') ?? '')).toEqual({
    alpha: [{ Name: 'alpha', Version: '1.0' }],
    beta: [{ Name: 'beta', Version: '1.0' }],
  });
  const path = yard.manifest()[0]?.paths.get('SymbolGraph') ?? '';
  expect(path).toMatch(/\/build\/data\/alpha\/1\.0\/symgraphGraph\/[0-9a-f]{20}\.blob$/);
});

test('A6: a second build does nothing; a Dockerfile that is touched makes all of its own anew, and the merges', async () => {
  await yard.build();
  expect((await yard.build()).made).toEqual([]);
  yard.touch('dockerfiles/build/alpha__1.0');
  const before = statSync(yard.path('build/distidx.json')).mtimeMs;
  const { made, failed } = await yard.build();
  expect(failed).toEqual([]);
  expect([...made].sort()).toEqual([...chainOf('alpha__1.0'), ...merges].sort());
  expect(statSync(yard.path('build/distidx.json')).mtimeMs).toBe(before);
  expect((await yard.build()).made).toEqual([]);
});

test('a change of one distribution makes its targets anew and what stands on them, and no other', async () => {
  yard.distribution('beta', 'import alpha\nclass Third(ValueError):\n    pass\n');
  const { made, failed } = await yard.build({ jobs: 2 });
  expect(failed).toEqual([]);
  expect(made.filter((name) => name.includes('alpha'))).toEqual([]);
  expect(made).toEqual(
    expect.arrayContaining([...chainOf('beta__1.0'), 'build/symgraphs.json', 'build/manifest.json']),
  );
});

test('A6: by times alone, as make has it, everything behind a touched Dockerfile is made anew', async () => {
  const root = yard.copyTo('by-times');
  const build = (): ReturnType<Farmyard['build']> => yard.build({ root, mode: 'time' });
  await build();
  expect((await build()).made).toEqual([]);
  const file = join(root, 'dockerfiles/build/alpha__1.0');
  writeFileSync(file, readFileSync(file));
  const { made } = await build();
  expect(made).toEqual(
    expect.arrayContaining([
      ...chainOf('alpha__1.0'),
      ...merges,
      'build/distidx.json',
      'build/manifest.json',
    ]),
  );
  expect(made.filter((name) => name.includes('beta__1.0'))).toEqual([]);
});

test('A7: a distribution that fails is told with its stage, and the good ones are merged', async () => {
  yard.select('bad__1.0');
  const { failures, selected, succeeded, blocked } = await yard.build({ jobs: 2 });
  expect(failures).toMatchObject([
    { stem: 'bad__1.0', stage: 'explore', target: 'build/explored/bad__1.0.json' },
  ]);
  expect(JSON.parse(yard.text('build/failures.json') ?? '')).toEqual(JSON.parse(JSON.stringify(failures)));
  expect(JSON.stringify(failures)).toContain('MPY00');
  expect([selected, succeeded]).toEqual([3, 2]);
  expect(blocked.map(({ target }) => target)).toContain('build/rawgraph/bad__1.0.valid.json');
  expect(yard.kinds().map((line) => line.split(':')[0])).toEqual(['alpha==1.0', 'beta==1.0']);
  expect(yard.text('build/explored/bad__1.0.json')).toBeUndefined();
});

test('A7: as the original has it, one that fails leaves no merged manifest', async () => {
  const root = yard.copyTo('legacy');
  for (const name of ['symgraphs.json', 'argspecs.json', 'symtypes.json', 'manifest.json']) {
    execFileSync('rm', [join(root, 'build', name)]);
  }
  execFileSync('cp', ['-p', yard.path('dockerfiles/all/bad__1.0'), join(root, 'dockerfiles/build/')]);
  const { failed, blocked } = await yard.build({ root, legacy: true });
  expect(failed.map(({ target }) => target)).toEqual(['build/explored/bad__1.0.json']);
  expect(blocked.map(({ target }) => target)).toEqual(
    expect.arrayContaining(['build/symgraphs.json', 'build/manifest.json']),
  );
  expect(statSync(join(root, 'build/rawgraph/alpha__1.0.valid.json')).size).toBeGreaterThan(0);
  expect(() => statSync(join(root, 'build/manifest.json'))).toThrow();
});

test('A8: a Dockerfile that is taken away takes its distribution out of the merges, and one alone is merged like several', async () => {
  execFileSync('rm', [
    '-f',
    yard.path('dockerfiles/build/bad__1.0'),
    yard.path('dockerfiles/build/beta__1.0'),
  ]);
  const { made } = await yard.build();
  expect(made).toEqual(expect.arrayContaining(merges));
  expect(made.filter((name) => name.includes('alpha'))).toEqual([]);
  expect(yard.kinds().map((line) => line.split(':')[0])).toEqual(['alpha==1.0']);
  yard.select('beta__1.0');
  await yard.build();
});

test('A9 and A11: new data is laid over the base kind by kind; an empty base adds nothing', async () => {
  const entry = (name: string, paths: object): string =>
    JSON.stringify({ Dist: { Name: name, Version: '1.0' }, Paths: paths });
  yard.write(
    yard.path('build/base.json'),
    `${entry('alpha', { ArgSpec: '/old/a', Kwargs: '/old/k' })}\n${entry('other', { ArgSpec: '/o' })}\n`,
  );
  await yard.build();
  const [alpha] = yard.manifest();
  expect(alpha?.paths.get('Kwargs')).toBe('/old/k');
  expect(alpha?.paths.get('ArgSpec')).toContain('/build/data/alpha/');
  expect(yard.kinds()).toContain('other==1.0: ArgSpec');
  yard.write(yard.path('build/base.json'), '');
  await yard.build();
  expect(yard.kinds().map((line) => line.split(':')[0])).toEqual(['alpha==1.0', 'beta==1.0']);
  expect(yard.kinds()[0]).not.toContain('Kwargs');
});

test('A10: an empty manifest in the place of a step stays empty, and the step adds nothing', async () => {
  const without = yard.text('build/manifest.json');
  yard.write(yard.path('build/typeshed.json'), '');
  await yard.build();
  expect(yard.text('build/typeshed.json')).toBe('');
  expect(yard.text('build/manifest.json')).toBe(without);
  yard.write(yard.path('build/docs.json'), '');
  const events: string[] = [];
  await yard.build({ onEvent: (event) => events.push(event.kind) });
  expect(events).toContain('pinned');
  expect(yard.text('build/docs.json')).toBe('');
  expect(yard.kinds().join()).not.toContain('Documentation');
  execFileSync('rm', [yard.path('build/docs.json')]);
  await yard.build();
  expect(yard.kinds().join()).toContain('Documentation');
});

test('D12: without a graph of the original nothing is led back to, and there is documentation all the same', async () => {
  await yard.build();
  const packed = readFileSync(yard.path('build/compat.json.gz'));
  expect(gunzipSync(packed).toString('utf8')).toBe('{}');
  const path = yard.manifest('build/docs.json').find(({ distribution }) => distribution.name === 'alpha');
  const docs = decodeDatafile('Documentation', readFileSync(path?.paths.get('Documentation') ?? ''));
  expect(docs.get(hashPath('alpha.first'))).toEqual({ html: '', text: 'The first.' });
});

test('A13: one at a time and many at a time give the same bytes', async () => {
  const roots = [yard.copyTo('one'), yard.copyTo('many')];
  for (const [at, root] of roots.entries()) {
    execFileSync('rm', ['-r', join(root, 'build')]);
    await yard.build({ root, jobs: at === 0 ? 1 : 32 });
  }
  const [one, many] = roots.map((root) => ({
    data: yard.files(join(root, 'build/data')),
    manifest: readFileSync(join(root, 'build/manifest.json'), 'utf8').replaceAll(root, ''),
  }));
  expect(Object.keys(one?.data ?? {}).length).toBeGreaterThan(5);
  expect(many).toEqual(one);
});

test('what is nowhere to be had fails alone, and too few that are built fail the command', async () => {
  const root = yard.copyTo('strict');
  const selected = join(root, 'dockerfiles/build');
  const text = readFileSync(join(selected, 'alpha__1.0'), 'utf8');
  writeFileSync(join(selected, 'gone__2'), text.replaceAll('alpha', 'gone').replaceAll('1.0', '2'));
  writeFileSync(join(selected, 'alpha__7'), text.replaceAll('1.0', '7'));
  writeFileSync(join(selected, 'empty'), 'FROM nothing\n');
  const { failures, problems } = await yard.build({ root });
  expect(failures).toMatchObject([
    { stem: 'alpha__7', what: "'alpha==7' is nowhere to be had; installed is 1.0" },
    { stem: 'gone__2', stage: 'image', code: 'MPY205', what: "'gone==2' is nowhere to be had" },
  ]);
  expect(problems.map(({ code }) => code)).toEqual(['MPY202']);
  const options = ['py', 'build', '-k', '--dir', root, '--site', yard.site];
  expect(spawnSync(packmill, options, { encoding: 'utf8' })).toMatchObject({ status: 0 });
  const strict = spawnSync(packmill, [...options, '--strict'], { encoding: 'utf8' });
  expect(strict.status).toBe(1);
  expect(strict.stderr).toContain('MPY206');
});

test('a folder that is not set up, and lists and folders that are not there, are told', async () => {
  expect(await yard.open({ root: yard.site }).catch((error: Error) => error.message)).toContain('MPY204');
  const request = { root: join(yard.folder, 'other'), base: undefined, force: false };
  expect(() => setUp({ ...request, lists: ['/none'], special: [] })).toThrow('MPY203');
  expect(() => setUp({ ...request, lists: [], special: ['/none'] })).toThrow('MPY203');
});

test('A6: a command that has nothing to do is answered by what the last one saw, until something changes', () => {
  const run = (...more: readonly string[]): string => {
    const words = ['py', 'build', '-k', '--site', yard.site, ...more];
    return execFileSync(packmill, words, { cwd: yard.root, encoding: 'utf8', stdio: 'pipe' });
  };
  run();
  const said = run();
  const end = /^0 made, \d+ up to date, 0 failed, 0 not made\n/m;
  expect(said).toMatch(end);
  // what is recalled is what is written there, to the letter
  const file = yard.path('build/.state/unchanged');
  const bytes = readFileSync(file, 'latin1');
  writeFileSync(file, bytes.replace('0 made', '7 made'), 'latin1');
  expect(run()).toBe(said.replace('0 made', '7 made'));
  expect(run('--json')).toContain('"made": [],');
  // a corpus that comes makes more targets
  run();
  expect(run()).toMatch(end);
  yard.write(yard.path('corpora/kwargs.ndjson'), '');
  expect(run()).not.toContain('corpora/kwargs.ndjson');
  rmSync(yard.path('corpora'), { recursive: true });
  run();
  run();
  yard.distribution('beta', 'class Fourth(ValueError):\n    pass\n');
  expect(run()).toContain('[INFO] build/explored/beta__1.0.json made');
  yard.write(yard.path('dockerfiles/build/alpha__1.0'), 'FROM nothing\n');
  expect(
    spawnSync(packmill, ['py', 'build', '--site', yard.site], { cwd: yard.root, encoding: 'utf8' }).stderr,
  ).toContain('MPY202');
  execFileSync('cp', [yard.path('dockerfiles/all/alpha__1.0'), yard.path('dockerfiles/build/')]);
  run();
});

test('make hands its options on, and a target can be explained', () => {
  symlinkSync(join(import.meta.dirname, '../../templates/python/Makefile'), yard.path('Makefile'));
  const env = { ...process.env, PACKMILL: packmill, BUILD_OPTIONS: `--site ${yard.site}` };
  yard.touch('dockerfiles/build/alpha__1.0');
  const options = { cwd: yard.root, env, encoding: 'utf8', stdio: 'pipe' } as const;
  const why = execFileSync(
    packmill,
    ['py', 'build', '--site', yard.site, '--explain', 'build/explored/alpha__1.0.json'],
    options,
  );
  expect(why).toContain("has changed: 'dockerfiles/build/alpha__1.0'");
  const said = execFileSync('make', ['-j4', '-k', 'build'], options);
  expect(said).toContain('[INFO] build/explored/alpha__1.0.json');
  expect(said).toMatch(/\d+ made, \d+ up to date, 0 failed/);
});

test('A7: graphs that were explored elsewhere are taken, and what is none fails alone', async () => {
  const root = yard.copyTo('elsewhere');
  rmSync(join(root, 'build'), { recursive: true });
  const graphs = join(yard.folder, 'graphs');
  mkdirSync(graphs);
  copyFileSync(yard.path('build/explored/alpha__1.0.json'), join(graphs, 'alpha__1.0.json'));
  writeFileSync(join(graphs, 'beta__1.0.json'), '{"format":"python-graph"}\nnonsense\n');
  copyFileSync(join(root, 'dockerfiles/all/bad__1.0'), join(root, 'dockerfiles/build/bad__1.0'));
  const build = (): ReturnType<typeof buildResources> =>
    buildResources({
      ...{
        root,
        graphs,
        sites: [],
        archives: [],
        index: undefined,
        python: '',
        prefixes: [],
        base: undefined,
      },
      ...{ mode: 'content', legacy: false, share: 0, options: { keepGoing: true } },
    });
  const { failures } = await build();
  expect(failures.map(({ stem, stage, code }) => [stem, stage, code])).toEqual([
    ['bad__1.0', 'image', 'MPY205'],
    ['beta__1.0', 'validate', 'MPY020'],
  ]);
  const made = readFileSync(join(root, 'build/symgraphs/alpha__1.0.json'), 'utf8');
  expect(made.replaceAll(root, '')).toBe(
    yard.text('build/symgraphs/alpha__1.0.json')?.replaceAll(yard.root, ''),
  );
  writeFileSync(join(graphs, 'beta__1.0.json'), readFileSync(yard.path('build/explored/beta__1.0.json')));
  expect((await build()).failures.map(({ stem }) => stem)).toEqual(['bad__1.0']);
});
