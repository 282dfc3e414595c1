import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gitRepository, ServiceFixture } from './service-fixture.ts';

/** Specification 15.7: what is built is the commit that was asked for. */
describe('a source that is a git repository', () => {
  let farm: ServiceFixture;
  let source = '';
  const commits: string[] = [];

  beforeAll(async () => {
    farm = await ServiceFixture.make();
    source = join(farm.folder, 'pkgbuilds');
    const git = gitRepository(source);
    for (const version of ['1.0', '2.0', '3.0']) {
      farm.quick('tool', { version, within: source });
      if (version !== '3.0') farm.quick('given-up', { version, within: source });
      else execFileSync('rm', ['-r', join(source, 'given-up')]);
      commits.push(git.commit());
    }
    farm.settings('', `main: { url: ${source} }`);
    await farm.up(1);
  });
  afterAll(() => farm.dispose());

  it('is built at an older commit, and reports to the pipeline that asked', async () => {
    await farm.do('schedule', '--commit', `${commits[1]}:77`, 'tool');
    await farm.watch.moved('tool', 'succeeded');
    expect(await farm.job('tool')).toMatchObject({ commit: commits[1], version: '2.0-1' });
    await farm.hasPublished('tool');
    expect(farm.published()).toEqual(['tool-2.0-1']);
  });

  it('has the packages of that commit, and no others', async () => {
    await farm.do('schedule', '--commit', commits[0] ?? '', 'given-up/nobody');
    expect(await farm.run(['schedule', 'given-up'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('SCH002'),
    });
  });

  it('is built at its newest commit when the one that was asked for is gone, and the log says so', async () => {
    const gone = 'd'.repeat(40);
    await farm.do('schedule', '--commit', gone, 'tool');
    await farm.watch.moved('tool', 'succeeded', 2);
    expect(await farm.job('tool')).toMatchObject({ commit: commits[2], version: '3.0-1' });
    expect(await farm.log('tool')).toContain(`the newest commit, since '${gone.slice(0, 12)}' is gone`);
  });

  it('is tried again by retry at the commit that it had', async () => {
    await farm.do('schedule', '--commit', `${commits[0]}:5`, 'given-up/nobody');
    await farm.do('cancel', 'given-up');
    await farm.do('retry', 'given-up');
    expect(await farm.job('given-up')).toMatchObject({ state: 'ready', commit: commits[0] });
  });
});
