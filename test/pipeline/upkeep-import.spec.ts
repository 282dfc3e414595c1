import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runPackmill } from './run-packmill.ts';
import { type Files, git, pkgbuild, srcinfo, UpkeepScene } from './upkeep-scene.ts';

const old: Files = {
  '.ci/config':
    '# ours\nBUILD_REPO=recipes\nREPO_NAME=chaotic-aur\nTEMPLATE_REPO=https://example.org/t.git\nMY_OWN=1\n',
  '.ci/functions.sh': 'true\n',
  '.ci/aur-maintainers': 'me\n',
  '.gitlab-ci.yml': 'old\n',
  '.editorconfig': 'root = true\n',
  'foo/PKGBUILD': pkgbuild('foo'),
  'foo/.SRCINFO': srcinfo('foo'),
  'foo/.CI/config': 'CI_PKGBUILD_SOURCE=aur\nCI_PKGREL=2\n',
};

let scene: UpkeepScene;
beforeEach(() => {
  scene = new UpkeepScene(old);
});
afterEach(() => scene.dispose());

interface Report {
  readonly counts: Readonly<Record<string, number>>;
  readonly findings: readonly { readonly rule: string; readonly what: string }[];
}

async function reportOf(repository: string, ...words: readonly string[]): Promise<Report> {
  const ended = await runPackmill(scene.folder, ['--json', 'import', 'chaotic', repository, ...words]);
  expect(ended).toMatchObject({ code: 0 });
  return JSON.parse(ended.out) as Report;
}

