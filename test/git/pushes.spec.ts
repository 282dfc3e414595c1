import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { WorkingCopy } from '../../src/git/index.ts';
import { GitHttpServer } from './http-backend.ts';
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

const main = 'refs/heads/main';
const ahead = (copy: WorkingCopy, text?: string): Promise<string> => scratch.ahead(copy, base, text);

/** Moves the remote's main on behind the back of `folder`; returns the commit. */
function overtake(): string {
  const other = scratch.clone('other');
  const commit = scratch.commit(other, { 'bar/PKGBUILD': 'y\n' });
  scratch.git(other, 'push', '--quiet', 'origin', 'main');
  return commit;
}

describe('a push', () => {
  it('moves nothing when one of its refs cannot be moved', async () => {
    const copy = await scratch.open(folder);
    const commit = await ahead(copy);
    const newest = overtake();
    const moves = [
      { ref: 'refs/heads/state', to: commit, force: true },
      { ref: main, to: commit },
    ];
    const error: unknown = await copy.push(moves).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ problem: { code: 'GIT007', what: expect.stringContaining("'main'") } });
    expect([scratch.tip(main), scratch.tip('refs/heads/state')]).toEqual([newest, '']);
  });

  it('fails when what was expected there is there no more, even if it is forced', async () => {
    const copy = await scratch.open(folder);
    const commit = await ahead(copy);
    const newest = overtake();
    const tried = [
      { ref: main, to: commit, force: true, expected: base },
      { ref: main, to: commit, expected: base },
      { ref: main, to: commit, force: true, expected: null },
      { ref: main, to: undefined, expected: base },
    ];
    for (const move of tried) await expect(copy.push([move])).rejects.toMatchObject(code('GIT007'));
    expect(scratch.tip(main)).toBe(newest);
  });

  it('with a lease alone goes forward only', async () => {
    const copy = await scratch.open(folder);
    const commit = await ahead(copy);
    await copy.push([{ ref: main, to: commit, expected: base }]);
    const back = { ref: main, to: base, expected: commit };
    await expect(copy.push([back])).rejects.toMatchObject(code('GIT007'));
    expect(scratch.tip(main)).toBe(commit);
    await copy.push([{ ...back, force: true }]);
    expect(scratch.tip(main)).toBe(base);
  });

  it('R03 deletes a branch in the same step', async () => {
    const copy = await scratch.open(folder);
    const commit = await ahead(copy);
    await copy.push([{ ref: 'refs/heads/update-foo', to: commit }]);
    await copy.push([
      { ref: main, to: commit, expected: base },
      { ref: 'refs/heads/update-foo', to: undefined, expected: commit },
    ]);
    expect([scratch.tip(main), scratch.tip('refs/heads/update-foo')]).toEqual([commit, '']);
    expect((await copy.resolve(['refs/remotes/origin/update-foo'])).size).toBe(0);
    await copy.push([{ ref: 'refs/heads/update-foo', to: undefined }]);
    await copy.push([]);
  });

  it('moves an annotated tag that somebody has put in the place of ours', async () => {
    scratch.git(folder, 'tag', '--annotate', '--message', 'x', 'scheduled', base);
    scratch.git(folder, 'push', '--quiet', 'origin', 'scheduled');
    const copy = await scratch.open(folder);
    const commit = await ahead(copy);
    const ref = 'refs/tags/scheduled';
    const expected = (await copy.remoteRefs([ref])).get(ref) ?? null;
    expect(expected).toBe(base);
    await copy.push([{ ref, to: commit, force: true, expected }]);
    expect(scratch.tip(ref)).toBe(commit);
    await expect(copy.push([{ ref, to: base, force: true, expected }])).rejects.toMatchObject(code('GIT007'));
  });

  it('goes over ssh with the command that is given', async () => {
    const ssh = join(scratch.folder, 'ssh');
    writeFileSync(ssh, '[ "$1" = -i ] && [ "$2" = KEY ] || exit 9\nfor last; do :; done\neval "$last"\n');
    vi.stubEnv('GIT_SSH_COMMAND', 'false');
    const url = `git@host.invalid:${scratch.bare}`;
    const copy = await scratch.open(folder, { url, sshCommand: `sh ${ssh} -i KEY` });
    const commit = await ahead(copy);
    await copy.push([{ ref: main, to: commit }]);
    expect(scratch.tip(main)).toBe(commit);
  });

  it('is won by one of two at the same time, and the other one says so', async () => {
    const copies = await Promise.all(
      ['a', 'b', 'c'].map(async (name) => await scratch.open(scratch.clone(name))),
    );
    const commits = await Promise.all(copies.map((copy, index) => ahead(copy, `${index}`)));
    const ends = await Promise.allSettled(
      copies.map((copy, index) =>
        copy.push([
          { ref: main, to: commits[index], expected: base },
          { ref: `refs/heads/state`, to: commits[index], force: true, expected: null },
        ]),
      ),
    );
    const won = ends.flatMap(({ status }, index) => (status === 'fulfilled' ? [commits[index]] : []));
    expect(won).toEqual([scratch.tip(main)]);
    expect(scratch.tip('refs/heads/state')).toBe(won[0]);
    for (const end of ends) if (end.status === 'rejected') expect(end.reason).toMatchObject(code('GIT007'));
  });

  it('that a hook of the server declines says what the server said', async () => {
    scratch.hook(
      'pre-receive',
      'echo "GitLab: You are not allowed to push code to protected branches" >&2; exit 1',
    );
    const copy = await scratch.open(folder);
    const error = copy.push([{ ref: main, to: await ahead(copy) }]);
    await expect(error).rejects.toMatchObject({
      problem: {
        code: 'GIT009',
        what: expect.stringContaining("'main' [remote rejected] (pre-receive hook declined)"),
        why: expect.stringContaining('You are not allowed to push code'),
      },
    });
    expect(scratch.tip(main)).toBe(base);
  });

  it('gives its options to servers that take them, and does without them elsewhere', async () => {
    const record = join(scratch.folder, 'options');
    scratch.hook('post-receive', `echo "$GIT_PUSH_OPTION_COUNT $GIT_PUSH_OPTION_0" >> ${record}`);
    const copy = await scratch.open(folder);
    const commit = await ahead(copy);
    await copy.push([{ ref: main, to: commit }], ['ci.skip']);
    scratch.git(scratch.bare, 'config', 'receive.advertisePushOptions', 'false');
    await copy.push([{ ref: main, to: base, force: true }], ['ci.skip']);
    expect(
      readFileSync(record, 'utf8')
        .split('\n')
        .map((row) => row.trim()),
    ).toEqual(['1 ci.skip', '0', '']);
    expect(scratch.tip(main)).toBe(base);
  });

  it('runs no hook of the checkout', async () => {
    const ran = join(scratch.folder, 'ran');
    for (const name of ['pre-push', 'reference-transaction', 'post-checkout', 'post-index-change']) {
      writeFileSync(join(folder, '.git/hooks', name), `#!/bin/sh\ntouch ${ran}\n`, { mode: 0o755 });
    }
    const fsmonitor = join(scratch.folder, 'fsmonitor');
    writeFileSync(fsmonitor, `#!/bin/sh\ntouch ${ran}\n`, { mode: 0o755 });
    scratch.git(folder, 'config', 'core.fsmonitor', fsmonitor);
    const copy = await scratch.open(folder);
    const commit = await ahead(copy);
    await copy.push([{ ref: main, to: commit }]);
    await copy.moveTo(commit);
    await copy.fetch(['refs/heads/*']);
    expect(await copy.changedFiles()).toEqual([]);
    expect(existsSync(ran)).toBe(false);
  });

  it('to a server that is not there, or to no remote at all, fails with its own code', async () => {
    const away = await scratch.open(folder, { url: 'http://127.0.0.1:1/x.git' });
    await expect(away.push([{ ref: main, to: base }])).rejects.toMatchObject(code('GIT001'));
    const none = await scratch.open(folder, { url: `file://${scratch.folder}` });
    await expect(none.push([{ ref: main, to: base }])).rejects.toMatchObject(code('GIT003'));
    const unknown = await scratch.open(folder, { remote: 'upstream' });
    await expect(unknown.push([{ ref: main, to: base }])).rejects.toMatchObject(code('GIT003'));
  });
});

