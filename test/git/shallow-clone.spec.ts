import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ScratchRemote } from './scratch-remote.ts';

let scratch: ScratchRemote;
let author: string;
beforeEach(() => {
  scratch = new ScratchRemote();
  author = scratch.clone('author');
  const rows = Array.from(
    { length: 1_300 },
    (_, index) =>
      `commit refs/heads/main\ncommitter t <t@x> ${1_700_000_000 + index} +0000\ndata <<E\nnumber ${index}\nE\nM 644 inline p${index % 250}\ndata <<E\n${index}\nE\n`,
  );
  scratch.gitWithInput(author, rows.join(''), 'fast-import', '--quiet');
  scratch.git(author, 'push', '--quiet', 'origin', 'main');
});
afterEach(() => scratch.dispose());

const scheduled = 'refs/tags/scheduled';
const tag = (commit: string): string => {
  scratch.git(author, 'push', '--quiet', '--force', 'origin', `${commit}:${scheduled}`);
  return scratch.git(author, 'rev-parse', commit);
};
const known = (folder: string): number => Number(scratch.git(folder, 'rev-list', '--count', 'HEAD'));

describe('a shallow clone', () => {
  it('F10 is made as deep as the tag lies, and no deeper than it has to', async () => {
    const base = tag('main~200');
    const folder = scratch.clone('ci', '--depth=20');
    const copy = await scratch.open(folder);
    await copy.fetch([scheduled, 'refs/heads/state', 'refs/heads/update-*']);
    expect((await copy.resolve([scheduled])).get(scheduled)).toBe(base);
    expect(known(folder)).toBe(20);
    await copy.deepenTo(base);
    expect(await copy.isAncestor(base, 'HEAD')).toBe(true);
    expect(await copy.commitsBetween(base, 'HEAD')).toHaveLength(200);
    expect(await copy.changesBetween(base, 'HEAD')).toHaveLength(200);
    expect(known(folder)).toBeLessThan(1_300);
  });

  it('gets everything when the tag is further away, or not there at all', async () => {
    const base = tag('main~1299');
    const folder = scratch.clone('ci', '--depth=1');
    const copy = await scratch.open(folder);
    await copy.fetch([scheduled]);
    await copy.deepenTo(base);
    expect(await copy.commitsBetween(base, 'HEAD')).toHaveLength(1_299);
    scratch.git(author, 'checkout', '--quiet', '--orphan', 'elsewhere');
    const foreign = scratch.commit(author, { a: '1' });
    tag(foreign);
    await copy.fetch([scheduled]);
    await copy.deepenTo(foreign);
    expect(await copy.isAncestor(foreign, 'HEAD')).toBe(false);
    expect(known(folder)).toBe(1_300);
  });

  it('asks nobody when it knows already', async () => {
    const base = tag('main~5');
    const folder = scratch.clone('ci', '--depth=20');
    const copy = await scratch.open(folder);
    await copy.fetch([scheduled]);
    scratch.git(folder, 'remote', 'set-url', 'origin', 'http://127.0.0.1:1/x.git');
    await copy.deepenTo(base);
    expect(await copy.commitsBetween(base, 'HEAD')).toHaveLength(5);
  });

  it('pushes', async () => {
    const folder = scratch.clone('ci', '--depth=1');
    const copy = await scratch.open(folder);
    const head = scratch.commit(folder, { 'foo/PKGBUILD': '1' });
    await copy.push([{ ref: 'refs/heads/main', to: head }]);
    expect(scratch.tip('refs/heads/main')).toBe(head);
  });
});

describe('a fetch', () => {
  it('brings branches and tags to where they are, prunes those that are gone, and leaves others alone', async () => {
    const folder = scratch.clone('ci', '--single-branch');
    const copy = await scratch.open(folder);
    const old = scratch.git(author, 'rev-parse', 'main~3');
    const at = (...names: string[]): string[] => [
      'push',
      '--quiet',
      'origin',
      ...names.map((name) => `${old}:${name}`),
    ];
    scratch.git(author, ...at('refs/heads/update-a', 'refs/heads/update-b/c', 'refs/heads/other', scheduled));
    const wanted = ['refs/heads/main', 'refs/heads/state', 'refs/heads/update-*', scheduled];
    const refs = (): string =>
      scratch.git(folder, 'for-each-ref', '--format=%(refname)', 'refs/remotes', 'refs/tags');
    await copy.fetch(wanted);
    const before = ['refs/remotes/origin/HEAD', 'refs/remotes/origin/main', 'refs/remotes/origin/update-a'];
    expect(refs().split('\n')).toEqual([...before, 'refs/remotes/origin/update-b/c', scheduled]);
    expect([...(await copy.remoteRefs(wanted)).keys()].sort()).toEqual([
      ...['refs/heads/main', 'refs/heads/update-a', 'refs/heads/update-b/c', scheduled],
    ]);
    scratch.git(author, 'push', '--quiet', '--delete', 'origin', 'update-a', 'update-b/c', scheduled);
    scratch.git(author, ...at('refs/heads/update-b'));
    await copy.fetch(wanted);
    expect(refs().split('\n')).toEqual([
      ...['refs/remotes/origin/HEAD', 'refs/remotes/origin/main', 'refs/remotes/origin/update-b'],
    ]);
  });

  it('asks nobody when it is told what is there, and has it', async () => {
    const folder = scratch.clone('ci');
    const copy = await scratch.open(folder);
    tag('main~3');
    const wanted = ['refs/heads/*', scheduled];
    const found = await copy.remoteRefs(wanted);
    scratch.git(folder, 'remote', 'set-url', 'origin', 'http://127.0.0.1:1/x.git');
    await copy.fetch(wanted, found);
    expect((await copy.resolve([scheduled])).get(scheduled)).toBe(found.get(scheduled));
    await expect(copy.fetch(wanted)).rejects.toMatchObject({ problem: { code: 'GIT001' } });
  });

  it('follows a branch that was forced back, and annotated tags to their commits', async () => {
    const folder = scratch.clone('ci');
    const copy = await scratch.open(folder);
    const old = scratch.git(author, 'rev-parse', 'main~3');
    scratch.git(author, 'tag', '--annotate', '--message', 'x', 'scheduled', old);
    scratch.git(author, 'push', '--quiet', '--force', 'origin', `${old}:refs/heads/main`, scheduled);
    for (let round = 0; round < 2; round += 1) await copy.fetch(['refs/heads/main', scheduled]);
    const names = ['refs/remotes/origin/main', scheduled];
    expect([...(await copy.resolve(names)).values()]).toEqual([old, old]);
    expect((await copy.remoteRefs([scheduled])).get(scheduled)).toBe(old);
    expect(known(folder)).toBe(1_300);
  });
});
