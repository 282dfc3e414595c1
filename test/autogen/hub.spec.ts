import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findOverlay } from '../../src/autogen/index.ts';
import { Kit, outcomes, pushWith, tarball, Upstream } from './kit.ts';
import { program, project } from './program.ts';

/** The first block of TypeScript of a document that mentions some words. */
function exampleOf(document: string, words: string): string {
  const blocks = [...readFileSync(join(project, 'docs', document), 'utf8').matchAll(/```ts\n([\s\S]*?)```/g)];
  const found = blocks.map(([, text = '']) => text).find((text) => text.includes(words));
  if (found === undefined) throw new Error(`no example in ${document} has '${words}'`);
  return found;
}

describe('the hub', () => {
  it('17: runs the example of docs/dynamic-archives.md as it is written', async () => {
    const kit = new Kit();
    kit.autogen('app-misc/dynamic-archive', '');
    kit.write('app-misc/dynamic-archive/autogen.ts', exampleOf('dynamic-archives.md', 'archive.initialize'));
    expect(outcomes(await kit.run())).toEqual([['app-misc/dynamic-archive-1.0', 'written']]);
    const listed = execFileSync('bsdtar', ['-tf', join(kit.distdir, 'dynamic-archive-1.0.tar.xz')], {
      encoding: 'utf8',
    });
    expect(listed).toBe('dynamic-archive-1.0/\ndynamic-archive-1.0/README\n');
    expect(outcomes(await kit.run())).toEqual([['app-misc/dynamic-archive-1.0', 'unchanged']]);
  });

  it('44, 45: tells where redirects lead and what a server calls its answer, fresh and kept', async () => {
    const [kit, upstream] = [new Kit(), await Upstream.start()];
    for (const status of [301, 302, 307, 308]) {
      upstream.serve(`/${status}`, (_request, response) =>
        response.writeHead(status, { location: `../to/${status}` }).end(),
      );
    }
    upstream.serve('/file', (_request, response) => {
      response.writeHead(200, { 'content-disposition': 'attachment; filename="foo-3.1.tar.gz"' }).end('x');
    });
    kit.autogen(
      'app-misc/a',
      `  const told: unknown[] = [];
  for (const status of [301, 302, 307, 308]) told.push(await hub.getRedirect('${upstream.address}/' + status));
  for (let count = 0; count < 2; count += 1) told.push(await hub.getResponseFilename('${upstream.address}/file'));
  throw new Error(told.join(' '));`,
    );
    const [{ problem } = {}] = (await kit.run()).packages;
    const targets = [301, 302, 307, 308].map((status) => `${upstream.address}/to/${status}`);
    expect(problem?.what).toBe([...targets, 'foo-3.1.tar.gz', 'foo-3.1.tar.gz'].join(' '));
  });

  it('has the long names and the old spellings', async () => {
    const [kit, upstream] = [new Kit(), await Upstream.start()];
    const page = upstream.serve('/page.json', '{"v": "1.5"}');
    const file = upstream.serve('/f.tar.gz', tarball('f/go.sum', 'sums'));
    kit.autogen(
      'app-misc/a',
      `  const old = hub as never as { get_page(url: string): Promise<string>; autogen_id: string; temp_path: string };
  const { v } = JSON.parse(await old.get_page('${page}'));
  if (v !== (await hub.pkgtools.fetch.get_json<{ v: string }>('${page}')).v) throw new Error('pages');
  if (old.autogen_id !== hub.autogenId || old.temp_path !== hub.pkgtools.model.temp_path) throw new Error('names');
  const { Artifact, BreezyBuild } = hub.pkgtools.ebuild;
  const source = new Artifact({ url: '${file}', final_name: 'f-1.5.tar.gz' });
  if ((await source.readText('*/go.sum')) !== 'sums') throw new Error('reading');
  await source.extract();
  if ((await hub.cmd.capture(['cat', source.extractPath + '/f/go.sum'])).stdout !== 'sums') throw new Error('unpacking');
  if (hub.versions.latest(['1.9', '1.10', '1.2']) !== '1.10') throw new Error('versions');
  new BreezyBuild({ ...pkg, version: v, artifacts: [source] }).push();`,
    );
    expect(outcomes(await kit.run())).toEqual([['app-misc/a-1.5', 'written']]);
    expect(kit.read('app-misc/a/Manifest')).toMatch(/^DIST f-1\.5\.tar\.gz /);
  });

  it('throws what a command printed, and what is not set or does not exist', async () => {
    const kit = new Kit();
    const cases: readonly (readonly [string, string, string])[] = [
      [`await hub.cmd.run(['sh', '-c', 'echo trouble >&2; exit 3'])`, 'AGN032', 'exit 3'],
      [`await hub.cmd.shell('exit 4')`, 'AGN032', 'exit 4'],
      [`hub.upstream('github-api')`, 'AGN026', "'github-api' is not set"],
      [`hub.upstream('githup-api')`, 'AGN026', "no upstream 'githup-api'"],
      [`await hub.getPage('http://127.0.0.1:1/', { refreshInterval: 'soon' })`, 'AGN035', "'soon'"],
      [
        `hub.artifact({ url: 'mirror://nowhere/x' }).fetch().catch((e) => { throw e; })`,
        'AGN038',
        "'nowhere'",
      ],
      ['hub.pkgtools.nothing', 'AGN024', "'hub.pkgtools.nothing'"],
      ['hub.releaseYaml', 'AGN029', "release 'next'"],
    ];
    for (const [at, [line]] of cases.entries())
      kit.autogen(`app-misc/p${'abcdefgh'[at]}`, `  await (${line.replace(/^await /, '')});`);
    const ended = (await kit.run()).packages;
    for (const [at, [, code, words]] of cases.entries()) {
      expect([ended[at]?.problem?.code, ended[at]?.problem?.what.includes(words)]).toEqual([code, true]);
    }
    expect(ended[0]?.problem?.why).toBe('trouble');
  });

  it('names the line of the autogen that asked for what is not there, and the member that is nearest', async () => {
    const kit = new Kit();
    kit.autogen('app-misc/a', `  const url = 'http://127.0.0.1:1/a.tar.gz';\n  hub.artefact({ url });`);
    const a = (await kit.run()).packages[0]?.problem;
    const lines = kit.read('app-misc/a/autogen.ts').split('\n');
    expect([a?.code, a?.next]).toEqual(['AGN024', "Did you mean 'hub.artifact'?"]);
    expect(a?.place?.line).toBe(1 + lines.findIndex((line) => line.includes('artefact')));
  });

  it('expands mirror:// by profiles/thirdpartymirrors and asks the next server when one fails', async () => {
    const [kit, upstream] = [new Kit(), await Upstream.start()];
    upstream.serve('/two/f.bin', 'x');
    kit.write(
      'profiles/thirdpartymirrors',
      `# servers\nours\t${upstream.address}/one ${upstream.address}/two/\n`,
    );
    kit.autogen(
      'app-misc/a',
      `  hub.breezyBuild({ ...pkg, version: '1', artifacts: [hub.artifact({ url: 'mirror://ours/f.bin' })] }).push();`,
    );
    expect(outcomes(await kit.run())).toEqual([['app-misc/a-1', 'written']]);
    expect(kit.read('app-misc/a/a-1.ebuild')).toContain('mirror://ours/f.bin -> f.bin');
    expect(upstream.asked).toEqual(['/one/f.bin', '/two/f.bin']);
    // known by the address that the tree has, so that other servers make it no other file
    kit.write('profiles/thirdpartymirrors', `ours\t${upstream.address}/three\n`);
    expect(outcomes(await kit.run())).toEqual([['app-misc/a-1', 'unchanged']]);
    expect(upstream.asked).toHaveLength(2);
  });

  it('expands mirror:// by the lists of layers of the kit, of masters and of their masters, in this order', async () => {
    const [kit, upstream] = [new Kit(), await Upstream.start()];
    const address = upstream.serve('/release/f.bin', 'x').replace('/release/f.bin', '');
    const list = (path: string, line: string): void => {
      kit.write(`${path}/profiles/thirdpartymirrors`, `${line}\n`);
    };
    kit.write('metadata/layout.conf', 'masters = core-kit\n');
    list('../global', `ours ftp://files.example/ ${address}/layer`);
    list('../../core-kit/curated', `ours ${address}/core`);
    kit.write('../../core-kit/curated/metadata/layout.conf', 'masters = base-kit\n');
    list('../../base-kit/next', `deep ${address}/base`);
    kit.write(
      '../../releases/next/repositories.yaml',
      'release:\n  kit-definitions:\n    kits: [ test-kit: { masters: [release-kit] } ]\n',
    );
    list('../../release-kit/global', `ours ${address}/release\nftp-only ftp://files.example`);
    kit.autogen('app-misc/a', pushWith('mirror://ours/f.bin'));
    kit.autogen('app-misc/b', pushWith('mirror://ftp-only/f.bin'));
    kit.autogen('app-misc/c', pushWith('mirror://nobody/f.bin'));
    const report = await kit.run();
    expect(outcomes(report)).toEqual([
      ['app-misc/a-1.0', 'written'],
      ['app-misc/b', 'failed', 'AGN038'],
      ['app-misc/c', 'failed', 'AGN038'],
    ]);
    expect(report.packages[2]?.problem?.place?.file).toContain('app-misc/c/autogen.ts');
    expect(upstream.asked).toEqual(['layer', 'core', 'release'].map((name) => `/${name}/f.bin`));
  });

  it('warns of archives with the data of git in them', async () => {
    const kit = new Kit();
    kit.autogen(
      'app-misc/a',
      `  const archive = await hub.Archive.getOrCreate('a.tar.xz', { topDirectory: 'a' }, async ({ topPath }) => {
    await hub.cmd.run(['git', 'init', '-q', topPath]);
  });
  hub.breezyBuild({ ...pkg, version: '1', artifacts: [archive] }).push();`,
    );
    expect((await kit.run()).packages[0]?.remarks.map(({ code }) => code)).toEqual(['AGN030']);
  });

  it('notes where versions of a YAML file are merged deeply now', async () => {
    const kit = new Kit();
    kit.write(
      'dev-x/generator.ts',
      `export async function generate(hub, pkg) { hub.breezyBuild({ ...pkg, template_text: 'x' }).push(); }`,
    );
    kit.write(
      'dev-x/autogen.yaml',
      'r: { packages: [a: { n: { x: 1 }, versions: { 1: { n: { y: 2 } } } }] }\n',
    );
    const report = await kit.run();
    expect(report.problems.map(({ code, severity }) => [code, severity])).toEqual([['AGN036', 'note']]);
  });

  it('finds the overlay and the repository, and says which marker is missing', () => {
    const kit = new Kit();
    kit.write('app-misc/a/x', '');
    expect(findOverlay(join(kit.root, 'app-misc/a'))).toEqual({
      root: kit.root,
      repository: join(kit.top, 'kit-fixups-test'),
      isFixups: true,
    });
    expect(() => findOverlay(kit.top)).toThrow(/AGN001.*layout\.conf/);
    mkdirSync(join(kit.top, 'alone/metadata'), { recursive: true });
    writeFileSync(join(kit.top, 'alone/metadata/layout.conf'), '');
    expect(() => findOverlay(join(kit.top, 'alone'))).toThrow(/AGN001.*\.git/);
  });

  it('takes generators from a clone of kit-fixups that is brought up to date, and works on without its server', async () => {
    const kit = new Kit();
    const [fixups, overlay] = [join(kit.top, 'upstream-fixups'), join(kit.top, 'my-overlay')];
    const write = (path: string, text: string): void => {
      mkdirSync(join(path, '..'), { recursive: true });
      writeFileSync(path, text);
    };
    const generator = (word: string): string =>
      `export async function generate(hub, pkg) { hub.breezyBuild({ ...pkg, template_text: '${word}' }).push(); }\n`;
    const commit = (text: string): void => {
      write(join(fixups, 'generators/far.mjs'), generator(text));
      execFileSync('git', ['-C', fixups, 'add', '.']);
      execFileSync('git', ['-C', fixups, '-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '-qm', text]);
    };
    execFileSync('git', ['init', '-q', '-b', 'master', fixups]);
    commit('one');
    mkdirSync(join(overlay, '.git'), { recursive: true });
    write(join(overlay, 'metadata/layout.conf'), 'masters =\n');
    write(join(overlay, 'dev-x/autogen.yaml'), 'r: { generator: far, packages: [a: { version: 1 }] }\n');
    const doit = (words: readonly string[]) =>
      spawnSync(program, ['doit', ...words], {
        cwd: overlay,
        encoding: 'utf8',
        env: { PATH: process.env['PATH'] ?? '', HOME: kit.top, METATOOLS_WORKSPACE: kit.top },
      });
    const ebuild = (): string => readFileSync(join(overlay, 'dev-x/a/a-1.ebuild'), 'utf8');
    expect(doit([]).stderr).toContain('AGN006');
    expect(doit(['--fixups_url', fixups]).status).toBe(0);
    expect(ebuild()).toBe('one\n');
    commit('two');
    expect([doit(['--fixups-url', fixups, '--fast']).status, ebuild()]).toEqual([0, 'one\n']);
    expect([doit(['--fixups-url', fixups]).status, ebuild()]).toEqual([0, 'two\n']);
    const gone = doit(['--fixups-url', join(kit.top, 'gone')]);
    expect([gone.status, gone.stderr.includes('AGN034')]).toEqual([0, true]);
    expect(readdirSync(join(kit.top, 'repo_tmp/source-trees'))).toHaveLength(1);
    expect(existsSync(join(overlay, 'dev-x/a/Manifest'))).toBe(false);
  });
});
