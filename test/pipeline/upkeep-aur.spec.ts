import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type AurPushReport, pushToAur } from '../../src/pipeline/index.ts';
import { type AurServer, startAurServer } from './aur-server.ts';
import { type Files, git, pkgbuild, srcinfo, UpkeepScene } from './upkeep-scene.ts';

let aur: AurServer;
let scene: UpkeepScene | undefined;

beforeEach(async () => {
  aur = await startAurServer();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await scene?.dispose();
  scene = undefined;
  await aur.dispose();
});

const recipe = (name: string, files: Files = {}, fields: readonly string[] = []): Files => ({
  [`${name}/PKGBUILD`]: pkgbuild(name),
  [`${name}/.SRCINFO`]: srcinfo(name, fields),
  [`${name}/.CI/config`]: 'CI_PKGBUILD_SOURCE=custom\nCI_MANAGE_AUR=true\n',
  ...Object.fromEntries(Object.entries(files).map(([path, text]) => [`${name}/${path}`, text])),
});

const settings = (more = 'CI_MANAGE_AUR=true\n'): Files => ({
  '.ci/config': `GIT_AUTHOR_NAME="Recipe Bot"\nGIT_AUTHOR_EMAIL=bot@example.org\nCI_AUR_PUSH_URL=${aur.pushUrl}\n${more}`,
});

interface Run {
  readonly packages: readonly string[];
  readonly key?: string | undefined;
  readonly variables?: Readonly<Record<string, string>>;
}

/** Uploads with temporary files in a folder of the scene's own, and sees that no key is left in it. */
async function upload(of: UpkeepScene, run: Run): Promise<AurPushReport> {
  const temporary = join(of.folder, 'tmp');
  mkdirSync(temporary, { recursive: true });
  vi.stubEnv('TMPDIR', temporary);
  const context = await of.context(run.variables);
  const report = await pushToAur(context, { packages: run.packages, key: 'key' in run ? run.key : aur.key });
  expect(readdirSync(temporary)).toEqual([]);
  return report;
}

const gitlab = {
  GITLAB_CI: 'true',
  CI_PIPELINE_ID: '77',
  CI_COMMIT_BRANCH: 'main',
  CI_PROJECT_URL: 'https://gitlab.example/team/recipes',
  CI_PIPELINE_URL: 'https://gitlab.example/team/recipes/-/pipelines/77',
};

