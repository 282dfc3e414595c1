import { appendFileSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { processesWith } from '../sandbox/modes.ts';
import { FarmFixture, type JobRow, project, type Ran, simpleRecipe } from './farm-fixture.ts';

/** One build of every misbehaving recipe at once, beside a good one: none may harm the others. */
describe('recipes that misbehave', () => {
  const fixture = new FarmFixture();
  let ran: Ran;
  let jobs: Map<string, JobRow>;

  // only the one that is to run out of time has little of it, also on a slow machine
  const ample = 'BUILDER_EXTRA_TIMEOUT=60\n';

  beforeAll(async () => {
    await fixture.do('init');
    fixture.settings(
      'sandbox: { timeout: 4s, kill-grace: 2s, log-limit: 4MiB, memory: 512MiB }\njobs: 2\ndependencies: { otherwise: assume }',
    );
    for (const name of readdirSync(join(project, 'testdata/recipes'))) {
      if (name.endsWith('.md')) continue;
      const ci = join(fixture.copyRecipe(`testdata/recipes/${name}`), '.CI');
      mkdirSync(ci, { recursive: true });
      appendFileSync(join(ci, 'config'), name === 'ignores-term' ? '' : ample);
    }
    fixture.writeRecipe('good', { ...simpleRecipe('good'), '.CI/config': ample });
    fixture.writeRecipe('after-bad', simpleRecipe('after-bad', "depends=('no-packages')"));
    ({ ran, jobs } = await fixture.build(fixture.recipes));
  }, 300_000);
  afterAll(() => fixture.remove());

  const job = (name: string): JobRow => {
    const row = jobs.get(name);
    if (!row) throw new Error(`no job '${name}' in ${[...jobs.keys()].join(', ')}\n${ran.stderr}`);
    return row;
  };

  it('leaves the good recipe alone and ends with exit code 1', () => {
    expect(job('good').state).toBe('succeeded');
    expect(ran.code).toBe(1);
  });
  it('reports a malformed .SRCINFO with file and line', () => {
    expect(ran.stderr).toMatch(/malformed-srcinfo\/\.SRCINFO:\d+/);
  });
  it('says that a build made no packages', () => {
    expect(job('no-packages')).toMatchObject({ state: 'failed', code: 'BLD003' });
  });
  it('refuses a package of another name', () => {
    expect(job('other-name').state).toBe('failed');
    expect(job('other-name').reason).toContain('somebody-else');
  });
  it('ends a build that ignores TERM', () => {
    expect(job('ignores-term')).toMatchObject({ state: 'timed-out', outcome: 'timed-out' });
  });
  it('ends a build that writes a gigabyte of log', () => {
    expect(job('gigabyte-log')).toMatchObject({ state: 'failed', code: 'BLD011' });
  });
  it('ends a build that reaches the memory limit', () => {
    expect(job('eats-memory')).toMatchObject({ state: 'failed', code: 'BLD010' });
  });
  it('finds out from the logs why they failed', async () => {
    const { groups } = JSON.parse((await fixture.run('--json', 'logs', 'failures')).stdout) as {
      groups: { class: string; newest: { job: string; first: { text: string } | null } }[];
    };
    const classOf = new Map(groups.map((one) => [one.newest.job.split('/')[2], one]));
    expect(classOf.get('ignores-term')?.class).toBe('time-out');
    expect(classOf.get('gigabyte-log')?.class).toBe('log-limit');
    expect(classOf.get('eats-memory')?.class).toBe('out-of-memory');
    const outside = await fixture.run('logs', 'writes-outside', '--class');
    expect(outside).toMatchObject({ code: 0, stdout: expect.stringMatching(/ {2}\d+: .+/) });
  });
  it('lets nothing be written outside', async () => {
    expect(job('writes-outside').state).toBe('failed');
    expect(await fixture.log('writes-outside')).toContain('nothing outside can be written');
  });
  it('keeps the key of the farm out of reach', async () => {
    expect(job('reads-key').state).toBe('failed');
    expect(await fixture.log('reads-key')).toContain('no key is in reach');
  });
  it('leaves no process of a recipe that forks and hides', () => {
    expect(job('forks-and-hides').state).toBe('succeeded');
    expect(processesWith('packmill-left-behind')).toEqual([]);
  });
  it('blocks what needs a failed recipe, and says on what', () => {
    expect(job('after-bad').state).toBe('blocked');
    expect(job('after-bad').reason).toContain('no-packages');
  });
  it('publishes the good ones only', async () => {
    const shown = JSON.parse(await fixture.do('--json', 'repo', 'show')) as { packages: { name: string }[] };
    expect(shown.packages.map(({ name }) => name).sort()).toEqual(['forks-and-hides', 'good']);
    await fixture.do('repo', 'verify');
  });
});
