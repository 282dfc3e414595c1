import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseSrcinfo } from '../../src/formats/pacman/index.ts';
import { branchKey, watchedBranches } from '../../src/formats/pkgbuild-repo/index.ts';
import { branchHeads } from '../../src/upstream/index.ts';
import { farServer } from '../fetcher/far-server.ts';

/** The branches of a recipe with these lines of sources. */
function watched(...lines: string[]) {
  const text = `pkgbase = foo\n\tpkgver = 1\n\tpkgrel = 1\n\tarch = any\n${lines.map((line) => `\t${line}\n`).join('')}\npkgname = foo\n`;
  const { srcinfo } = parseSrcinfo(text, '.SRCINFO');
  if (!srcinfo) throw new Error('no .SRCINFO');
  return watchedBranches(srcinfo).map(branchKey);
}

describe('a recipe follows', () => {
  it('V01 the default branch where no branch is named', () => {
    expect(watched('source = foo::git+https://h/f.git')).toEqual(['https://h/f.git#HEAD']);
  });
  it('V02 a branch by its whole name, wherever the query stands', () => {
    const dev = 'https://h/f.git#refs/heads/dev';
    expect(watched('source = git+https://h/f.git?signed#branch=dev')).toEqual([dev]);
    expect(watched('source = git+https://h/f.git#branch=dev?signed')).toEqual([dev]);
    expect(watched('source = git+https://h/f.git?signed')).toEqual(['https://h/f.git#HEAD']);
    expect(watched('source = git+https://h/f.git#branch=a/b#c')).toEqual([
      'https://h/f.git#refs/heads/a/b#c',
    ]);
  });
  it('V04 nothing that its maintainer has pinned', () => {
    for (const fragment of ['tag=v1', 'commit=abc', 'revision=1', 'branch=', 'nonsense']) {
      expect(watched(`source = git+https://h/f.git#${fragment}`), fragment).toEqual([]);
    }
  });
  it('V05 neither sources of one architecture nor those without git+', () => {
    expect(
      watched('source_x86_64 = git+https://h/f.git', 'source = git://h/f', 'source = https://h/git+f'),
    ).toEqual([]);
  });
  it('V10 no other kind of repository', () => {
    expect(watched('source = foo::svn+https://h/f', 'source = hg+https://h/f', 'source = bzr+lp:f')).toEqual(
      [],
    );
  });
  it('all of its git sources, each once, in their order', () => {
    expect(
      watched(
        'source = foo.patch',
        'source = b::git+ssh://git@h/b.git',
        'source = a::git+https://h/a.git#branch=x',
        'source = git+https://h/a.git#branch=y',
        'source = git+https://h/pinned.git#tag=1',
        'source = again::git+https://h/a.git#branch=x',
      ),
    ).toEqual(['ssh://git@h/b.git#HEAD', 'https://h/a.git#refs/heads/x', 'https://h/a.git#refs/heads/y']);
  });
});

