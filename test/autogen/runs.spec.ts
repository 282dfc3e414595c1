import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Kit, ok, outcomes, push, pushWith, tarball, Upstream } from './kit.ts';

/** A generator that writes what it is given into the ebuild. */
const echo = `import type { Hub, PkgInfo } from 'packmill/autogen';
export const globalDefaults = { lst: ['g'] };
export async function generate(hub: Hub, pkg: PkgInfo): Promise<void> {
  const version = pkg.version === undefined || pkg.version === 'latest' ? '99' : pkg.version;
  const { name, cat, lst, nested } = pkg;
  hub.breezyBuild({ ...pkg, version, template_text: '# ' + JSON.stringify({ name, cat, lst, nested }) }).push();
}
`;

describe('runs', () => {
  it('34: of three packages the middle one fails; the others have ebuilds and Manifests', async () => {
    const [kit, upstream] = [new Kit(), await Upstream.start()];
    const url = upstream.serve('/a.tar.gz', tarball('x', 'y'));
    const good = pushWith(url);
    kit.autogen('app-misc/a', good);
    kit.autogen(
      'app-misc/b',
      `${good}\n  throw new hub.BreezyError('no release', { cause: new Error('the page is empty') });`,
    );
    kit.autogen('app-misc/c', good);
    const report = await kit.run();
    expect(outcomes(report)).toEqual([
      ['app-misc/a-1.0', 'written'],
      ['app-misc/b-1.0', 'failed', 'AGN013'],
      ['app-misc/c-1.0', 'written'],
    ]);
    expect(report.isFailed).toBe(true);
    const { problem } = report.packages[1] ?? {};
    expect(problem).toMatchObject({
      what: 'no release',
      place: { file: join(kit.root, 'app-misc/b/autogen.ts'), line: 5 },
    });
    expect(problem?.why).toContain('the page is empty');
    expect(kit.names('app-misc/a')).toEqual(['Manifest', 'a-1.0.ebuild', 'autogen.ts', 'templates']);
    expect(kit.names('app-misc/b')).toEqual(['autogen.ts', 'templates']);
    expect(kit.names('app-misc/c')).toContain('Manifest');
  });

  it('35: modules that do not load or cannot generate fail alone', async () => {
    const kit = new Kit();
    kit.autogen('app-misc/good', ok);
    kit.write('app-misc/syntax/autogen.ts', 'export async function generate(hub {');
    kit.write('app-misc/import/autogen.ts', `import './no.ts';\nexport async function generate() {}`);
    kit.write('app-misc/none/autogen.ts', 'export const x = 1;');
    kit.write('app-misc/plain/autogen.ts', 'export function generate() {}');
    kit.write('app-misc/throws/autogen.mjs', `throw new Error('while loading');`);
    const report = await kit.run();
    expect(outcomes(report)).toEqual([
      ['app-misc/good-1.0', 'written'],
      ['app-misc/import', 'failed', 'AGN007'],
      ['app-misc/none', 'failed', 'AGN008'],
      ['app-misc/plain', 'failed', 'AGN008'],
      ['app-misc/syntax', 'failed', 'AGN007'],
      ['app-misc/throws', 'failed', 'AGN007'],
    ]);
    expect(report.packages.find(({ label }) => label.endsWith('syntax'))?.problem?.place).toMatchObject({
      file: join(kit.root, 'app-misc/syntax/autogen.ts'),
      line: 1,
    });
  });

  it('47, 48, 49: YAML packages have the versions that were written and all layers of settings', async () => {
    const kit = new Kit();
    kit.write('dev-x/generators/echo.ts', echo);
    kit.write(
      'dev-x/autogen.yaml',
      `r:
  generator: echo
  defaults: { lst: [d], nested: { a: 1, b: 2 } }
  packages:
    - a: { version: 1.10, lst: [p], nested: { b: 3, c: 4 } }
    - b: { version: 5 }
    - c: { version: 2024-01-02 }
    - d: { version: }
    - e: { versions: { 1.10: { nested: { c: ten } }, '2.0': {}, latest: {} } }
`,
    );
    const report = await kit.run();
    expect(outcomes(report)).toEqual([
      ['dev-x/d', 'failed', 'AGN005'],
      ['dev-x/a-1.10', 'written'],
      ['dev-x/b-5', 'written'],
      ['dev-x/c-2024-01-02', 'failed', 'PMS001'],
      ['dev-x/e-1.10', 'written'],
      ['dev-x/e-2.0', 'written'],
      ['dev-x/e-99', 'written'],
    ]);
    expect(JSON.parse(kit.read('dev-x/a/a-1.10.ebuild').slice(2))).toEqual({
      name: 'a',
      cat: 'dev-x',
      lst: ['g', 'd', 'p'],
      nested: { a: 1, b: 3, c: 4 },
    });
    expect(JSON.parse(kit.read('dev-x/e/e-1.10.ebuild').slice(2)).nested).toEqual({ a: 1, b: 2, c: 'ten' });
    const replaced = report.problems.filter(({ code }) => code === 'AGN011').map(({ what }) => what);
    expect(replaced).toEqual(["setting 'nested.b' is replaced"]);
  });

  it('prints numbers of YAML as the original does', async () => {
    const kit = new Kit();
    kit.write('dev-x/generators/echo.ts', echo);
    kit.write(
      'dev-x/autogen.yaml',
      'r: { generator: echo, packages: [a: { version: 1, nested: [2.0, 1.10, 3, 010, yes, 2024-01-02] }] }\n',
    );
    await kit.run();
    expect(JSON.parse(kit.read('dev-x/a/a-1.ebuild').slice(2)).nested).toEqual([
      '2.0',
      1.1,
      3,
      8,
      true,
      '2024-01-02',
    ]);
  });

  it('50: at the overlay root the category is the one of the generator, and without one a package fails', async () => {
    const kit = new Kit();
    kit.write('generators/cats.ts', echo.replace("lst: ['g']", "cat: 'dev-x'"));
    kit.write('generators/none.ts', echo);
    kit.write(
      'autogen.yaml',
      'a: { generator: cats, packages: [foo: { version: 1 }] }\nb: { generator: none, packages: [bar: { version: 1 }] }\n',
    );
    expect(outcomes(await kit.run())).toEqual([
      ['dev-x/foo-1', 'written'],
      ['bar-1', 'failed', 'AGN009'],
    ]);
    expect(kit.has('dev-x/foo/foo-1.ebuild')).toBe(true);
  });

  it('51: the generator beside the file comes before the one of kit-fixups, then the one of the tree, and each is loaded once', async () => {
    const kit = new Kit();
    const loads = join(kit.top, 'loads');
    const says = (word: string): string =>
      `import { appendFileSync } from 'node:fs';\nappendFileSync(${JSON.stringify(loads)}, '${word} ');\n${echo.replace("'# '", `'# ${word}'`)}`;
    mkdirSync(join(kit.top, 'kit-fixups-test/generators'));
    writeFileSync(join(kit.top, 'kit-fixups-test/generators/echo.ts'), says('far'));
    kit.write('dev-x/generators/echo.ts', says('near'));
    kit.write(
      'dev-x/autogen.yaml',
      'r: { generator: echo, packages: [a: { version: 1 }, b: { version: 1 }] }\n',
    );
    kit.write(
      'dev-y/autogen.yaml',
      'r: { generator: echo, packages: [c: { version: 1 }] }\ns: { generator: ecko, packages: [d] }\nt: { packages: [e] }\n',
    );
    kit.write('dev-z/autogen.yaml', 'r: { packages: [f: { version: 1 }] }\n');
    kit.write('dev-z/generator.ts', says('beside'));
    expect(outcomes(await kit.run())).toEqual([
      ['dev-x/a-1', 'written'],
      ['dev-x/b-1', 'written'],
      ['dev-y/c-1', 'written'],
      ["rule 's'", 'failed', 'AGN006'],
      ["rule 't'", 'failed', 'AGN006'],
      ['dev-z/f-1', 'written'],
    ]);
    expect(kit.read('dev-x/b/b-1.ebuild')).toContain('# near');
    expect(kit.read('dev-y/c/c-1.ebuild')).toContain('# far');
    expect(kit.read('dev-z/f/f-1.ebuild')).toContain('# beside');
  });

  it('52: two autogens that produce one package: the later one fails and names the first', async () => {
    const kit = new Kit();
    kit.autogen('app-misc/foo', ok);
    kit.write('zz-misc/generators/echo.ts', echo);
    kit.write(
      'zz-misc/autogen.yaml',
      'r: { generator: echo, packages: [foo: { cat: app-misc, version: 2 }, bar: { version: 2 }] }\n',
    );
    const report = await kit.run();
    expect(outcomes(report)).toEqual([
      ['app-misc/foo-1.0', 'written'],
      ['app-misc/foo-2', 'failed', 'AGN012'],
      ['zz-misc/bar-2', 'written'],
    ]);
    expect(report.packages[1]?.problem?.what).toContain(join(kit.root, 'app-misc/foo/autogen.ts'));
    expect(kit.names('app-misc/foo')).not.toContain('foo-2.ebuild');
  });

  it('keeps packages by category and name, and says when none is left', async () => {
    const kit = new Kit();
    for (const name of ['a', 'b']) kit.autogen(`app-misc/${name}`, ok);
    expect(outcomes(await kit.run({ options: { package: 'b', category: 'app-misc' } }))).toEqual([
      ['app-misc/b-1.0', 'written'],
    ]);
    const none = await kit.run({ options: { package: 'x' } });
    expect([none.problems.map(({ code }) => code), none.isFailed]).toEqual([['AGN033'], false]);
  });

  it('hands each generate settings of its own, and lets preprocessPackages drop, add and edit', async () => {
    const kit = new Kit();
    kit.write(
      'dev-x/generator.ts',
      `import type { Hub, PkgInfo } from 'packmill/autogen';
export async function* preprocessPackages(hub: Hub, packages: readonly PkgInfo[]) {
  for (const pkg of packages) {
    if (pkg.name === 'drop') continue;
    yield pkg;
    yield { ...pkg, name: pkg.name + 'x' };
  }
}
export async function generate(hub: Hub, pkg: PkgInfo): Promise<void> {
  (pkg.inherit as string[]).push(pkg.name);
  hub.breezyBuild({ ...pkg, version: '1', template_text: '{{inherit|join(" ")}} {{gen_path}} {{autogen_id}} {{name}}' }).push();
}
`,
    );
    kit.write('dev-x/autogen.yaml', 'r: { defaults: { inherit: [base] }, packages: [a, drop, b] }\n');
    await kit.run();
    expect(['a', 'ax', 'b', 'bx'].map((name) => kit.read(`dev-x/${name}/${name}-1.ebuild`))).toEqual(
      ['a', 'ax', 'b', 'bx'].map((name) => `base ${name} \${REPODIR}/dev-x test-kit/curated:dev-x ${name}\n`),
    );
  });

  it('catches what nobody awaits and what never ends', async () => {
    const kit = new Kit();
    kit.autogen('app-misc/a', `  void Promise.reject(new Error('forgotten'));\n${ok}`);
    kit.autogen('app-misc/b', '  await new Promise(() => undefined);');
    kit.autogen('app-misc/c', ok);
    const report = await kit.run({ settings: { timeLimitMs: 400 } });
    expect(outcomes(report)).toEqual([
      ['app-misc/a-1.0', 'failed', 'AGN013'],
      ['app-misc/b', 'failed', 'AGN013'],
      ['app-misc/c-1.0', 'written'],
    ]);
    expect(report.packages.map(({ problem }) => problem?.what)).toEqual([
      'forgotten',
      'it takes more than 400 ms',
      undefined,
    ]);
  });

  it('throws for a member that the hub does not have, and offers the nearest', async () => {
    const kit = new Kit();
    kit.autogen(
      'app-misc/a',
      `  await (hub as never as { getpage: (url: string) => unknown }).getpage('x');`,
    );
    const problem = (await kit.run()).packages[0]?.problem;
    expect([problem?.code, problem?.what, problem?.next]).toEqual([
      'AGN024',
      "'hub.getpage' does not exist",
      "Did you mean 'hub.getPage'?",
    ]);
  });

  it('writes nothing in a dry run and shows what would change', async () => {
    const kit = new Kit();
    kit.autogen('app-misc/a', ok, 'EAPI=8\nX=1\n');
    await kit.run();
    kit.autogen('app-misc/a', ok, 'EAPI=8\nX=2\n');
    expect(outcomes(await kit.run({ options: { dryRun: true } }))).toEqual([['app-misc/a-1.0', 'written']]);
    expect(kit.read('app-misc/a/a-1.0.ebuild')).toBe('EAPI=8\nX=1\n');
    expect(kit.events.filter(({ kind }) => kind === 'diff')).toEqual([
      {
        kind: 'diff',
        path: 'app-misc/a/a-1.0.ebuild',
        text: '--- app-misc/a/a-1.0.ebuild\n+++ app-misc/a/a-1.0.ebuild\n@@ -1,2 +1,2 @@\n EAPI=8\n-X=1\n+X=2\n',
      },
    ]);
  });

  it('does not touch files that are as they should be', async () => {
    const kit = new Kit();
    kit.autogen('app-misc/a', ok);
    await kit.run();
    const path = join(kit.root, 'app-misc/a/a-1.0.ebuild');
    utimesSync(path, 1, 1);
    await kit.run();
    expect(statSync(path).mtimeMs).toBe(1000);
  });

  it('cleans what a successful run of the same autogen did not make again, and nothing of git or of hands', async () => {
    const kit = new Kit();
    const repository = join(kit.top, 'kit-fixups-test');
    rmSync(join(repository, '.git'), { recursive: true });
    execFileSync('git', ['init', '-q', repository]);
    const versions = (list: string): string =>
      `  for (const version of ${list}) hub.breezyBuild({ ...pkg, version, artifacts: [] }).push();`;
    kit.autogen('app-misc/a', versions(`['1.0', '2.0', '3.0', '4.0']`));
    kit.autogen('app-misc/b', versions(`['1.0']`));
    await kit.run();
    execFileSync('git', ['-C', repository, 'add', '-f', 'test-kit/curated/app-misc/a/a-2.0.ebuild']);
    kit.write('app-misc/a/a-3.0.ebuild', 'edited');
    kit.autogen('app-misc/a', versions(`['4.0']`));
    kit.autogen('app-misc/b', `${versions(`['2.0']`)}\n  throw new Error('no');`);
    const dry = await kit.run({ options: { clean: true, dryRun: true } });
    expect([dry.totals.removed, kit.has('app-misc/a/a-1.0.ebuild')]).toEqual([1, true]);
    await kit.run({ options: { clean: true } });
    const ebuilds = [...kit.names('app-misc/a'), ...kit.names('app-misc/b')].filter((name) =>
      name.endsWith('.ebuild'),
    );
    expect(ebuilds).toEqual(['a-2.0.ebuild', 'a-3.0.ebuild', 'a-4.0.ebuild', 'b-1.0.ebuild']);
  });

  it('cleans nothing when only one rule ran, or the overlay is to stay as it is', async () => {
    const kit = new Kit();
    const repository = join(kit.top, 'kit-fixups-test');
    rmSync(join(repository, '.git'), { recursive: true });
    execFileSync('git', ['init', '-q', repository]);
    kit.write('app-misc/generator.ts', echo);
    const rules = (version: string): string =>
      `one:\n  packages: [a: { version: '${version}' }]\ntwo:\n  packages: [b: { version: '${version}' }]\n`;
    kit.write('app-misc/autogen.yaml', rules('1.0'));
    await kit.run();
    kit.write('app-misc/autogen.yaml', rules('2.0'));
    const clean = true;
    const ofRule = await kit.run({ options: { clean, rule: 'one' } });
    expect([ofRule.totals.removed, ...kit.names('app-misc/b')]).toEqual([0, 'b-1.0.ebuild']);
    const elsewhere = await kit.run({ settings: { into: join(kit.top, 'made') }, options: { clean } });
    const handed = await kit.run({ options: { clean, take: () => {} } });
    expect([elsewhere.totals.removed, handed.totals.removed]).toEqual([0, 0]);
    expect(kit.names('app-misc/a')).toEqual(['a-1.0.ebuild', 'a-2.0.ebuild']);
    expect((await kit.run({ options: { clean } })).totals.removed).toBe(2);
  });

  it('cleans the Manifest, too, of files that no ebuild needs any more', async () => {
    const [kit, upstream] = [new Kit(), await Upstream.start()];
    const repository = join(kit.top, 'kit-fixups-test');
    rmSync(join(repository, '.git'), { recursive: true });
    execFileSync('git', ['init', '-q', repository]);
    const version = (version: string): string => {
      const url = upstream.serve(`/a-${version}.tar.gz`, tarball('x', version));
      return push(`version: '${version}', artifacts: [hub.artifact({ url: '${url}' })]`);
    };
    kit.autogen('app-misc/a', `${version('1.0')}\n${version('2.0')}`);
    await kit.run({ options: { clean: true } });
    kit.autogen('app-misc/a', version('2.0'));
    await kit.run();
    const lines = (): number => kit.read('app-misc/a/Manifest').trimEnd().split('\n').length;
    expect([lines(), kit.has('app-misc/a/a-1.0.ebuild')]).toEqual([2, true]);
    await kit.run({ options: { clean: true } });
    expect([lines(), kit.names('app-misc/a')]).toEqual([
      1,
      ['Manifest', 'a-2.0.ebuild', 'autogen.ts', 'templates'],
    ]);
    expect(kit.read('app-misc/a/Manifest')).toContain('DIST a-2.0.tar.gz ');
  });

  it('begins nothing more after a failure when it shall fail fast', async () => {
    const kit = new Kit();
    kit.autogen('app-misc/a', `  throw new Error('no');`);
    kit.autogen('app-misc/b', ok);
    expect(outcomes(await kit.run({ options: { failFast: true, jobs: 1 } }))).toEqual([
      ['app-misc/a', 'failed', 'AGN013'],
      ['app-misc/b', 'skipped'],
    ]);
  });

  it('writes the other packages when one folder cannot be written', async () => {
    const kit = new Kit();
    kit.autogen('app-misc/a', ok);
    kit.autogen('app-misc/b', ok);
    kit.write('app-misc/gen/generator.ts', echo);
    // a file stands where a folder has to be
    kit.write('dev-y', 'a file');
    kit.write('app-misc/gen/autogen.yaml', 'r: { packages: [c: { cat: dev-y, version: 1 }] }\n');
    const report = await kit.run();
    expect(outcomes(report)).toEqual([
      ['app-misc/a-1.0', 'written'],
      ['app-misc/b-1.0', 'written'],
      ['dev-y/c-1', 'failed', 'SYS004'],
    ]);
  });

  it('refuses a release that kit-fixups does not define', async () => {
    const kit = new Kit();
    const folder = join(kit.top, 'kit-fixups-test/releases/mark');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'repositories.yaml'), 'release: { metadata: { name: mark } }\n');
    kit.autogen(
      'app-misc/a',
      `  if ((hub.releaseYaml.release?.metadata as { name: string }).name !== 'mark') throw new Error('no');\n${ok}`,
    );
    await expect(kit.run()).rejects.toThrow(/AGN029/);
    expect(outcomes(await kit.run({ settings: { release: 'mark' } }))).toEqual([
      ['app-misc/a-1.0', 'written'],
    ]);
  });

  it('leaves autogens in Python out with a word, and refuses files that are none', async () => {
    const kit = new Kit();
    kit.write('app-misc/p/autogen.py', 'x');
    kit.write('app-misc/n/notes.txt', 'x');
    kit.write('.git/autogen.ts', 'x');
    kit.write('node_modules/a/autogen.ts', 'x');
    const report = await kit.run();
    expect([report.packages, report.problems.map(({ code }) => code)]).toEqual([[], ['AGN023']]);
    await expect(kit.run({ files: [join(kit.root, 'app-misc/n/notes.txt')] })).rejects.toThrow(/AGN002/);
    await expect(kit.run({ files: [join(kit.root, 'no.ts')] })).rejects.toThrow(/AGN002/);
    expect(existsSync(join(kit.root, 'app-misc/p/p.ebuild'))).toBe(false);
    chmodSync(kit.root, 0o755);
  });
});