describe('a push over HTTP with a token', () => {
  let door: GitHttpServer;
  let address: string;
  beforeEach(async () => {
    door = new GitHttpServer(scratch.folder, { user: 'oauth2', password: 't0ken-of-ours' });
    address = await door.listen();
  });
  afterEach(() => door.close());

  it('uses it in place of whatever else the checkout has', async () => {
    const url = `${address.replace('//', '//gitlab-ci-token:j0b@')}/remote.git`;
    scratch.git(folder, 'remote', 'set-url', 'origin', url);
    scratch.git(folder, 'config', `http.${address}/.extraHeader`, 'Authorization: Basic b2xkOm9sZA==');
    const copy = await scratch.open(folder, { credentials: { token: 't0ken-of-ours' } });
    const commit = await ahead(copy);
    await copy.push([{ ref: main, to: commit, expected: base }], ['ci.skip']);
    expect(scratch.tip(main)).toBe(commit);
    expect((await copy.remoteRefs([main])).get(main)).toBe(commit);
    expect(new Set(door.seen)).toEqual(new Set([door.authorization]));
    expect((await copy.resolve(['refs/remotes/origin/main'])).get('refs/remotes/origin/main')).toBe(commit);
    expect(scratch.git(folder, 'remote')).toBe('origin');
  });

  it('that is not accepted does not ask, and names no secret', async () => {
    const url = `${address.replace('//', '//someone:passw0rd@')}/remote.git`;
    const copy = await scratch.open(folder, { url, credentials: { token: 'wr0ng-token' } });
    const error: unknown = await copy.push([{ ref: main, to: base }]).catch((caught: unknown) => caught);
    expect(error).toMatchObject(code('GIT004'));
    const words = JSON.stringify(error) + String((error as Error).stack);
    for (const secret of ['wr0ng', 'passw0rd', Buffer.from('oauth2:wr0ng-token').toString('base64')]) {
      expect(words).not.toContain(secret);
    }
  });

  it('leaves a remote alone that takes none', async () => {
    scratch.git(folder, 'remote', 'set-url', 'origin', '../remote.git');
    const copy = await scratch.open(folder, { credentials: { token: 't0ken-of-ours' } });
    const commit = await ahead(copy);
    await copy.push([{ ref: main, to: commit }]);
    expect(scratch.tip(main)).toBe(commit);
  });

  it("goes without one through the environment's own git", async () => {
    scratch.git(folder, 'remote', 'set-url', 'origin', `${address}/remote.git`);
    const secrets = join(scratch.folder, 'secrets');
    writeFileSync(secrets, `${address.replace('//', '//oauth2:t0ken-of-ours@')}\n`);
    vi.stubEnv('GIT_CONFIG_COUNT', '1');
    vi.stubEnv('GIT_CONFIG_KEY_0', 'credential.helper');
    vi.stubEnv('GIT_CONFIG_VALUE_0', `store --file=${secrets}`);
    const copy = await scratch.open(folder);
    const commit = await ahead(copy);
    await copy.push([{ ref: main, to: commit }]);
    expect(scratch.tip(main)).toBe(commit);
  });
});