describe('the newest commits of branches', () => {
  const folder = mkdtempSync(join(tmpdir(), 'packmill-branches-'));
  const configFile = join(folder, 'config');
  const git = (repository: string, ...args: string[]): string =>
    execFileSync(
      'git',
      ['-C', join(folder, repository), '-c', 'user.name=t', '-c', 'user.email=t@localhost', ...args],
      {
        encoding: 'utf8',
      },
    ).trim();
  beforeAll(() => {
    writeFileSync(configFile, '[safe]\n\tdirectory = *\n');
    for (const name of ['one', 'two']) {
      mkdirSync(join(folder, name));
      git(name, 'init', '--quiet', '--initial-branch=main');
      git(name, 'commit', '--quiet', '--allow-empty', '--message', `${name} 1`);
      git(name, 'checkout', '--quiet', '-b', 'a/dev');
      git(name, 'commit', '--quiet', '--allow-empty', '--message', `${name} 2`);
      git(name, 'checkout', '--quiet', '-b', 'dev');
      git(name, 'commit', '--quiet', '--allow-empty', '--message', `${name} 3`);
      git(name, 'checkout', '--quiet', 'main');
    }
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const urlOf = (name: string): string => `file://${folder}/${name}`;

  it('V03 are those of exactly these branches', async () => {
    const branch = { url: urlOf('one'), ref: 'refs/heads/dev' };
    const heads = await branchHeads([branch], { configFile });
    expect(heads.get(branchKey(branch))).toEqual({
      kind: 'commit',
      commit: git('one', 'rev-parse', 'refs/heads/dev'),
    });
    expect(git('one', 'rev-parse', 'refs/heads/dev')).not.toBe(git('one', 'rev-parse', 'refs/heads/a/dev'));
  });
  it('of many branches come from one question to each repository', async () => {
    const refs = ['HEAD', 'refs/heads/dev', 'refs/heads/a/dev', 'refs/heads/gone'];
    const branches = ['one', 'two'].flatMap((name) => refs.map((ref) => ({ url: urlOf(name), ref })));
    const log = join(folder, 'questions');
    const heads = await branchHeads(branches, { configFile: tracing(log) });
    for (const name of ['one', 'two']) {
      const kinds = refs.map((ref) => heads.get(branchKey({ url: urlOf(name), ref }))?.kind);
      expect(kinds).toEqual(['commit', 'commit', 'commit', 'nothing']);
    }
    expect(heads.get(`${urlOf('two')}#refs/heads/gone`)).toMatchObject({
      problem: { code: 'UPS040', severity: 'warning', what: expect.stringContaining("'refs/heads/gone'") },
    });
    const questions = execFileSync('grep', ['-c', '"event":"start".*ls-remote', log], { encoding: 'utf8' });
    expect(Number(questions)).toBe(2);
  });
  it('are told of others when one repository is not there', async () => {
    const gone = { url: urlOf('gone'), ref: 'HEAD' };
    const there = { url: urlOf('one'), ref: 'HEAD' };
    const heads = await branchHeads([gone, there], { configFile });
    expect(heads.get(branchKey(gone))).toMatchObject({ kind: 'nothing', problem: { code: 'UPS040' } });
    expect(heads.get(branchKey(there))).toMatchObject({ kind: 'commit' });
  });
  it('are not asked of a server for ever that is in trouble', async () => {
    const server = await farServer((_request, response) => response.writeHead(503).end());
    try {
      const branches = Array.from({ length: 40 }, (_, index) => ({
        url: `${server.url}/r${index}.git`,
        ref: 'HEAD',
      }));
      const there = { url: urlOf('one'), ref: 'HEAD' };
      const heads = await branchHeads([...branches, there], { configFile });
      for (const branch of branches) {
        expect(heads.get(branchKey(branch))).toMatchObject({ kind: 'silent', problem: { code: 'UPS041' } });
      }
      expect(heads.get(branchKey(there))).toMatchObject({ kind: 'commit' });
      expect(server.heard.length).toBeLessThanOrEqual(8);
    } finally {
      await server.close();
    }
  });
  it('are never looked for by running what an address says', async () => {
    const mark = join(folder, 'ran');
    const branch = { url: `ext::touch ${mark}`, ref: 'HEAD' };
    expect((await branchHeads([branch], { configFile })).get(branchKey(branch))).toMatchObject({
      kind: 'nothing',
    });
    expect(() => execFileSync('ls', [mark], { stdio: 'ignore' })).toThrow();
  });
  it('show no password of an address', async () => {
    const branch = { url: 'http://user:secret@127.0.0.1:9/x.git', ref: 'HEAD' };
    const answer = (await branchHeads([branch], { configFile })).get(branchKey(branch));
    expect(answer).toMatchObject({ kind: 'silent' });
    expect(JSON.stringify(answer)).not.toContain('secret');
  });

  /** A configuration with which git writes its events to a file. */
  function tracing(log: string): string {
    const file = join(folder, 'tracing');
    writeFileSync(file, `[safe]\n\tdirectory = *\n[trace2]\n\teventTarget = ${log}\n`);
    return file;
  }
});
