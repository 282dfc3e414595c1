import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hashOf, Kit, outcomes } from './kit.ts';

const counter = (kit: Kit): string => join(kit.top, 'builds');
const builds = (kit: Kit): number =>
  existsSync(counter(kit)) ? readFileSync(counter(kit), 'utf8').length : 0;

/** The work flow of the user's document: find, else initialize, write, store. */
const documented = (kit: Kit, text = 'HELLO') => `
  let archive = await hub.Archive.find('bar-1.0.tar.xz', { key: { gosum: 'abc' } });
  if (archive === null) {
    writeFileSync(${JSON.stringify(counter(kit))}, 'x', { flag: 'a' });
    archive = new hub.Archive('bar-1.0.tar.xz');
    await archive.initialize('bar-1.0');
    writeFileSync(archive.topPath + '/README', '${text}');
    await archive.store({ key: { gosum: 'abc' } });
  }
  hub.breezyBuild({ ...pkg, version: '1.0', artifacts: [archive] }).push();`;

const getOrCreate = (kit: Kit, pieces = 1) => `
  const made = await Promise.all(Array.from({ length: ${pieces} }, () =>
    hub.Archive.getOrCreate('bar-1.0.tar.xz', { key: { k: 1 }, topDirectory: 'bar-1.0' }, async (archive) => {
      writeFileSync(${JSON.stringify(counter(kit))}, 'x', { flag: 'a' });
      await new Promise((resolve) => setImmediate(resolve));
      writeFileSync(archive.topPath + '/README', 'HELLO');
    })));
  if (new Set(made.map((archive) => archive.hash('sha512'))).size !== 1) throw new Error('different archives');
  hub.breezyBuild({ ...pkg, version: '1.0', artifacts: made }).push();`;

const srcUriOf = (kit: Kit): string =>
  /SRC_URI="([^"]*)"/.exec(kit.read('app-misc/foo/foo-1.0.ebuild'))?.[1] ?? '';

