import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  discardWaiting,
  fetchRemoteRefs,
  onCommit,
  type TemplateReport,
  updateTemplate,
} from '../../src/pipeline/index.ts';
import { type Files, git, gitEnvironment, UpkeepScene, writeFiles } from './upkeep-scene.ts';

let scene: UpkeepScene;
let template: string;

/** Commits in the template, signed when `sign` has settings for it. */
function templateCommit(files: Files, sign: readonly string[] = []): string {
  writeFiles(template, files);
  git(template, 'add', '--all', '--force');
  const settings = sign.flatMap((one) => ['-c', one]);
  git(
    template,
    ...settings,
    'commit',
    '--quiet',
    '--message',
    'x',
    ...(sign.length > 0 ? ['--gpg-sign'] : []),
  );
  return git(template, 'rev-parse', 'HEAD');
}

const first: Files = {
  '.ci/packmill.yml': 'variables: {}\n',
  '.ci/run.sh!': '#!/bin/sh\n',
  '.ci/config': 'BUILD_REPO=evil\n',
  '.ci/template-signers': 'evil',
  '.gitlab-ci.yml': 'new gitlab\n',
  '.github/workflows/on-commit.yml': 'new commit\n',
  '.github/workflows/on-schedule.yml': 'new schedule\n',
  '.github/workflows/auto-merge.yml': 'new merge\n',
  '.github/workflows/evil.yml': 'evil\n',
  'foo/PKGBUILD': 'evil\n',
  'README.md': 'evil\n',
};
const gitlab = { GITLAB_CI: 'true', CI_PIPELINE_ID: '1' };
const github = { GITHUB_ACTIONS: 'true', GITHUB_RUN_ID: '1' };

beforeEach(() => {
  scene = new UpkeepScene({ 'foo/PKGBUILD': 'pkgname=foo\n', '.gitlab-ci.yml': 'old\n' });
  template = join(scene.folder, 'template');
  git(scene.folder, 'init', '--quiet', '--initial-branch=main', template);
  templateCommit(first);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await scene.dispose();
});

/** Writes `.ci/config`, puts the tag on the newest commit, and runs the update in a clean temporary folder. */
async function update(
  pin: string,
  variables: Readonly<Record<string, string>> = gitlab,
): Promise<TemplateReport> {
  scene.commit({ '.ci/config': `TEMPLATE_REPO=${template}\n${pin}` });
  git(scene.checkout, 'push', '--quiet', '--force', 'origin', 'HEAD:refs/tags/scheduled');
  const temporary = join(scene.folder, 'tmp');
  mkdirSync(temporary, { recursive: true });
  vi.stubEnv('TMPDIR', temporary);
  const report = await updateTemplate(await scene.context(variables));
  expect(readdirSync(temporary)).toEqual([]);
  return report;
}

const remote = (...args: readonly string[]): string => git(scene.remote, ...args);
const filesOf = (ref: string): string[] => remote('ls-tree', '-r', '--name-only', ref).split('\n');

