import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openWorkingCopy } from '../../src/git/index.ts';
import { code, type ScratchRemote, scratchWithCommit } from './scratch-remote.ts';

let scratch: ScratchRemote;
let folder: string;
let base: string;
beforeEach(() => {
  ({ scratch, folder, base } = scratchWithCommit());
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await scratch.dispose();
});

describe('a checkout', () => {
  it('is found from a folder below its top, from a linked worktree, and with its branch', async () => {
    expect((await scratch.open(join(folder, 'foo'))).folder).toBe(folder);
    expect((await scratch.open(folder)).branch).toBe('main');
    const linked = join(scratch.folder, 'linked');
    scratch.git(folder, 'worktree', 'add', '--quiet', '-b', 'feature/x', linked);
    const copy = await scratch.open(linked);
    expect([copy.folder, copy.branch]).toEqual([linked, 'feature/x']);
    scratch.git(linked, 'checkout', '--quiet', '--detach');
    expect((await scratch.open(linked)).branch).toBe('main');
    expect((await scratch.open(linked, { branch: 'dev' })).branch).toBe('dev');
    scratch.git(folder, 'symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/trunk');
    expect((await scratch.open(linked)).branch).toBe('trunk');
  });

  it('moves its HEAD also where none of its branches is checked out', async () => {
    scratch.git(folder, 'checkout', '--quiet', '--detach');
    const copy = await scratch.open(folder, { branch: 'main' });
    const commit = await scratch.ahead(copy, base);
    await copy.push([{ ref: 'refs/heads/main', to: commit }]);
    await copy.moveTo(commit);
    expect(scratch.git(folder, 'rev-parse', 'HEAD')).toBe(commit);
    expect(scratch.git(folder, 'rev-parse', 'main')).toBe(base);
  });

  it('is refused where there is none, or where it belongs to somebody else', async () => {
    const clock = scratch.clock;
    for (const nowhere of [scratch.folder, join(scratch.folder, 'nothing'), scratch.bare]) {
      await expect(openWorkingCopy({ folder: nowhere, clock })).rejects.toMatchObject(code('GIT010'));
    }
    vi.stubEnv('GIT_TEST_ASSUME_DIFFERENT_OWNER', '1');
    vi.stubEnv('GIT_CONFIG_GLOBAL', '/dev/null');
    const copy = await scratch.open(folder);
    await expect(copy.resolve(['HEAD'])).rejects.toMatchObject(code('GIT011'));
    await expect(copy.changedFiles()).rejects.toMatchObject(code('GIT011'));
  });

  it('wants a git that can read objects on demand', async () => {
    const old = join(scratch.folder, 'old');
    mkdirSync(old);
    const words = "error: unknown option \\`batch-command'";
    writeFileSync(join(old, 'git'), `#!/bin/sh\necho "${words}" >&2\nexit 129\n`, { mode: 0o755 });
    vi.stubEnv('PATH', `${old}:${process.env['PATH']}`);
    const copy = await scratch.open(folder);
    await expect(copy.resolve(['HEAD'])).rejects.toMatchObject({
      problem: { code: 'GIT012', next: 'Install git 2.36 or newer.' },
    });
  });

  it('is the one that was named, whatever the environment says', async () => {
    vi.stubEnv('GIT_DIR', scratch.bare);
    vi.stubEnv('GIT_INDEX_FILE', '/nonexistent');
    const copy = await scratch.open(folder);
    expect((await copy.resolve(['HEAD'])).get('HEAD')).toBe(base);
    expect(await copy.changedFiles()).toEqual([]);
  });
});