describe('archives', () => {
  it('17: an archive is built by the first run and found by the second', async () => {
    const kit = new Kit();
    kit.autogen('app-misc/foo', documented(kit));
    expect(outcomes(await kit.run())).toEqual([['app-misc/foo-1.0', 'written']]);
    const first = srcUriOf(kit);
    expect(outcomes(await kit.run())).toEqual([['app-misc/foo-1.0', 'unchanged']]);
    expect([srcUriOf(kit), builds(kit)]).toEqual([first, 1]);
  });

  it('18, 30: it holds its top directory and the file, and the Manifest has one line for it', async () => {
    const kit = new Kit();
    kit.autogen('app-misc/foo', documented(kit));
    await kit.run();
    const bytes = readFileSync(join(kit.distdir, 'bar-1.0.tar.xz'));
    const sha512 = hashOf('sha512', bytes);
    const listed = execFileSync('bsdtar', ['-tf', join(kit.distdir, 'bar-1.0.tar.xz')], { encoding: 'utf8' });
    expect(listed).toBe('bar-1.0/\nbar-1.0/README\n');
    const shelf = `${sha512.slice(0, 2)}/${sha512.slice(2, 4)}/${sha512.slice(4, 6)}`;
    expect(srcUriOf(kit)).toBe(`https://cdn.example/${shelf}/${sha512} -> bar-1.0.tar.xz`);
    const blake2b = hashOf('blake2b512', bytes);
    expect(kit.read('app-misc/foo/Manifest')).toBe(
      `DIST bar-1.0.tar.xz ${bytes.byteLength} BLAKE2B ${blake2b} SHA512 ${sha512}\n`,
    );
  });

  it('19, 20: only the exact name and key find it, and keys stay as they were', async () => {
    const kit = new Kit();
    kit.autogen('app-misc/foo', documented(kit));
    await kit.run();
    kit.autogen(
      'app-misc/foo',
      `
  const key = Object.freeze({ gosum: 'abc' });
  const found = await hub.Archive.find('bar-1.0.tar.xz', { key });
  const others = [
    await hub.Archive.find('bar-1.0.tar.xz', { key: { gosum: 'abc', extra: 1 } }),
    await hub.Archive.find('bar-1.0.tar.xz', { key: {} }),
    await hub.Archive.find('bar-1.0.tar.xz'),
    await hub.Archive.find('bar-1.1.tar.xz', { key }),
  ];
  if (found === null || others.some((one) => one !== null)) throw new Error('wrong');
  if (JSON.stringify(key) !== '{"gosum":"abc"}') throw new Error('the key changed');
  if (found.topDirectory !== 'bar-1.0' || !(found.metadata.created_on instanceof Date)) throw new Error('metadata');
  await found.extract();
  if ((await found.readText('bar-1.0/README')) !== 'HELLO') throw new Error('reading');
  hub.breezyBuild({ ...pkg, version: '1.0', artifacts: [found] }).push();`,
    );
    expect(outcomes(await kit.run())).toEqual([['app-misc/foo-1.0', 'unchanged']]);
  });

  it('22: names of formats that are made are taken, others refused at once', async () => {
    const kit = new Kit();
    kit.autogen(
      'app-misc/foo',
      `
  for (const name of ['a.tar.xz', 'a.tar.zstd', 'a.tar.zst', 'a.tar.gz']) new hub.Archive(name);
  for (const name of ['a.tar.bz2', 'a.zip', '../x.tar.xz', 'a b.tar.xz', '-a.tar.xz', '', '.tar.xz', 'x'.repeat(250) + '.tar.xz']) {
    let refused = false;
    try { new hub.Archive(name); } catch (error) { refused = /PMS004/.test(String(error)); }
    if (!refused) throw new Error('taken: ' + name);
  }`,
    );
    expect(outcomes(await kit.run())).toEqual([['app-misc/foo', 'unchanged']]);
  });

  it('23, 24: development copies it to the folder of distfiles, renews stale copies, and a missing folder is a warning', async () => {
    const kit = new Kit();
    kit.autogen('app-misc/foo', documented(kit));
    await kit.run();
    const copy = join(kit.distdir, 'bar-1.0.tar.xz');
    const good = readFileSync(copy);
    chmodSync(copy, 0o644);
    writeFileSync(copy, 'stale');
    await kit.run();
    expect(readFileSync(copy).equals(good)).toBe(true);
    rmSync(kit.distdir, { recursive: true });
    const report = await kit.run();
    expect(outcomes(report)).toEqual([['app-misc/foo-1.0', 'unchanged']]);
    expect(report.problems.map(({ code, severity }) => [code, severity])).toEqual([['AGN022', 'warning']]);
    expect(report.isFailed).toBe(false);
  });

  it('25: production leaves the folder of distfiles alone', async () => {
    const kit = new Kit();
    kit.autogen('app-misc/foo', documented(kit));
    await kit.run({ settings: { production: true } });
    expect(existsSync(join(kit.distdir, 'bar-1.0.tar.xz'))).toBe(false);
  });

  it('26: forced runs build anew, each key once, and a plain run finds the newest', async () => {
    const kit = new Kit();
    kit.autogen('app-misc/foo', documented(kit));
    await kit.run();
    const first = srcUriOf(kit);
    for (let count = 2; count <= 3; count += 1) {
      await kit.run({ settings: { forceDynamic: true } });
      expect([builds(kit), srcUriOf(kit)]).toEqual([count, first]);
    }
    await kit.run();
    expect([builds(kit), srcUriOf(kit)]).toEqual([3, first]);
    const other = new Kit();
    other.autogen('app-misc/foo', getOrCreate(other, 3));
    await other.run({ settings: { forceDynamic: true } });
    await other.run({ settings: { forceDynamic: true } });
    expect(builds(other)).toBe(2);
    await other.run();
    expect(builds(other)).toBe(2);
  });

  it('27: four at once build one archive, and the Manifest has one line', async () => {
    const kit = new Kit();
    kit.autogen('app-misc/foo', getOrCreate(kit, 4));
    kit.autogen('app-misc/baz', getOrCreate(kit, 4));
    await kit.run();
    expect(builds(kit)).toBe(1);
    expect(kit.read('app-misc/foo/Manifest').split('\n')).toHaveLength(2);
    expect(kit.read('app-misc/foo/Manifest')).toBe(kit.read('app-misc/baz/Manifest'));
  });

  it('28: four that store by hand at once keep their own files each', async () => {
    const kit = new Kit();
    kit.autogen(
      'app-misc/foo',
      `
  const made = await Promise.all([1, 2, 3, 4].map(async (n) => {
    const archive = new hub.Archive('bar-1.0.tar.xz');
    await archive.initialize('bar');
    await new Promise((resolve) => setImmediate(resolve));
    writeFileSync(archive.topPath + '/FILE' + n, 'text ' + n);
    await archive.store({ key: { k: 1 } });
    return archive;
  }));
  for (const [at, archive] of made.entries()) {
    if ((await archive.readText('bar/FILE' + (at + 1))) !== 'text ' + (at + 1)) throw new Error('mixed');
    let has = true;
    try { await archive.readFile('bar/FILE' + (((at + 1) % 4) + 1)); } catch { has = false; }
    if (has) throw new Error('a file of another one');
  }`,
    );
    expect(outcomes(await kit.run())).toEqual([['app-misc/foo', 'unchanged']]);
  });

  it('29: an archive without its name in the key is found by the key alone', async () => {
    const kit = new Kit();
    kit.autogen(
      'app-misc/foo',
      `
  const archive = new hub.Archive('bar-1.0.tar.gz');
  await archive.initialize('bar');
  writeFileSync(archive.topPath + '/README', 'x');
  await archive.store({ key: { a: 1 }, nameScoped: false });
  const found = await hub.Archive.findByKey({ a: 1 });
  if (found?.finalName !== 'bar-1.0.tar.gz' || !(found.metadata.created_on instanceof Date)) throw new Error('by key');
  if ((await hub.Archive.find('bar-1.0.tar.gz', { key: { a: 1 } })) !== null) throw new Error('by name');`,
    );
    expect(outcomes(await kit.run())).toEqual([['app-misc/foo', 'unchanged']]);
  });

  it('says what is out of order, empty, or no key', async () => {
    const kit = new Kit();
    kit.autogen(
      'app-misc/foo',
      `
  const codes: string[] = [];
  const attempt = async (work: () => unknown) => {
    try { await work(); codes.push('fine'); } catch (error) { codes.push(String((error as Error).message).slice(0, 6)); }
  };
  const fresh = () => new hub.Archive('bar-1.0.tar.xz');
  await attempt(() => fresh().srcUri);
  await attempt(() => fresh().hash('sha512'));
  await attempt(() => fresh().topPath);
  await attempt(() => fresh().store());
  await attempt(() => hub.breezyBuild({ ...pkg, version: '1', artifacts: [fresh()] }));
  const empty = fresh();
  await empty.initialize('bar');
  await attempt(() => empty.store({ key: { date: '2024-01-01', f: (() => 1) as never } }));
  const none = fresh();
  await none.initialize();
  await attempt(() => none.store());
  await attempt(() => fresh().initialize('../bar'));
  throw new Error(codes.join(' '));`,
    );
    const [failed] = (await kit.run()).packages;
    expect(failed?.problem?.what).toBe('AGN014 AGN014 AGN014 AGN014 AGN014 EJS001 FPL011 AGN035');
  });

  it('makes an archive of a commit with its submodules, once', async () => {
    const kit = new Kit();
    const git = (folder: string, ...args: string[]): string =>
      execFileSync(
        'git',
        ['-c', 'user.name=a', '-c', 'user.email=a@b', '-c', 'protocol.file.allow=always', ...args],
        {
          cwd: join(kit.top, folder),
          encoding: 'utf8',
        },
      );
    for (const name of ['inner', 'outer']) {
      execFileSync('git', ['init', '-q', '-b', 'main', join(kit.top, name)]);
      writeFileSync(join(kit.top, name, 'FILE'), name);
      git(name, 'add', '.');
      git(name, 'commit', '-qm', 'one');
    }
    git('outer', 'submodule', '--quiet', 'add', join(kit.top, 'inner'), 'sub');
    git('outer', 'commit', '-qm', 'two');
    git('outer', 'tag', '-am', 'one', 'v1');
    const commit = git('outer', 'rev-parse', 'HEAD').trim();
    kit.autogen(
      'app-misc/foo',
      `
  const archive = await hub.Archive.fromGit({ url: ${JSON.stringify(join(kit.top, 'outer'))}, ref: 'v1', submodules: true });
  hub.breezyBuild({ ...pkg, version: '1.0', artifacts: [archive] }).push();`,
    );
    expect(outcomes(await kit.run())).toEqual([['app-misc/foo-1.0', 'written']]);
    const name = `outer-${commit.slice(0, 7)}`;
    const listed = execFileSync('bsdtar', ['-tf', join(kit.distdir, `${name}.tar.xz`)], { encoding: 'utf8' });
    const files = ['', '.gitmodules', 'FILE', 'sub/', 'sub/FILE'].map((path) => `${name}/${path}\n`).join('');
    expect(listed).toBe(files);
    expect(outcomes(await kit.run())).toEqual([['app-misc/foo-1.0', 'unchanged']]);
  });
});