describe('an update of the pipeline files', () => {
  it('G03 makes one commit with only the listed files and moves the tag with it', async () => {
    scene.commit({ '.ci/old.sh': 'old\n', '.ci/aur-maintainers': 'me\n' });
    const pin = git(template, 'rev-parse', 'HEAD');
    const report = await update(`TEMPLATE_PIN=${pin}\n`);
    expect(report).toMatchObject({ outcome: 'updated', template: pin, kept: [] });
    expect(report.written).toEqual(['.ci/packmill.yml', '.ci/run.sh', '.gitlab-ci.yml']);
    expect(report.removed).toEqual(['.ci/old.sh']);
    const head = git(scene.checkout, 'rev-parse', 'HEAD');
    expect([remote('rev-parse', 'main'), remote('rev-parse', 'scheduled'), report.commit]).toEqual([
      head,
      head,
      head,
    ]);
    expect(remote('log', '-1', '--format=%s', 'main')).toBe('chore(ci): update CI from template');
    expect(filesOf('main')).toEqual([
      '.ci/aur-maintainers',
      '.ci/config',
      '.ci/packmill.yml',
      '.ci/run.sh',
      '.ci/template-commit',
      '.gitlab-ci.yml',
      'foo/PKGBUILD',
    ]);
    expect(remote('show', 'main:.ci/config')).toContain('TEMPLATE_PIN');
    expect(remote('ls-tree', 'main', '.ci/run.sh')).toMatch(/^100755 /);
    expect(readFileSync(join(scene.checkout, '.gitlab-ci.yml'), 'utf8')).toBe('new gitlab\n');
    expect(git(scene.checkout, 'status', '--porcelain')).toBe('');
    expect(await updateTemplate(await scene.context(gitlab))).toMatchObject({
      outcome: 'current',
      written: [],
    });
  });

  it('waits for a hand-over that is not accepted yet, or the tag would stay behind it for good', async () => {
    const pin = git(template, 'rev-parse', 'HEAD');
    scene.commit({ '.ci/config': `TEMPLATE_REPO=${template}\nTEMPLATE_PIN=${pin}\n`, 'foo/x': '' });
    const { outcome } = await onCommit(await scene.context(gitlab), { port: undefined });
    expect(outcome).toBe('waiting');
    const before = remote('rev-parse', 'main');
    expect(await updateTemplate(await scene.context(gitlab))).toMatchObject({
      outcome: 'waiting',
      written: [],
    });
    expect(remote('rev-parse', 'main')).toBe(before);
    const context = await scene.context(gitlab);
    const [id = ''] = filesOf('state').map((path) => path.replace(/^\.outbox\/(.*)\.json$/, '$1'));
    await discardWaiting(context, await fetchRemoteRefs(context.copy), [id]);
    expect(await updateTemplate(await scene.context(gitlab))).toMatchObject({ outcome: 'updated' });
  });

  it('does not wait for a hand-over that moves no tag', async () => {
    const pin = git(template, 'rev-parse', 'HEAD');
    scene.commit({ '.ci/config': `TEMPLATE_REPO=${template}\nTEMPLATE_PIN=${pin}\n`, 'foo/x': '' });
    await onCommit(await scene.context(gitlab), { port: undefined });
    const [path = ''] = filesOf('state');
    const { tag: _, ...untagged } = JSON.parse(remote('show', `state:${path}`));
    const clone = join(scene.folder, 'state');
    git(scene.folder, 'clone', '--quiet', '--branch', 'state', scene.remote, clone);
    writeFiles(clone, { [path]: JSON.stringify(untagged) });
    git(clone, 'commit', '--quiet', '--all', '--message', 'x');
    git(clone, 'push', '--quiet', 'origin', 'state');
    expect(await updateTemplate(await scene.context(gitlab))).toMatchObject({ outcome: 'updated' });
  });

  it('writes both workflows on GitHub, others only where they are there, and skips CI', async () => {
    const pin = git(template, 'rev-parse', 'HEAD');
    await update(`TEMPLATE_PIN=${pin}\n`, github);
    const workflows = filesOf('main').filter((path) => path.startsWith('.github/'));
    expect(workflows).toEqual(['.github/workflows/on-commit.yml', '.github/workflows/on-schedule.yml']);
    expect(remote('show', 'main:.gitlab-ci.yml')).toBe('old');
    expect(remote('log', '-1', '--format=%s', 'main')).toBe('chore(ci): update CI from template [skip ci]');
    scene.commit({ '.github/workflows/auto-merge.yml': 'mine', '.ci/template-commit': undefined });
    await updateTemplate(await scene.context(github));
    expect(remote('show', 'main:.github/workflows/auto-merge.yml')).toBe('new merge');
  });

  it('goes on with everything as it was when the push is refused', async () => {
    scene.commit({ '.ci/config': `TEMPLATE_REPO=${template}\nTEMPLATE_ALLOW_UNPINNED=true\n` });
    writeFiles(scene.remote, { 'hooks/pre-receive!': '#!/bin/sh\necho protected >&2\nexit 1\n' });
    const before = git(scene.checkout, 'rev-parse', 'HEAD');
    expect((await updateTemplate(await scene.context(gitlab))).outcome).toBe('not-pushed');
    // the template is as it should be
    expect(scene.codes()).toEqual(['CIU015']);
    expect(git(scene.checkout, 'rev-parse', 'HEAD')).toBe(before);
    expect(git(scene.checkout, 'status', '--porcelain')).toBe('');
  });

  it('leaves the tag alone when it stands elsewhere', async () => {
    scene.commit({ '.ci/config': `TEMPLATE_REPO=${template}\nTEMPLATE_ALLOW_UNPINNED=true\n` });
    git(scene.checkout, 'push', '--quiet', 'origin', 'HEAD~1:refs/tags/scheduled');
    const before = remote('rev-parse', 'scheduled');
    expect((await updateTemplate(await scene.context(gitlab))).outcome).toBe('updated');
    expect(remote('rev-parse', 'scheduled')).toBe(before);
  });

  it('does nothing without a pin and says what to write', async () => {
    const report = await update('');
    expect(report.outcome).toBe('unpinned');
    expect(scene.codes()).toEqual(['CIU010']);
    expect(scene.problems[0]?.next).toContain('TEMPLATE_PIN');
    expect(remote('show', 'main:.gitlab-ci.yml')).toBe('old');
  });

  it('does nothing when updates are off or no template is named', async () => {
    expect((await update('TEMPLATE_ENABLE_UPDATES=false\n')).outcome).toBe('off');
    scene.commit({ '.ci/config': '' });
    expect((await updateTemplate(await scene.context(gitlab))).outcome).toBe('off');
    expect(scene.codes()).toEqual([]);
  });

  it('takes neither a pin that is none nor a commit that is not there', async () => {
    expect((await update('TEMPLATE_PIN=main\n')).outcome).toBe('untrusted');
    expect((await update(`TEMPLATE_PIN=${'1'.repeat(40)}\n`)).outcome).toBe('untrusted');
    expect(scene.codes()).toEqual(['CIU014', 'CIU011']);
  });

  it('goes on without an update when the template cannot be had', async () => {
    git(template, 'branch', '--move', 'main', 'trunk');
    expect((await update('TEMPLATE_ALLOW_UNPINNED=true\n')).outcome).toBe('unavailable');
    scene.commit({ '.ci/config': `TEMPLATE_REPO=${scene.folder}/none\nTEMPLATE_ALLOW_UNPINNED=true\n` });
    expect((await updateTemplate(await scene.context(gitlab))).outcome).toBe('unavailable');
    expect(scene.codes()).toEqual(['CIU012', 'CIU012']);
    expect(remote('show', 'main:.gitlab-ci.yml')).toBe('old');
  });

  it('keeps what was changed here, tells once when the template changed it too, and follows the rest', async () => {
    await update('TEMPLATE_ALLOW_UNPINNED=true\n');
    scene.commit({ '.gitlab-ci.yml': 'mine\n', '.ci/own.yml': 'mine\n' });
    const run = async (): Promise<TemplateReport> => await updateTemplate(await scene.context(gitlab));
    expect((await run()).outcome).toBe('current');
    templateCommit({ '.gitlab-ci.yml': 'newer\n', '.ci/run.sh!': undefined, '.ci/packmill.yml': 'newer\n' });
    const report = await run();
    expect(report).toMatchObject({
      outcome: 'updated',
      written: ['.ci/packmill.yml'],
      kept: ['.gitlab-ci.yml'],
    });
    expect(scene.codes()).toEqual(['CIU013']);
    expect(remote('show', 'main:.gitlab-ci.yml')).toBe('mine');
    expect(filesOf('main')).toContain('.ci/own.yml');
    expect((await run()).outcome).toBe('current');
    expect(scene.codes()).toEqual(['CIU013']);
  });

  it('takes no links from the template', async () => {
    execFileSync('ln', ['-s', '/etc/passwd', join(template, '.ci/link')]);
    git(template, 'add', '--all');
    await update(`TEMPLATE_PIN=${templateCommit({ 'x/y': '' })}\n`);
    expect(filesOf('main')).not.toContain('.ci/link');
  });
});

