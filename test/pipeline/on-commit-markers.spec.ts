import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PipelineFixture } from './pipeline-fixture.ts';

describe('deploy markers of a push', () => {
  let world: PipelineFixture;
  beforeEach(() => {
    world = new PipelineFixture();
    world.looked();
  });
  afterEach(() => world.dispose());

  const names = (packages: readonly { name: string }[]): string[] => packages.map(({ name }) => name);

  it('D01 schedules the package that a subject names', async () => {
    const head = world.push({ 'README.md': 'x' }, 'x [deploy foo]');
    const done = await world.onCommit();
    expect(names(done.packages)).toEqual(['foo']);
    expect(world.manager.scheduled).toEqual(['foo']);
    expect(world.tag).toBe(head);
  });

  it('D02 schedules the package that a body names', async () => {
    world.push({ 'README.md': 'x' }, 'x\n\nwith words\n[deploy bar]');
    expect(names((await world.onCommit()).packages)).toEqual(['bar']);
  });

  it('D03 schedules all names of one marker', async () => {
    world.push({ 'README.md': 'x' }, 'x [deploy foo,bar]');
    expect(names((await world.onCommit()).packages)).toEqual(['bar', 'foo']);
  });

  it('D04 stops on a name that is no package, with the nearest one and the commit, and leaves the tag', async () => {
    const before = world.tag;
    const commit = world.push({ 'README.md': 'x' }, 'x [deploy fooo]');
    world.push({ 'foo/PKGBUILD': 'newer' }, 'fix(foo): something');
    await expect(world.onCommit()).rejects.toMatchObject({
      problem: {
        code: 'CIC004',
        what: expect.stringMatching(new RegExp(`^commit ${commit.slice(0, 7)} .*'fooo'.*'foo'`)),
      },
    });
    expect(world.tag).toBe(before);
    expect(world.manager.delivered).toEqual([]);
    expect(await world.outbox()).toEqual([]);
  });

  it('D04 goes on once the commit is rewritten and force-pushed, not by a further one', async () => {
    world.push({ 'README.md': 'x' }, 'x [deploy fooo]');
    world.push({ 'README.md': 'y' }, 'y');
    await expect(world.onCommit()).rejects.toThrow(/CIC004/);
    world.remote.git(world.desk, 'reset', '--quiet', '--hard', 'HEAD~2');
    const fixed = world.push({ 'README.md': 'x' }, 'x [deploy foo]', '--force');
    expect(names((await world.onCommit()).packages)).toEqual(['foo']);
    expect(world.tag).toBe(fixed);
  });

  it('D05 schedules everything for all, and looks at no older message then', async () => {
    world.push({ 'README.md': 'x' }, 'x [deploy nope]');
    world.push({ 'README.md': 'y' }, 'y [deploy all]');
    expect(names((await world.onCommit()).packages)).toEqual(['bar', 'foo']);
  });

  it('D05 looks at a newer message before it sees all', async () => {
    world.push({ 'README.md': 'x' }, 'x [deploy all]');
    world.push({ 'README.md': 'y' }, 'y [deploy nope]');
    await expect(world.onCommit()).rejects.toThrow(/CIC004/);
  });

  it.each(['[deploy .ci]', '[deploy ..]', '[deploy ]', '[deploy foo!]'])(
    'D06 D07 stops on %s',
    async (marker) => {
      world.push({ 'README.md': 'x' }, `x ${marker}`);
      await expect(world.onCommit()).rejects.toMatchObject({ problem: { code: 'CIC005' } });
      expect(world.manager.delivered).toEqual([]);
    },
  );

  it('D08 schedules what several markers of one message name', async () => {
    world.push({ 'README.md': 'x' }, '[deploy foo] and [deploy bar/9]');
    expect((await world.onCommit()).packages).toEqual([{ name: 'bar', buildClass: 9 }, { name: 'foo' }]);
  });

  it('warns of a marker whose package a later commit removed', async () => {
    world.push({ 'README.md': 'x' }, 'x [deploy bar]');
    world.push({ 'bar/PKGBUILD': null }, 'chore(drop): bar');
    const done = await world.onCommit();
    expect(world.codes).toEqual(['CIC006']);
    expect(done).toMatchObject({ packages: [], removed: ['bar'], outcome: 'scheduled' });
  });
});
