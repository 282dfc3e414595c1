import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PipelineFixture } from './pipeline-fixture.ts';

/** So that the clock of a run is past the time of any commit. */
const century = 100 * 365 * 86_400_000;

describe('changed folders of a push', () => {
  let world: PipelineFixture;
  beforeEach(() => {
    world = new PipelineFixture();
    world.looked();
  });
  afterEach(() => world.dispose());

  const names = (packages: readonly { name: string }[]): string[] => packages.map(({ name }) => name);

  const takeBackTo = (commit: string): void => {
    world.remote.git(world.desk, 'reset', '--hard', '--quiet', commit);
    world.remote.git(world.desk, 'push', '--quiet', '--force', 'origin', 'HEAD:refs/heads/main');
  };

  it('F01 schedules package folders and nothing else that changed', async () => {
    world.push({ 'foo/PKGBUILD': '2', 'README.md': 'x', '.ci/config': '#', '.gitlab-ci.yml': 'x' });
    expect(names((await world.onCommit()).packages)).toEqual(['foo']);
  });

  it('F02 counts .CI/info unless it is on the ignore list, and moves the tag either way', async () => {
    world.push({ 'foo/.CI/info': 'REQ_ORIGIN=x' });
    expect(names((await world.onCommit()).packages)).toEqual(['foo']);
    const head = world.push({ 'foo/.CI/info': 'REQ_ORIGIN=y', '.ci/config': 'CI_IGNORE_LIST=true' });
    expect(await world.onCommit()).toMatchObject({ packages: [], outcome: 'nothing', scheduled: head });
    expect(world.tag).toBe(head);
  });

  it('F03 schedules a folder with a dot in its name', async () => {
    world.push({ 'python-jaraco.vcs/PKGBUILD': 'x' });
    expect(names((await world.onCommit()).packages)).toEqual(['python-jaraco.vcs']);
  });

  it('F04 cleans up after a folder that is gone, with the list of those that stay', async () => {
    world.push({ 'bar/PKGBUILD': null });
    const done = await world.onCommit();
    expect(done).toMatchObject({ packages: [], removed: ['bar'] });
    const [document] = world.manager.delivered;
    expect(document?.schedule).toBeUndefined();
    expect(document?.cleanup).toMatchObject({ target: 'chaotic-aur', keep: ['foo'], force: false });
  });

  it('F04 takes the list of the newest commit as true now, however old its commit, and tells what is spared', async () => {
    world.push({ 'bar/PKGBUILD': null });
    await world.remote.clock.advance(century);
    const nowMs = world.remote.clock.nowMs();
    world.manager.spares = ['bar'];
    await world.onCommit();
    expect(world.manager.delivered[0]?.cleanup?.asOfMs).toBe(nowMs);
    expect(world.told.find((line) => line.startsWith('not cleaned up'))).toMatch(/deployed after .*: bar/);
  });

  it('F04 takes the list of an older commit to be as old as that', async () => {
    world.push({ 'bar/PKGBUILD': null });
    const late = await world.context();
    world.push({ 'bar/PKGBUILD': 'back' });
    await world.remote.clock.advance(century);
    await world.onCommit({ folder: late.copy.folder });
    const seconds = world.remote.git(late.copy.folder, 'log', '-1', '--format=%ct', late.repository.commit);
    expect(world.manager.delivered[0]?.cleanup).toMatchObject({
      keep: ['foo'],
      asOfMs: Number(seconds) * 1000,
    });
  });

  it('F05 P05 takes a rename for both, in one document', async () => {
    world.push({ 'bar/PKGBUILD': null, 'baz/PKGBUILD': 'bar' });
    const done = await world.onCommit();
    expect(names(done.packages)).toEqual(['baz']);
    expect(world.manager.delivered).toHaveLength(1);
    expect(world.manager.delivered[0]).toMatchObject({
      schedule: { packages: [{ name: 'baz' }] },
      cleanup: { keep: ['baz', 'foo'] },
    });
  });

  it('F06 cleans nothing up while a folder has files', async () => {
    world.push({ 'foo/a.patch': 'x' });
    await world.onCommit();
    world.push({ 'foo/a.patch': null });
    const done = await world.onCommit();
    expect(done).toMatchObject({ packages: [{ name: 'foo' }], removed: [] });
    expect(world.manager.delivered.at(-1)?.cleanup).toBeUndefined();
  });

  it('F07 compares end points: what came and went between is not there', async () => {
    world.push({ 'foo/tmp': 'x' });
    world.push({ 'README.md': 'x' });
    world.push({ 'foo/tmp': null });
    expect(await world.onCommit()).toMatchObject({ packages: [], outcome: 'nothing' });
  });

  it('F08 looks at the newest commit alone when there is no tag, and makes it', async () => {
    world.remote.git(world.remote.bare, 'update-ref', '-d', 'refs/tags/scheduled');
    const head = world.push({ 'foo/x': 'x' });
    expect(names((await world.onCommit()).packages)).toEqual(['foo']);
    expect(world.codes).toEqual(['CIC013']);
    expect(world.tag).toBe(head);
  });

  it('F09 has nothing to do when the tag is at the newest commit', async () => {
    const before = world.tag;
    expect(await world.onCommit()).toMatchObject({ outcome: 'nothing', packages: [] });
    expect(world.tag).toBe(before);
    expect(world.told).toContain('no commits since the last run');
  });

  it('F10 looks at all commits since the tag in a shallow clone', async () => {
    world.push({ 'foo/PKGBUILD': '2' }, 'x [deploy bar]');
    for (let round = 0; round < 30; round += 1)
      world.remote.commit(world.desk, { 'README.md': String(round) });
    world.push({ 'README.md': 'last' });
    const done = await world.onCommit({ depth: 5 });
    expect(names(done.packages)).toEqual(['bar', 'foo']);
    expect(world.tag).toBe(done.commit);
  });

  it('F11 refuses to clean up after the last package', async () => {
    const before = world.tag;
    world.push({ 'foo/PKGBUILD': null, 'bar/PKGBUILD': null });
    await expect(world.onCommit()).rejects.toMatchObject({ problem: { code: 'CIC012' } });
    expect(world.manager.delivered).toEqual([]);
    expect(world.tag).toBe(before);
  });

  it('N01 knows folders only: no links, none with a dot in front, sorted', async () => {
    mkdirSync(join(world.desk, '.x'));
    writeFileSync(join(world.desk, '.x', 'PKGBUILD'), '');
    symlinkSync('foo', join(world.desk, 'link'));
    world.push({ 'a/PKGBUILD': 'x' });
    const { repository } = await world.context();
    expect(repository.packages).toEqual(['a', 'bar', 'foo']);
  });

  it('reports a folder with an impossible name and one without PKGBUILD, and schedules the others', async () => {
    const head = world.push({ 'Foo/PKGBUILD': 'x', 'empty/.CI/config': '', 'foo/PKGBUILD': '2' });
    expect(names((await world.onCommit()).packages)).toEqual(['foo']);
    expect(world.problems.map(({ code, place }) => [code, place?.file])).toEqual([
      ['CIC008', 'Foo'],
      ['CIC009', 'empty'],
    ]);
    expect(world.tag).toBe(head);
  });

  it('tells of changed packages that have no .SRCINFO, and schedules them all the same', async () => {
    world.looked();
    world.push({ 'bar/.SRCINFO': null, 'foo/PKGBUILD': '2' });
    await world.onCommit();
    expect(world.manager.scheduled).toEqual(['bar', 'foo']);
    expect(world.problems.map(({ code, severity, place }) => [code, severity, place?.file])).toEqual([
      ['CIC041', 'warning', 'bar'],
    ]);
  });

  it('says what is wrong with settings of what it schedules, and of the repository', async () => {
    world.push({ 'foo/.CI/config': 'CI_PKGBUILD_SUORCE=aur\n', '.ci/config': 'export X=1\n' });
    await world.onCommit();
    expect(world.problems.map(({ code, place }) => [code, place?.file])).toEqual([
      ['CIC002', '.ci/config'],
      ['CIC001', 'foo/.CI/config'],
    ]);
  });

  it('compares trees when the history was rewritten', async () => {
    world.push({ 'foo/PKGBUILD': '2' });
    await world.onCommit();
    world.remote.git(world.desk, 'reset', '--quiet', '--hard', 'HEAD~1');
    const head = world.push({ 'bar/PKGBUILD': '2' }, 'rewritten', '--force');
    const done = await world.onCommit();
    // foo is back at what it was before: that is a change too
    expect(names(done.packages)).toEqual(['bar', 'foo']);
    expect(world.codes).toEqual(['CIC014']);
    expect(world.tag).toBe(head);
  });

  it('compares trees when a force push takes the newest commits back, and makes a request of its own', async () => {
    const kept = world.push({ 'foo/PKGBUILD': '2' });
    await world.onCommit();
    world.push({ 'foo/PKGBUILD': '3' });
    await world.onCommit();
    takeBackTo(kept);
    expect(names((await world.onCommit()).packages)).toEqual(['foo']);
    expect(world.codes).toEqual(['CIC014']);
    expect(world.tag).toBe(kept);
    // the same package of the same commit as at first: the manager must not take it for a repetition
    const [first, , again] = world.manager.delivered;
    expect(again?.schedule).toMatchObject({ commit: kept, packages: first?.schedule?.packages });
    expect(again?.id).not.toBe(first?.id);
    expect(await world.onCommit()).toMatchObject({ outcome: 'nothing' });
  });

  it('moves the tag back after such a force push while another branch has what was dropped', async () => {
    const kept = world.remote.tip('refs/heads/main');
    world.push({ 'baz/PKGBUILD': 'baz' });
    await world.onCommit();
    world.remote.git(world.desk, 'push', '--quiet', 'origin', 'HEAD:refs/heads/update-foo');
    takeBackTo(kept);
    expect(await world.onCommit({ depth: 1 })).toMatchObject({ packages: [], removed: ['baz'] });
    expect(world.manager.delivered.at(-1)?.cleanup?.keep).toEqual(['bar', 'foo']);
    expect(world.tag).toBe(kept);
  });

  it('does nothing in a run that a later one has overtaken', async () => {
    const late = await world.context();
    const head = world.push({ 'foo/PKGBUILD': '2' });
    await world.onCommit();
    const done = await world.onCommit({ folder: late.copy.folder });
    expect(done).toMatchObject({ outcome: 'nothing', packages: [] });
    expect(world.codes).toEqual(['CIC032']);
    expect(world.tag).toBe(head);
    expect(world.manager.scheduled).toEqual(['foo']);
  });
});
