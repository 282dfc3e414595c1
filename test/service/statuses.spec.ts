import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GitlabStatuses, type LoopbackService, loopbackService } from '../notifier/loopback-service.ts';
import { gitRepository, ServiceFixture } from './service-fixture.ts';

interface Status {
  readonly state: string;
  readonly name: string;
  readonly target_url: string;
  readonly description: string;
  readonly pipeline_id: string | number;
}

/** Waits until a server has heard what a test waits for. */
class Ear {
  readonly #waiting = new Set<() => void>();
  heard(): void {
    for (const wake of [...this.#waiting]) wake();
  }
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting.add(resolve);
      await promise;
      this.#waiting.delete(resolve);
    }
  }
}

describe('commit statuses of a source on GitLab', () => {
  let farm: ServiceFixture;
  let gitlab: LoopbackService;
  let telegram: LoopbackService;
  let commit = '';
  let source = '';
  let git: ReturnType<typeof gitRepository>;
  const statuses = new GitlabStatuses();
  const ear = new Ear();
  let busy = 2;

  beforeAll(async () => {
    gitlab = await loopbackService((heard) => {
      busy -= 1;
      if (busy >= 0) return { status: 429, headers: { 'retry-after': '0' } };
      const reply = statuses.take(heard);
      ear.heard();
      return reply;
    });
    telegram = await loopbackService(() => {
      ear.heard();
      return { status: 200, body: { ok: true, result: { message_id: 1, date: 1, chat: { id: 1 } } } };
    });
    farm = await ServiceFixture.make();
    source = join(farm.folder, 'pkgbuilds');
    git = gitRepository(source);
    farm.quick('foo', { within: source });
    farm.quick('bar', { within: source });
    commit = git.commit();
    farm.settings('', `main: { url: ${source} }`);
    await farm.up(1, {
      LOGS_URL: 'https://builds.example.org/logs.html',
      PACKAGE_REPOS_NOTIFIERS: JSON.stringify({
        main: { id: '42', token: 'secret-token', check_name: 'build: %pkgbase%', base_url: gitlab.url },
      }),
      TELEGRAM_BOT_TOKEN: '1:secret',
      TELEGRAM_CHAT_ID: '-1',
      TELEGRAM_API_ROOT: telegram.url,
    });
  });
  afterAll(async () => {
    await farm.dispose();
    await gitlab.close();
    await telegram.close();
  });

  it('go from pending over running to success, also when GitLab is busy (I02, I03)', async () => {
    await farm.do('schedule', '--commit', `${commit}:77`, 'foo');
    await ear.until(() => statuses.accepted.includes('build: foo success'));
    expect(statuses.accepted).toEqual(['build: foo pending', 'build: foo running', 'build: foo success']);
    expect(gitlab.heard).toHaveLength(5);
    const last = gitlab.heard.at(-1);
    expect(last).toMatchObject({ method: 'POST', path: `/api/v4/projects/42/statuses/${commit}` });
    const { timestamp } = await farm.job('foo');
    const { state, target_url, description, pipeline_id } = JSON.parse(last?.body ?? '{}') as Status;
    expect({ state, target_url, description, pipeline: String(pipeline_id) }).toEqual({
      state: 'success',
      target_url: `https://builds.example.org/logs.html?timestamp=${timestamp}&id=foo`,
      description: 'Package successfully deployed.',
      pipeline: '77',
    });
    await ear.until(() => telegram.heard.some(({ body }) => body.includes('New deployment')));
  });

  it('end as canceled for requests that were replaced', async () => {
    await farm.do('schedule', '--commit', `${commit}:78`, 'bar/nobody');
    await farm.do('schedule', '--commit', `${commit}:79`, 'bar/nobody');
    await ear.until(() => statuses.accepted.filter((one) => one === 'build: bar pending').length === 2);
    const all = gitlab.heard.map(({ body }) => JSON.parse(body) as Status);
    const replaced = all.find(({ state }) => state === 'canceled');
    expect(replaced).toMatchObject({ name: 'build: bar', description: expect.stringContaining('replaced') });
    // both requests are of one commit: its status is that of the newer one
    expect(statuses.accepted.slice(-3)).toEqual([
      'build: bar pending',
      'build: bar canceled',
      'build: bar pending',
    ]);
  });

  it('wait again when a running build makes way for a newer request', async () => {
    farm.gated('slow', { within: source, lines: "trap '' TERM" });
    const both = git.commit();
    await farm.do('schedule', '--commit', `${both}:80`, 'slow');
    const first = await farm.gate.arrival('slow');
    await farm.do('schedule', '--commit', `${both}:81`, 'slow/nobody');
    first.go();
    await farm.watch.moved('slow', 'canceled');
    await ear.until(() => statuses.accepted.at(-2) === 'build: slow canceled');
    expect(statuses.accepted.at(-1)).toBe('build: slow pending');
  });
});
