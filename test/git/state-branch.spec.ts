import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StateBranch } from '../../src/git/index.ts';
import { code, file, robot, ScratchRemote } from './scratch-remote.ts';

let scratch: ScratchRemote;
let folder: string;
beforeEach(() => {
  scratch = new ScratchRemote();
  folder = scratch.clone('one');
  scratch.commit(folder, { 'foo/PKGBUILD': 'pkgver=1\n' });
  scratch.git(folder, 'push', '--quiet', 'origin', 'main');
});
afterEach(() => scratch.dispose());

describe('the state branch', () => {
  it('S01 is unborn at first, has one commit ever after, and is not overwritten unseen', async () => {
    const copy = await scratch.open(folder);
    await copy.fetch(['refs/heads/state']);
    const unborn = await StateBranch.read(copy);
    expect([unborn.commit, unborn.files.size]).toEqual([undefined, 0]);
    const write = async (branch: StateBranch, contents: ReadonlyMap<string, string>): Promise<string> => {
      const [commit = ''] = await copy.writeCommits([branch.next(contents)], robot);
      await copy.push([branch.move(commit)]);
      return commit;
    };
    const contents = new Map([
      ['foo', 'CI_GIT_COMMIT=1\n'],
      ['.outbox/1.json', '{}'],
    ]);
    expect(unborn.equals(contents)).toBe(false);
    const first = await write(unborn, contents);
    const born = await StateBranch.read(copy);
    expect([born.commit, born.text('foo'), born.text('bar')]).toEqual([
      first,
      'CI_GIT_COMMIT=1\n',
      undefined,
    ]);
    expect([born.equals(contents), born.equals(new Map([['foo', 'x']]))]).toEqual([true, false]);
    const second = await write(born, new Map([['foo', 'CI_GIT_COMMIT=2\n']]));
    expect(scratch.git(scratch.bare, 'rev-list', '--count', 'state')).toBe('1');
    expect(scratch.git(scratch.bare, 'log', '-1', '--format=%s', 'state')).toBe('chore(state): update state');
    await expect(write(born, new Map([['foo', 'late']]))).rejects.toMatchObject(code('GIT007'));
    await expect(write(unborn, new Map([['foo', 'later']]))).rejects.toMatchObject(code('GIT007'));
    expect(scratch.tip('refs/heads/state')).toBe(second);
  });

  it('leaves out what somebody put there that is no file', async () => {
    const copy = await scratch.open(folder);
    const changes = [file('foo', 'A=1\n'), file('link', 'foo', '120000')];
    const [commit] = await copy.writeCommits(
      [{ base: undefined, parents: [], changes, message: 'x' }],
      robot,
    );
    await copy.push([{ ref: 'refs/heads/state', to: commit }]);
    expect([...(await StateBranch.read(copy)).files.keys()]).toEqual(['foo']);
  });
});