describe('uploads to the AUR', () => {
  it('Q01 uploads recipe, description and named files, and nothing else', async () => {
    const fields = ['source = x.patch', 'source = https://example.org/y.tar.gz', 'install = foo.install'];
    const files = {
      'x.patch': 'diff',
      'foo.install': 'true',
      'notes.txt': 'no',
      '.gitignore': 'pkg',
      '.CI/info': 'x',
    };
    scene = new UpkeepScene({ ...settings(), ...recipe('foo', files, fields) });
    const report = await upload(scene, { packages: ['foo'], variables: gitlab });
    expect(report.pushed.map((one) => one.package)).toEqual(['foo']);
    expect(aur.files('foo')).toEqual(['.SRCINFO', 'PKGBUILD', 'foo.install', 'x.patch']);
    expect(git(aur.repository('foo'), 'show', 'master:PKGBUILD')).toContain('\n  true\n');
    expect(git(aur.repository('foo'), 'log', '-1', '--format=%an <%ae>%n%B', 'master').trim()).toBe(
      [
        'Recipe Bot <bot@example.org>',
        'chore: update foo',
        '',
        'This commit was generated to mirror the changes of another repository of recipes.',
        '',
        'History: https://gitlab.example/team/recipes/-/commits/main/foo',
        'Pipeline run: https://gitlab.example/team/recipes/-/pipelines/77',
      ].join('\n'),
    );
  });

  it('Q01 makes no commit when nothing changed, and one for a file that is only new', async () => {
    scene = new UpkeepScene({ ...settings(), ...recipe('foo', {}, ['source = x.patch']) });
    await upload(scene, { packages: ['foo'] });
    expect((await upload(scene, { packages: ['foo'] })).unchanged).toEqual(['foo']);
    expect(git(aur.repository('foo'), 'rev-list', '--count', 'master')).toBe('1');
    scene.commit({ 'foo/x.patch': 'diff' });
    expect((await upload(scene, { packages: ['foo'] })).pushed).toHaveLength(1);
    expect(aur.files('foo')).toEqual(['.SRCINFO', 'PKGBUILD', 'x.patch']);
    scene.commit({ 'foo/x.patch': undefined });
    await upload(scene, { packages: ['foo'] });
    expect(aur.files('foo')).toEqual(['.SRCINFO', 'PKGBUILD']);
    expect(git(aur.repository('foo'), 'log', '-1', '--format=%B', 'master')).toContain('is not available');
  });

  it('Q02 pushes nothing while the repository has CI_MANAGE_AUR off, nor packages that do not ask for it', async () => {
    scene = new UpkeepScene({ ...settings(''), ...recipe('foo') });
    expect(await upload(scene, { packages: ['foo'] })).toMatchObject({ pushed: [], skipped: [], failed: [] });
    scene.commit({ ...settings(), ...recipe('bar'), 'foo/.CI/config': 'CI_PKGBUILD_SOURCE=custom\n' });
    const report = await upload(scene, { packages: ['foo', 'bar', 'gone'] });
    expect(report.pushed.map((one) => one.package)).toEqual(['bar']);
    expect(readdirSync(join(aur.sshd.folder, 'aur')).sort()).toEqual(['bar.git', 'update']);
  });

  it('goes on after a package that fails, and says so for each (10.6)', async () => {
    const broken = { ...recipe('broken'), 'broken/PKGBUILD': 'package() {\n' };
    const bare = { ...recipe('bare'), 'bare/.SRCINFO': undefined };
    const other = { ...recipe('other'), 'other/.SRCINFO': srcinfo('another') };
    scene = new UpkeepScene({
      ...settings(),
      ...recipe('locked'),
      ...recipe('zoo'),
      ...broken,
      ...bare,
      ...other,
    });
    const report = await upload(scene, { packages: ['locked', 'zoo', 'broken', 'bare', 'other'] });
    expect(report.pushed.map((one) => one.package)).toEqual(['zoo']);
    expect(report.failed.map((one) => [one.package, one.problem.code])).toEqual([
      ['bare', 'CIU001'],
      ['broken', 'CIS010'],
      ['locked', 'CIU002'],
      ['other', 'CIU001'],
    ]);
    expect(report.failed[2]?.problem.why).toContain('package is locked');
    expect(scene.codes()).toEqual(['CIU001', 'CIS010', 'CIU002', 'CIU001']);
  });

  it('says what is missing and succeeds without a key, and with an AUR that does not answer', async () => {
    scene = new UpkeepScene({ ...settings(), ...recipe('bar'), ...recipe('foo') });
    const report = await upload(scene, { packages: ['bar', 'foo'], key: undefined });
    expect([report.skipped, report.why?.code, report.why?.what]).toEqual([
      ['bar', 'foo'],
      'CIU003',
      'AUR_KEY is not set',
    ]);
    await aur.sshd.stop();
    const silent = await upload(scene, { packages: ['bar', 'foo'] });
    expect([silent.skipped, silent.why?.what]).toEqual([['bar', 'foo'], 'the AUR is out of reach']);
    expect(silent.failed).toEqual([]);
  });

  it('takes no other host key than the pinned one, and the first one seen when none is pinned', async () => {
    scene = new UpkeepScene({ ...settings(), ...recipe('foo') });
    await upload(scene, { packages: ['foo'] });
    expect(scene.told.join('\n')).toContain("to pin it, add to '.ci/known_hosts': [127.0.0.1]");
    const pinned = aur.sshd.hostKeyLine;
    scene.commit({ '.ci/known_hosts': `# AUR\n${pinned}\n`, 'foo/.nvchecker.toml': '' });
    scene.told.length = 0;
    expect((await upload(scene, { packages: ['foo'] })).pushed).toHaveLength(1);
    expect(scene.told.join('\n')).not.toContain('taken on trust');
    await aur.sshd.restart({ newHostKey: true });
    scene.commit({ 'foo/.nvchecker.toml': '[foo]' });
    const report = await upload(scene, { packages: ['foo'] });
    expect(report.failed.map((one) => one.problem.code)).toEqual(['CIU002']);
    expect(git(aur.repository('foo'), 'show', 'master:.nvchecker.toml')).toBe('');
  });

  it('reports a key that the AUR does not know for each package', async () => {
    scene = new UpkeepScene({ ...settings(), ...recipe('foo') });
    const file = join(scene.folder, 'stranger');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
    const report = await upload(scene, {
      packages: ['foo'],
      key: readFileSync(file, 'utf8').trim().replaceAll('\n', '\r\n'),
    });
    expect(report.failed.map((one) => one.problem.code)).toEqual(['CIU002']);
    expect(report.failed[0]?.problem.why).toContain('Permission denied');
  });

  it('uses the style of .editorconfig', async () => {
    const style = { '.editorconfig': 'root = true\n[PKGBUILD]\nindent_style = tab\nshell_variant = bash\n' };
    scene = new UpkeepScene({ ...settings(), ...style, ...recipe('foo') });
    await upload(scene, { packages: ['foo'] });
    expect(git(aur.repository('foo'), 'show', 'master:PKGBUILD')).toContain('\n\ttrue\n');
  });
});
