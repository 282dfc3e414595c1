import { type ChildProcess, execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FarmFixture, finished, parse, project, simpleRecipe } from './farm-fixture.ts';

/** A recipe that builds until it is stopped. */
const waitingRecipe = (name: string) =>
  simpleRecipe(name, 'build() { echo at work; while true; do sleep 0.1; done; }');

async function untilSaid(child: ChildProcess, words: string): Promise<void> {
  let said = '';
  await new Promise<void>((resolve, reject) => {
    const hear = (text: Buffer): void => {
      said += text.toString('utf8');
      if (said.includes(words)) resolve();
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('close', () => reject(new Error(`'${words}' was never said:\n${said}`)));
  });
}

describe('the command line', () => {
  const fixture = new FarmFixture();
  beforeAll(async () => {
    await fixture.do('init', '--repo', 'farm');
    fixture.writeRecipe('good', simpleRecipe('good'));
    fixture.writeRecipe(
      'bad',
      simpleRecipe('bad', 'build() { echo "foo.c:1: error: no such thing"; false; }'),
    );
    await fixture.run('build', fixture.recipes);
  });
  afterAll(() => fixture.remove());

  it('says what of a request does not fit before it asks any manager', async () => {
    const ran = await fixture.run('schedule', '--request-id', 'short', 'good');
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain("CLI001 'request-id' does not fit");
  });

  it('takes global options before and after the command', async () => {
    const before = await fixture.do('--json', 'repo', 'list');
    const after = await fixture.do('repo', 'list', '--json');
    expect(after).toBe(before);
    expect(JSON.parse(after)).toEqual([
      {
        name: 'farm',
        arch: 'x86_64',
        path: join(fixture.farm, 'public/farm/x86_64'),
        generation: 1,
        packages: 1,
      },
    ]);
  });

  it('ends build --json with one object that tells of every job', async () => {
    const ran = await fixture.run('build', fixture.recipes, '--json');
    expect(ran.code).toBe(1);
    const { jobs } = parse<{ jobs: Record<string, unknown>[] }>(ran);
    expect(jobs.map(({ id, state }) => `${id} ${state}`).sort()).toEqual([
      'farm/x86_64/bad failed',
      'farm/x86_64/good already-built',
    ]);
    for (const job of jobs) {
      for (const key of ['id', 'state', 'outcome', 'reason', 'durationMs', 'log'])
        expect(job).toHaveProperty(key);
    }
    const bad = jobs.find(({ id }) => id === 'farm/x86_64/bad');
    expect(bad).toMatchObject({ outcome: 'failed', code: 'BLD001', durationMs: expect.any(Number) });
    expect(bad?.excerpt).toContain('foo.c:1: error: no such thing');
    expect(bad?.excerpt).not.toContain('packmill');
    expect(readFileSync(String(bad?.log), 'utf8')).toContain('no such thing');
  });

  it('says no more than errors with --quiet', async () => {
    const good = await fixture.run('--quiet', 'build', join(fixture.recipes, 'good'));
    expect(good).toEqual({ code: 0, signal: null, stdout: '', stderr: '' });
    const bad = await fixture.run('build', '-q', join(fixture.recipes, 'bad'));
    expect(bad.code).toBe(1);
    expect(bad.stdout).toContain('failed: farm/x86_64/bad');
    expect(bad.stderr).toBe('');
  });

  it('prints its help, and how to use it when no command is given', async () => {
    const help = await fixture.run('--help');
    expect(help.code).toBe(0);
    expect(help.stdout).toContain('Exit codes:');
    for (const args of [[], ['repo'], ['store']]) {
      const none = await fixture.run(...args);
      expect({ code: none.code, usage: none.stderr.includes('Usage: packmill') }).toEqual({
        code: 2,
        usage: true,
      });
    }
    expect((await fixture.run('bulid', 'x')).stderr).toContain('Did you mean build?');
  });

  it('refuses names of recipes and packages that are not there', async () => {
    const only = await fixture.run('build', fixture.recipes, '--only', 'goood');
    expect(only).toMatchObject({ code: 2, stderr: expect.stringContaining('CLI006') });
    const remove = await fixture.run('repo', 'remove', 'goood');
    expect(remove).toMatchObject({ code: 2, stderr: expect.stringContaining('CLI007') });
    expect((await fixture.run('logs', 'good', '--attempt', 'first')).code).toBe(2);
  });

  it('warns of the one repository name that pacman refuses', async () => {
    const farm = join(fixture.folder, 'unnamed');
    const ran = await fixture.run('--farm', farm, 'init');
    expect(ran).toMatchObject({ code: 0, stderr: expect.stringMatching(/warning CFG005 .*--repo NAME/) });
    expect(existsSync(join(farm, 'public/local/local.gpg'))).toBe(true);
  });

  it('survives readers that go away, with the exit code it deserves', () => {
    const farm = `node ${join(project, 'bin/packmill')} --farm ${fixture.farm}`;
    const script = `set -o pipefail; ${farm} explain list | head -1 >/dev/null; echo "\${PIPESTATUS[0]}"
      ${farm} build ${join(fixture.recipes, 'bad')} 2>&1 | true; echo "\${PIPESTATUS[0]}"`;
    expect(execFileSync('bash', ['-c', script], { encoding: 'utf8' })).toBe('0\n1\n');
  });
});

describe('an interrupted build', () => {
  const fixture = new FarmFixture();
  beforeAll(async () => {
    await fixture.do('init', '--repo', 'farm');
    fixture.writeRecipe('long', waitingRecipe('long'));
    fixture.writeRecipe('longer', waitingRecipe('longer'));
  });
  afterAll(() => fixture.remove());

  it('ends its builds, keeps their jobs, and can be followed meanwhile from elsewhere', async () => {
    const build = fixture.start('build', fixture.recipes, '-j', '1');
    const built = finished(build);
    await untilSaid(build, 'started');
    const follower = fixture.start('logs', '-f', 'long');
    const followed = finished(follower);
    await untilSaid(follower, 'at work');
    const status = JSON.parse(await fixture.do('status', '--json')) as { manager: number; counts: unknown };
    expect(status).toMatchObject({ manager: expect.any(Number), counts: { running: 1, ready: 1 } });
    expect((await fixture.run('build', fixture.recipes)).code).toBe(3);

    build.kill('SIGINT');
    expect(await built).toMatchObject({ code: 130, stdout: expect.stringContaining('2 ready') });
    expect(await followed).toMatchObject({ code: 0, stdout: expect.stringContaining('canceled') });
    expect(JSON.parse(await fixture.do('status', '--json'))).toMatchObject({ counts: { ready: 2 } });

    fixture.writeRecipe('long', simpleRecipe('long'));
    fixture.writeRecipe('longer', simpleRecipe('longer'));
    const { ran, jobs } = await fixture.build(fixture.recipes);
    expect(ran.code).toBe(0);
    expect([...jobs.values()].map(({ state }) => state)).toEqual(['succeeded', 'succeeded']);
  });

  it('leaves at once when it is interrupted again, and goes on later', async () => {
    // a build that ignores TERM is given ten seconds; nobody has to wait for them
    fixture.writeRecipe(
      'deaf',
      simpleRecipe('deaf', "build() { trap '' TERM; echo at work; while true; do sleep 0.1; done; }"),
    );
    const deaf = join(fixture.recipes, 'deaf');
    const build = fixture.start('build', deaf);
    const built = finished(build);
    await untilSaid(build, 'started');
    const follower = fixture.start('logs', '-f', 'deaf');
    const followed = finished(follower);
    await untilSaid(follower, 'at work');
    build.kill('SIGINT');
    await untilSaid(build, 'interrupted:');
    build.kill('SIGINT');
    expect((await built).code).toBe(130);
    // nobody will ever write the end of that attempt
    expect((await followed).code).toBe(0);
    fixture.writeRecipe('deaf', simpleRecipe('deaf'));
    const { ran, jobs } = await fixture.build(deaf);
    expect(jobs.get('deaf')?.state).toBe('succeeded');
    expect(ran.stderr).toContain('recovered:');
  });
});

describe('--fail-fast', () => {
  const fixture = new FarmFixture();
  afterAll(() => fixture.remove());

  it('starts nothing more after the first failure', async () => {
    await fixture.do('init', '--repo', 'farm');
    for (const name of ['a', 'b', 'c']) fixture.writeRecipe(name, simpleRecipe(name, 'build() { false; }'));
    const { ran, jobs } = await fixture.build(fixture.recipes, '--fail-fast', '-j', '1');
    expect(ran.code).toBe(1);
    expect([...jobs.values()].map(({ state }) => state).sort()).toEqual(['canceled', 'canceled', 'failed']);
  });
});