describe('a template that is pinned to a key', () => {
  const sshKey = (name: string): string => {
    const file = join(scene.folder, name);
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', file]);
    return file;
  };
  const sshSettings = (file: string): readonly string[] => ['gpg.format=ssh', `user.signingKey=${file}`];
  const fingerprint = (file: string): string =>
    execFileSync('ssh-keygen', ['-l', '-f', `${file}.pub`], { encoding: 'utf8' }).split(' ')[1] ?? '';

  it('takes commits that the pinned ssh key signed, and no others', async () => {
    const [good, other] = [sshKey('good'), sshKey('other')];
    const pin = `TEMPLATE_PIN=ssh:${fingerprint(good)}\n`;
    const signers = [other, good].map((file) => readFileSync(`${file}.pub`, 'utf8')).join('');
    scene.commit({ '.ci/template-signers': signers });
    expect((await update(pin)).outcome).toBe('untrusted');
    templateCommit({ '.gitlab-ci.yml': 'by another\n' }, sshSettings(other));
    expect((await update(pin)).outcome).toBe('untrusted');
    expect(scene.problems.map(({ what }) => what.replace(/[0-9a-f]{12}/, 'C'))).toEqual([
      'commit C of the template: it has no ssh signature',
      'commit C of the template: it is not signed by the pinned key',
    ]);
    templateCommit({ '.gitlab-ci.yml': 'by the right one\n' }, sshSettings(good));
    expect((await update(pin)).outcome).toBe('updated');
    expect(remote('show', 'main:.gitlab-ci.yml')).toBe('by the right one');
    expect(remote('show', 'main:.ci/template-signers')).toBe(signers.trimEnd());
  });

  it('takes no older commit again, though its signature is good', async () => {
    const key = sshKey('good');
    const pin = `TEMPLATE_PIN=ssh:${fingerprint(key)}\n`;
    scene.commit({ '.ci/template-signers': `* namespaces="git" ${readFileSync(`${key}.pub`, 'utf8')}` });
    templateCommit({ '.gitlab-ci.yml': 'with a hole\n' }, sshSettings(key));
    templateCommit({ '.gitlab-ci.yml': 'mended\n' }, sshSettings(key));
    expect((await update(pin)).outcome).toBe('updated');
    git(template, 'reset', '--quiet', '--hard', 'HEAD~1');
    expect((await update(pin)).outcome).toBe('untrusted');
    expect(scene.problems[0]?.what).toContain('which was taken last');
    expect(remote('show', 'main:.gitlab-ci.yml')).toBe('mended');
  });

  it('takes commits that the pinned OpenPGP key signed, and no others', async () => {
    const home = join(scene.folder, 'gnupg');
    mkdirSync(home, { mode: 0o700 });
    const env = { ...gitEnvironment, GNUPGHOME: home };
    const gpg = (...args: readonly string[]): string =>
      execFileSync(
        'gpg',
        ['--batch', '--quiet', '--homedir', home, '--pinentry-mode', 'loopback', '--passphrase', '', ...args],
        {
          encoding: 'utf8',
          env,
          stdio: ['ignore', 'pipe', 'ignore'],
        },
      );
    const keys = ['good@localhost', 'other@localhost'].map((name) => {
      gpg('--quick-generate-key', name, 'ed25519', 'sign', 'never');
      const listed = gpg('--with-colons', '--list-keys', name);
      return /^fpr:+([0-9A-F]+):/m.exec(listed)?.[1] ?? '';
    });
    const [good = '', other = ''] = keys;
    const program = join(scene.folder, 'gpg-of-the-template');
    writeFiles(scene.folder, { 'gpg-of-the-template!': `#!/bin/sh\nexec gpg --homedir '${home}' "$@"\n` });
    const signed = (key: string, text: string): string =>
      templateCommit({ '.gitlab-ci.yml': text }, [`gpg.program=${program}`, `user.signingKey=${key}`]);
    try {
      scene.commit({ '.ci/template-signers': gpg('--armor', '--export', good) });
      const pin = `TEMPLATE_PIN=gpg:${good}\n`;
      expect((await update(pin)).outcome).toBe('untrusted');
      signed(other, 'by another\n');
      expect((await update(pin)).outcome).toBe('untrusted');
      scene.commit({ '.ci/template-signers': gpg('--armor', '--export') });
      expect((await update(pin)).outcome).toBe('untrusted');
      expect(scene.problems.map(({ what }) => what.replace(/[0-9a-f]{12}/, 'C'))).toEqual([
        'commit C of the template: it has no OpenPGP signature',
        "commit C of the template: it is signed by a key that is not in '.ci/template-signers'",
        `commit C of the template: it is signed by ${other}`,
      ]);
      signed(good, 'by the right one\n');
      expect((await update(pin)).outcome).toBe('updated');
    } finally {
      execFileSync('gpgconf', ['--homedir', home, '--kill', 'all']);
    }
  });
});
