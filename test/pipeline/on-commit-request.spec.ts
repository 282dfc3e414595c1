import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { scheduleByHand, triggerRun } from '../../src/pipeline/index.ts';
import { PipelineFixture } from './pipeline-fixture.ts';

const gitlab = { GITLAB_CI: 'true', CI_PIPELINE_ID: '77', CI_COMMIT_BRANCH: 'main' };

describe('the request of a run', () => {
  let world: PipelineFixture;
  beforeEach(() => {
    world = new PipelineFixture({
      '.ci/config':
        'BUILD_REPO=R\nREPO_NAME=B\nCI_DEFAULT_CLASS=5\nCI_LIB_DB="https://m/x/core/os/x86_64/core.db"\n',
      'bar/.CI/config': 'BUILDER_CLASS=9\nCI_ON_TRIGGER=daily\n',
      'baz/PKGBUILD': 'x',
      'baz/.CI/config': 'CI_ON_TRIGGER=heavy\n',
    });
    world.looked();
  });
  afterEach(() => world.dispose());

  it('P01 names commit, pipeline, target, source, class and architecture', async () => {
    const head = world.push({ 'foo/PKGBUILD': '2' });
    await world.onCommit({ environment: gitlab });
    expect(world.manager.delivered[0]?.schedule).toMatchObject({
      ...{ commit: head, pipeline: '77', target: 'R', source: 'B', arch: 'x86_64' },
      archMirror: 'https://m/x/$repo/os/$arch',
      packages: [{ name: 'foo', buildClass: 5 }],
    });
    expect(world.manager.delivered[0]?.tag).toBe(head);
  });

  it('P01 names the run on GitHub', async () => {
    world.push({ 'foo/PKGBUILD': '2' });
    await world.onCommit({ environment: { GITHUB_ACTIONS: 'true', GITHUB_RUN_ID: '4711' } });
    expect(world.manager.delivered[0]?.schedule?.pipeline).toBe('4711');
  });

  it('P02 takes the class that was asked for, else that of the package', async () => {
    world.push({ 'README.md': 'x' }, '[deploy bar/catbuilder]');
    await world.onCommit();
    world.push({ 'bar/PKGBUILD': '2' });
    await world.onCommit();
    expect(world.manager.delivered.map(({ schedule }) => schedule?.packages)).toEqual([
      [{ name: 'bar', buildClass: 'catbuilder' }],
      [{ name: 'bar', buildClass: 9 }],
    ]);
  });

  it('P04 schedules by hand what a list names, moves no tag, and refuses unknown names', async () => {
    const before = world.tag;
    world.push({ 'README.md': 'x' });
    const done = await scheduleByHand(await world.context(), world.manager, 'foo:bar,baz/3');
    expect(done.packages).toEqual([
      { name: 'bar', buildClass: 9 },
      { name: 'baz', buildClass: 3 },
      { name: 'foo', buildClass: 5 },
    ]);
    const all = await scheduleByHand(await world.context(), world.manager, 'all');
    expect(all.packages.map(({ name }) => name)).toEqual(['bar', 'baz', 'foo']);
    await expect(scheduleByHand(await world.context(), world.manager, 'foo nope')).rejects.toMatchObject({
      problem: { code: 'CIC007', what: expect.stringContaining("'nope'") },
    });
    expect(world.manager.delivered.map(({ tag }) => tag)).toEqual([undefined, undefined]);
    expect(world.tag).toBe(before);
  });

  it('is another one each time that somebody asks, and the same when a job is started again', async () => {
    await scheduleByHand(await world.context(gitlab), world.manager, 'foo');
    await scheduleByHand(await world.context(gitlab), world.manager, 'foo');
    await scheduleByHand(await world.context({ ...gitlab, CI_PIPELINE_ID: '78' }), world.manager, 'foo');
    const [first, again, other] = world.manager.delivered.map(({ schedule }) => schedule?.id);
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });

  it('T01 has the packages of a trigger, and leaves guard and tag alone', async () => {
    world.push({ 'foo/PKGBUILD': '2' }, 'x [deploy nope]');
    const before = world.tag;
    const done = await triggerRun(await world.context(), world.manager, 'daily');
    expect(done.packages).toEqual([{ name: 'bar', buildClass: 9 }]);
    expect(world.manager.delivered[0]?.tag).toBeUndefined();
    expect(world.tag).toBe(before);
  });

  it('T02 has nothing for an unknown trigger', async () => {
    const done = await triggerRun(await world.context(), world.manager, 'nope');
    expect(done).toMatchObject({ packages: [], outcome: 'nothing' });
    expect(world.manager.delivered).toEqual([]);
  });

  it('P06 takes commands in values for words, and runs nothing', async () => {
    const mark = join(world.remote.folder, 'touched');
    const command = `$(touch ${mark})`;
    world.push({
      '.ci/config': `GIT_AUTHOR_NAME=\`touch ${mark}\`\nCI_LIB_DB=https://m/${command}/core/os/x/core.db\n`,
      'foo/.CI/config': `BUILDER_CLASS=${command}\n`,
    });
    world.manager.isAway = true;
    await world.onCommit();
    expect((await world.outbox())[0]?.schedule?.packages).toEqual([{ name: 'foo', buildClass: command }]);
    world.push({ '.ci/config': `BUILD_REPO=${command}\n`, 'foo/PKGBUILD': '3' });
    await expect(world.onCommit()).rejects.toMatchObject({ problem: { code: 'CIC003', severity: 'error' } });
    expect(existsSync(mark)).toBe(false);
  });
});