describe('packmill import chaotic', () => {
  it('reports on a checkout with its history, and on the same repository by its address', async () => {
    scene.commit({ 'foo/PKGBUILD': pkgbuild('foo', '1.1') }, 'x [deploy foo bar]');
    git(
      scene.checkout,
      'push',
      '--quiet',
      'origin',
      'HEAD:refs/heads/update-gone',
      'HEAD:refs/tags/scheduled',
    );
    git(scene.checkout, 'fetch', '--quiet', '--tags', 'origin');
    const report = await reportOf(scene.checkout);
    expect(report.counts).toMatchObject({
      'names-differ': 1,
      'bump-alias': 1,
      'deploy-markers': 1,
      'review-branches': 1,
    });
    expect(report.counts).not.toHaveProperty('scheduled-tag');
    const remote = await reportOf(`file://${scene.remote}`);
    expect(remote.counts).toEqual(report.counts);
    expect(git(scene.checkout, 'status', '--porcelain')).toBe('');
  });

  it('reads a plain folder, in words for a terminal and for a page', async () => {
    const folder = join(scene.folder, 'plain', 'foo');
    mkdirSync(folder, { recursive: true });
    const plain = join(scene.folder, 'plain');
    const text = await runPackmill(scene.folder, ['import', 'chaotic', plain]);
    expect([text.code, text.out.includes('a package folder has no PKGBUILD (pkgbuild-missing, 1)')]).toEqual([
      0,
      true,
    ]);
    const page = await runPackmill(scene.folder, ['import', 'chaotic', plain, '--markdown']);
    expect(page.out).toContain('### a package folder has no PKGBUILD (1)');
  });

  it.each([
    ['no-such-folder', 'CIU020'],
    ['file:///no/such/repository.git', 'CIU020'],
  ])('says that %s cannot be read', async (repository, code) => {
    const ended = await runPackmill(scene.folder, ['import', 'chaotic', repository]);
    expect([ended.code, ended.err.includes(code)]).toEqual([2, true]);
  });

  it('follows no link out of a repository that it cloned', async () => {
    git(scene.checkout, 'rm', '--quiet', '--cached', '.ci/config');
    const secret = join(scene.folder, 'secret');
    scene.commit({ '../secret': 'SECRET_SETTING=1\n', 'link-target': secret });
    const target = git(
      scene.checkout,
      'hash-object',
      '-w',
      '-t',
      'blob',
      join(scene.checkout, 'link-target'),
    );
    git(scene.checkout, 'update-index', '--add', '--cacheinfo', `120000,${target},.ci/config`);
    git(scene.checkout, 'commit', '--quiet', '--message', 'x');
    git(scene.checkout, 'push', '--quiet', 'origin', 'HEAD:main');
    expect(JSON.stringify(await reportOf(`file://${scene.remote}`))).not.toContain('SECRET_SETTING');
  });

  it('writes the safe migrations on a branch of their own and touches nothing else', async () => {
    const head = git(scene.checkout, 'rev-parse', 'HEAD');
    await reportOf(scene.checkout, '--write');
    expect(git(scene.checkout, 'rev-parse', 'HEAD', 'main')).toBe(`${head}\n${head}`);
    expect(git(scene.checkout, 'status', '--porcelain')).toBe('');
    const show = (path: string): string => git(scene.checkout, 'show', `packmill-import:${path}`);
    expect(show('.ci/config')).toBe(
      [
        '# ours',
        'BUILD_REPO=recipes',
        'REPO_NAME=chaotic-aur',
        'TEMPLATE_REPO=https://example.org/t.git',
        'MY_OWN=1',
        'TEMPLATE_ENABLE_UPDATES=false',
      ].join('\n'),
    );
    const template = join(import.meta.dirname, '../../templates/pkgbuild-repo');
    expect(`${show('.gitlab-ci.yml')}\n`).toBe(readFileSync(join(template, '.gitlab-ci.yml'), 'utf8'));
    const changed = git(scene.checkout, 'diff', '--name-status', 'main', 'packmill-import').split('\n');
    expect(changed.filter((line) => /\tfoo\/|editorconfig|aur-maintainers|\.github/.test(line))).toEqual([]);
    expect(changed).toContain('D\t.ci/functions.sh');
    expect(git(scene.checkout, 'ls-tree', 'packmill-import', '.githooks/commit-msg')).toMatch(/^100755/);
    git(scene.checkout, 'switch', '--quiet', 'packmill-import');
    const { counts } = await reportOf(scene.checkout);
    expect([counts['old-pipeline'], counts['names-differ'], counts['bump-alias']]).toEqual([
      undefined,
      undefined,
      1,
    ]);
  });

  it("makes a '.ci/config' to fill in where there is none", async () => {
    scene.commit({ '.ci/config': undefined });
    expect((await reportOf(scene.checkout, '--write')).counts).toMatchObject({ 'no-settings': 1 });
    expect(git(scene.checkout, 'show', 'packmill-import:.ci/config')).toMatch(
      /^BUILD_REPO=chaotic-aur\nREPO_NAME=chaotic-aur$/m,
    );
  });

  it('fails when the manager that is named does not answer', async () => {
    const words = ['import', 'chaotic', scene.checkout, '--manager', 'http://127.0.0.1:1'];
    const ended = await runPackmill(scene.folder, words);
    expect([ended.code, ended.err.includes('SCH005')]).toEqual([3, true]);
  });

  it('makes no branch twice, and none for an address or a plain folder', async () => {
    await reportOf(scene.checkout, '--write');
    mkdirSync(join(scene.folder, 'plain'));
    for (const repository of [scene.checkout, `file://${scene.remote}`, join(scene.folder, 'plain')]) {
      const ended = await runPackmill(scene.folder, ['import', 'chaotic', repository, '--write']);
      expect([ended.code, ended.err.includes('CIU021')]).toEqual([2, true]);
    }
    expect(readdirSync(join(scene.folder, 'plain'))).toEqual([]);
  });

  it('writes workflows for a repository on GitHub', async () => {
    scene.commit({ '.gitlab-ci.yml': undefined, '.github/workflows/chaotic-on-commit.yml': 'old\n' });
    await reportOf(scene.checkout, '--write', '--branch', 'move');
    const paths = git(scene.checkout, 'ls-tree', '-r', '--name-only', 'move').split('\n');
    expect(paths).toContain('.github/workflows/on-commit.yml');
    expect(paths).not.toContain('.github/workflows/chaotic-on-commit.yml');
    expect(paths).not.toContain('.gitlab-ci.yml');
  });
});
