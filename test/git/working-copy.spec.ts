import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { file, robot, ScratchRemote } from './scratch-remote.ts';

let scratch: ScratchRemote;
beforeEach(() => {
  scratch = new ScratchRemote();
});
afterEach(() => scratch.dispose());

describe('commits written without a checkout', () => {
  it('are pushed with a tag and an orphan branch at once, and the checkout follows', async () => {
    const folder = scratch.clone('one');
    const base = scratch.commit(folder, { 'foo/PKGBUILD': 'pkgver=1\n', 'bar/PKGBUILD': 'x\n' });
    scratch.git(folder, 'push', '--quiet', 'origin', 'main');
    const copy = await scratch.open(folder);
    const [update = '', state = ''] = await copy.writeCommits(
      [
        { base, parents: [base], changes: [file('foo/PKGBUILD', 'pkgver=2\n')], message: 'update' },
        { base: undefined, parents: [], changes: [file('foo', 'A=1\n')], message: 'state' },
      ],
      robot,
    );
    await copy.push(
      [
        { ref: 'refs/heads/main', to: update, expected: base },
        { ref: 'refs/heads/state', to: state, force: true, expected: null },
        { ref: 'refs/tags/scheduled', to: update, force: true },
      ],
      ['ci.skip'],
    );
    await copy.moveTo(update);
    await copy.setRef('refs/tags/scheduled', update);
    expect(await copy.changedFiles()).toEqual([]);
    expect(scratch.tip('refs/heads/main')).toBe(update);
    expect(scratch.tip('refs/heads/state')).toBe(state);
    const names = ['HEAD', 'refs/tags/scheduled', 'refs/remotes/origin/state', 'nothing'];
    expect([...(await copy.resolve(names))]).toEqual([
      ['HEAD', update],
      ['refs/tags/scheduled', update],
      ['refs/remotes/origin/state', state],
    ]);
    expect(await copy.changesBetween(base, update)).toEqual([{ path: 'foo/PKGBUILD', kind: 'changed' }]);
    expect(scratch.git(folder, 'for-each-ref', 'refs/packmill')).toBe('');
  });
});
