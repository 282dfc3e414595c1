import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fault } from '../../src/diagnostics/index.ts';
import { deliverWaiting, discardWaiting, fetchRemoteRefs } from '../../src/pipeline/index.ts';
import { PipelineFixture } from './pipeline-fixture.ts';

describe('the outbox', () => {
  let world: PipelineFixture;
  beforeEach(() => {
    world = new PipelineFixture();
    world.looked();
  });
  afterEach(() => world.dispose());

  const deliver = async () => {
    const context = await world.context();
    return await deliverWaiting(context, world.manager, await fetchRemoteRefs(context.copy));
  };

  it('P07 keeps a request while the manager is away, and the next run delivers it once', async () => {
    const before = world.tag;
    const first = world.push({ 'foo/PKGBUILD': '2' });
    world.manager.isAway = true;
    const done = await world.onCommit();
    expect(done).toMatchObject({ outcome: 'waiting', outOfReach: { code: 'SCH005' } });
    expect(world.tag).toBe(before);
    expect((await world.outbox()).map(({ tag }) => tag)).toEqual([first]);
    world.manager.isAway = false;
    expect(await world.onCommit()).toMatchObject({ outcome: 'nothing', scheduled: first });
    expect(await world.onCommit()).toMatchObject({ outcome: 'nothing' });
    expect(world.manager.scheduled).toEqual(['foo']);
    expect(await world.outbox()).toEqual([]);
    expect(world.tag).toBe(first);
  });

  it('keeps one document for each push, and delivers them oldest first', async () => {
    world.manager.isAway = true;
    world.push({ 'foo/PKGBUILD': '2' });
    await world.onCommit();
    // the same push again: nothing new
    await world.onCommit();
    await world.remote.clock.advance(1000);
    const head = world.push({ 'bar/PKGBUILD': '2' });
    await world.onCommit();
    expect((await world.outbox()).map(({ schedule }) => schedule?.packages)).toEqual([
      [{ name: 'foo' }],
      [{ name: 'bar' }],
    ]);
    world.manager.isAway = false;
    await world.onCommit();
    expect(world.manager.scheduled).toEqual(['foo', 'bar']);
    expect(world.tag).toBe(head);
  });

  it('moves the tag over a push without packages too, once what waits before it is delivered', async () => {
    world.manager.isAway = true;
    world.push({ 'foo/PKGBUILD': '2' });
    await world.onCommit();
    const head = world.push({ 'README.md': 'x' });
    await world.onCommit();
    world.manager.isAway = false;
    await deliver();
    expect(world.manager.scheduled).toEqual(['foo']);
    expect(world.tag).toBe(head);
    expect(await world.outbox()).toEqual([]);
  });

  it('only takes documents with --hand-over, and a second job delivers them', async () => {
    const before = world.tag;
    const head = world.push({ 'foo/PKGBUILD': '2' });
    expect(await world.onCommit({ port: undefined })).toMatchObject({ outcome: 'waiting' });
    expect(world.manager.delivered).toEqual([]);
    expect(world.tag).toBe(before);
    expect((await deliver()).delivered).toHaveLength(1);
    expect(world.tag).toBe(head);
    expect((await deliver()).delivered).toEqual([]);
  });

  it('delivers the same request again when the push after a delivery is lost, with the same id', async () => {
    world.push({ 'foo/PKGBUILD': '2' });
    world.remote.hook('pre-receive', 'exit 1');
    await expect(world.onCommit()).rejects.toThrow(/GIT009/);
    world.remote.hook('pre-receive', 'exit 0');
    const other = { GITLAB_CI: 'true', CI_PIPELINE_ID: '78' };
    await world.onCommit({ environment: other });
    const [first, again] = world.manager.delivered.map(({ id, schedule }) => [id, schedule?.id]);
    expect(again).toEqual(first);
  });

  /** A run that dies after the manager took its request: nothing of it arrives at the remote. */
  const dies = async (folder?: string): Promise<void> => {
    world.remote.hook('pre-receive', 'exit 1');
    await expect(world.onCommit(folder === undefined ? {} : { folder })).rejects.toThrow(/GIT009/);
    world.remote.hook('pre-receive', 'exit 0');
  };

  it('schedules only what is new when another push follows a run that died before it moved the tag', async () => {
    const first = world.push({ 'foo/PKGBUILD': '2' });
    await dies();
    const head = world.push({ 'bar/PKGBUILD': '2' });
    expect(await world.onCommit()).toMatchObject({
      base: first,
      packages: [{ name: 'bar' }],
      scheduled: head,
    });
    expect(world.manager.scheduled).toEqual(['foo', 'bar']);
  });

  it('finds its way after several runs that died, and asks for nothing when only other files followed', async () => {
    world.push({ 'foo/PKGBUILD': '2' });
    await dies();
    world.push({ 'bar/PKGBUILD': '2' });
    await dies();
    const head = world.push({ 'README.md': 'x' });
    expect(await world.onCommit()).toMatchObject({ packages: [], outcome: 'scheduled', scheduled: head });
    expect(world.manager.scheduled).toEqual(['foo', 'bar']);
    world.push({ 'foo/PKGBUILD': '3' });
    await world.onCommit();
    expect(world.manager.scheduled).toEqual(['foo', 'bar', 'foo']);
  });

  it('builds again what a later push changes again or marks, and cleans up what the dead run removed', async () => {
    world.push({ 'foo/PKGBUILD': '2', 'bar/PKGBUILD': null, 'qux/PKGBUILD': 'qux' });
    await dies();
    world.manager.delivered.length = 0;
    world.push({ 'foo/PKGBUILD': '3' }, 'x [deploy qux/5]');
    await world.onCommit();
    expect(world.manager.delivered).toMatchObject([
      {
        schedule: { packages: [{ name: 'foo' }, { name: 'qux', buildClass: 5 }] },
        cleanup: { keep: ['foo', 'qux'] },
      },
    ]);
  });

  it('asks for everything when the commit of the dead run was taken back', async () => {
    const before = world.tag;
    world.push({ 'foo/PKGBUILD': '2' });
    await dies();
    const { remote } = world;
    remote.git(world.desk, 'reset', '--hard', '--quiet', before);
    const head = world.push({ 'bar/PKGBUILD': '2' }, 'x', '--force');
    await dies();
    expect(await world.onCommit()).toMatchObject({ scheduled: head });
    world.push({ 'foo/PKGBUILD': '3' });
    await world.onCommit();
    expect(world.manager.scheduled).toEqual(['foo', 'bar', 'bar', 'foo']);
    expect(new Set(world.manager.delivered.map(({ schedule }) => schedule?.id)).size).toBe(3);
  });

  it('leaves out what the manager has from what waits, too', async () => {
    world.push({ 'foo/PKGBUILD': '2' });
    await dies();
    world.manager.isAway = true;
    const head = world.push({ 'bar/PKGBUILD': '2' });
    await world.onCommit();
    expect((await world.outbox()).map(({ schedule }) => schedule?.packages.length)).toEqual([2]);
    world.manager.isAway = false;
    await deliver();
    expect(world.manager.scheduled).toEqual(['foo', 'bar']);
    expect(world.tag).toBe(head);
    expect(await world.outbox()).toEqual([]);
  });

  it('moves the tag as far as a dead run got when an older job is started again', async () => {
    world.push({ 'foo/PKGBUILD': '2' });
    const older = world.remote.clone('older');
    const head = world.push({ 'bar/PKGBUILD': '2' });
    await dies();
    expect(await world.onCommit({ folder: older })).toMatchObject({ packages: [], scheduled: head });
    expect(world.manager.scheduled).toEqual(['bar', 'foo']);
  });

  it('does not overwrite what another run did to branch state meanwhile', async () => {
    world.push({ 'foo/PKGBUILD': '2' });
    await world.onCommit({ port: undefined });
    const context = await world.context();
    const refs = await fetchRemoteRefs(context.copy);
    world.push({ 'bar/PKGBUILD': '2' });
    await world.onCommit({ port: undefined });
    await expect(deliverWaiting(context, world.manager, refs)).rejects.toThrow(/GIT007/);
    expect(await world.outbox()).toHaveLength(2);
  });

  it('leaves branch state as it is when the manager takes a request at once', async () => {
    const { remote } = world;
    const other = remote.clone('other');
    remote.git(other, 'checkout', '--quiet', '--orphan', 'state');
    remote.git(other, 'rm', '-r', '--quiet', '--force', '.');
    const state = remote.commit(other, { foo: 'CI_GIT_COMMIT=x' });
    remote.git(other, 'push', '--quiet', 'origin', 'HEAD:state');
    world.push({ 'foo/PKGBUILD': '2' });
    await world.onCommit();
    expect(world.manager.scheduled).toEqual(['foo']);
    expect(remote.tip('refs/heads/state')).toBe(state);
  });

  it('never moves the tag back', async () => {
    world.manager.isAway = true;
    world.push({ 'foo/PKGBUILD': '2' });
    await world.onCommit();
    world.manager.isAway = false;
    const head = world.push({ 'bar/PKGBUILD': '2' });
    world.looked(head);
    await deliver();
    expect(world.manager.scheduled).toEqual(['foo']);
    expect(world.tag).toBe(head);
  });

  it('reports what a hand has written on branch state, and leaves it alone', async () => {
    world.push({ 'foo/PKGBUILD': '2' });
    await world.onCommit({ port: undefined });
    const { remote } = world;
    const desk = remote.clone('hand', '--branch=state');
    remote.commit(desk, { '.outbox/mine.json': 'hello', foo: 'CI_GIT_COMMIT=x' });
    remote.git(desk, 'push', '--quiet', '--force', 'origin', 'HEAD:state');
    await deliver();
    expect(world.problems.map(({ code, place }) => [code, place?.file])).toEqual([
      ['CIC016', '.outbox/mine.json'],
    ]);
    expect(world.manager.scheduled).toEqual(['foo']);
    expect(remote.git(remote.bare, 'ls-tree', '-r', '--name-only', 'state').split('\n')).toEqual([
      '.outbox/mine.json',
      'foo',
    ]);
  });

  it('schedules nothing twice while a document that the manager refuses stays behind the tag', async () => {
    world.manager.isAway = true;
    const refused = world.push({ 'foo/PKGBUILD': '2' });
    await world.onCommit();
    world.manager.isAway = false;
    world.manager.before = ({ tag }) => {
      if (tag === refused) throw fault('SCH001', { what: "no target 'x'" });
    };
    const asked: string[][] = [];
    for (const files of [{ 'bar/PKGBUILD': '2' }, { 'README.md': 'x' }, { 'README.md': 'y' }]) {
      await world.remote.clock.advance(1000);
      const head = world.push(files);
      asked.push((await world.onCommit()).packages.map(({ name }) => name));
      expect(world.tag).toBe(head);
    }
    expect(asked).toEqual([['bar'], [], []]);
    expect(world.manager.scheduled).toEqual(['bar']);
    expect((await world.outbox()).map(({ tag }) => tag)).toEqual([refused]);
  });

  it('compares with the tag when a force push has dropped the commit of what waits, and loses no build', async () => {
    const before = world.tag;
    world.manager.isAway = true;
    world.push({ 'foo/PKGBUILD': '2' });
    await world.onCommit();
    const { remote } = world;
    remote.git(world.desk, 'reset', '--hard', '--quiet', before);
    remote.commit(world.desk, { 'bar/PKGBUILD': '2' });
    const head = world.push({ 'qux/PKGBUILD': 'qux' }, 'x', '--force');
    remote.git(remote.bare, 'gc', '--prune=now', '--quiet');
    await remote.clock.advance(1000);
    expect(await world.onCommit({ depth: 1 })).toMatchObject({
      ...{ base: before, outcome: 'waiting' },
      packages: [{ name: 'bar' }, { name: 'qux' }],
    });
    expect(world.codes).toEqual([]);
    expect(world.tag).toBe(before);
    world.manager.isAway = false;
    await world.onCommit();
    expect(world.manager.scheduled).toEqual(['foo', 'bar', 'qux']);
    expect(world.tag).toBe(head);
  });

  it('keeps what the manager refuses as a whole, says so, and delivers the others', async () => {
    world.manager.isAway = true;
    const refused = world.push({ 'foo/PKGBUILD': '2' });
    await world.onCommit();
    await world.remote.clock.advance(1000);
    world.push({ 'bar/PKGBUILD': '2' });
    await world.onCommit();
    world.manager.isAway = false;
    world.manager.before = ({ tag }) => {
      if (tag === refused) throw fault('SCH001', { what: "no target 'x'" });
    };
    const report = await deliver();
    expect(world.codes).toContain('CIC031');
    expect(report.waiting.map(({ tag }) => tag)).toEqual([refused]);
    expect(world.manager.scheduled).toEqual(['bar']);
    const context = await world.context();
    const refs = await fetchRemoteRefs(context.copy);
    await expect(discardWaiting(context, refs, ['nonsense'])).rejects.toThrow(/CIC034/);
    await discardWaiting(
      context,
      refs,
      report.waiting.map(({ id }) => id),
    );
    expect(await world.outbox()).toEqual([]);
  });

  it('tells which packages the manager refused, and moves the tag', async () => {
    world.manager.refuses.add('foo');
    const head = world.push({ 'foo/PKGBUILD': '2', 'bar/PKGBUILD': '2' });
    await world.onCommit();
    expect(world.problems.map(({ code, what }) => [code, what])).toEqual([
      ['CIC018', "'foo' was refused: SCH003 no"],
    ]);
    expect(world.tag).toBe(head);
  });

  it('uploads what the AUR gets once for each push, whether the manager is there or not', async () => {
    const uploaded: (readonly string[])[] = [];
    const uploadToAur = async (names: readonly string[]): Promise<readonly string[]> => {
      uploaded.push(names);
      return [];
    };
    const managed = 'CI_PKGBUILD_SOURCE=custom\nCI_MANAGE_AUR=true\n';
    const settings = { '.ci/config': 'CI_MANAGE_AUR=true\n', 'foo/.CI/config': managed };
    world.manager.isAway = true;
    world.push({ ...settings, 'foo/PKGBUILD': '2', 'bar/PKGBUILD': '2' });
    await world.onCommit({ uploadToAur });
    expect(uploaded).toEqual([['foo']]);
    world.manager.isAway = false;
    world.push({ 'bar/.CI/config': managed });
    await world.onCommit({ uploadToAur });
    expect(uploaded).toEqual([['foo'], ['bar']]);
    expect(world.remote.git(world.remote.bare, 'ls-tree', '-r', '--name-only', 'state')).toBe('');
  });
});
