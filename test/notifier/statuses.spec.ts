import { afterEach, describe, expect, it } from 'vitest';
import type { GitlabStatusConfig } from '../../src/notifier/index.ts';
import { GitlabStatuses, type LoopbackService, loopbackService, type Reply } from './loopback-service.ts';
import { buildEvent, forPackage, gitlabAt, openScene } from './notifier-scene.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});
async function serve(...args: Parameters<typeof loopbackService>): Promise<LoopbackService> {
  const service = await loopbackService(...args);
  open.push(service);
  return service;
}
const created: Reply = { status: 201, body: { id: 1 } };
const tooMany: Reply = { status: 429, body: 'Retry later\n', headers: { 'retry-after': '2' } };
const statesOf = (service: LoopbackService) =>
  service.heard.map(({ body }) => (JSON.parse(body) as { state: string }).state);

describe('commit statuses at a GitLab', () => {
  it('reach the commit with pipeline, name, text and link (I02)', async () => {
    const service = await serve(() => created);
    const config = gitlabAt(`${service.url}/gitlab/`);
    const named = { ...config.sources?.main?.gitlab, projectId: 'group/recipes' } as GitlabStatusConfig;
    const { notifier, problems } = openScene({ ...config, sources: { main: { gitlab: named } } });
    notifier.notify(buildEvent('success', forPackage('c++x')));
    notifier.start();
    await notifier.idle();
    expect(service.heard).toMatchObject([
      {
        method: 'POST',
        path: '/gitlab/api/v4/projects/group%2Frecipes/statuses/S',
        headers: { 'private-token': 'glpat-secret-1', 'content-type': 'application/json' },
      },
    ]);
    expect(JSON.parse(service.heard[0]?.body ?? '')).toEqual({
      state: 'success',
      name: 'farm: c++x',
      target_url: 'https://builds.example.org/logs.html?timestamp=1700000000000&id=c%2B%2Bx',
      description: 'Package successfully deployed.',
      pipeline_id: 77,
    });
    expect(problems).toEqual([]);
    await notifier.stop();
  });

  it('are repeated after 429 and keep their order (I03)', async () => {
    const statuses = new GitlabStatuses();
    const service = await serve((heard, index) => (index < 2 ? tooMany : statuses.take(heard)));
    const { notifier, problems } = openScene(gitlabAt(service.url));
    notifier.start();
    for (const what of ['pending', 'running', 'success'] as const) notifier.notify(buildEvent(what));
    await notifier.idle();
    expect(statesOf(service)).toEqual(['pending', 'pending', 'pending', 'running', 'success']);
    expect(statuses.accepted).toEqual(['farm: foo pending', 'farm: foo running', 'farm: foo success']);
    expect(notifier.figures()).toMatchObject([
      { channel: 'gitlab:main', sent: 3, retried: 2, failed: 0, waiting: 0 },
    ]);
    expect(problems).toEqual([]);
    await notifier.stop();
  });

  it('survive errors, cut connections, pages in between and silence', async () => {
    const statuses = new GitlabStatuses();
    const troubles: Reply[] = [
      { status: 500, body: { message: 'oh' } },
      'break',
      { status: 200, body: '<html>please log in</html>' },
      'hang',
      { status: 502, body: '<html>bad gateway</html>' },
      { status: 409, body: { message: 'conflict' } },
    ];
    const service = await serve((heard, index) => troubles[index] ?? statuses.take(heard));
    const { notifier, problems } = openScene(gitlabAt(service.url), { timeoutMs: 1000 });
    notifier.start();
    for (const what of ['pending', 'running', 'timed-out'] as const) notifier.notify(buildEvent(what));
    await notifier.idle();
    // On a machine that is busy for a second an answer may come too late, and the final state be sent twice.
    expect([...new Set(statuses.accepted)]).toEqual([
      'farm: foo pending',
      'farm: foo running',
      'farm: foo failed',
    ]);
    expect(problems).toEqual([]);
    await notifier.stop();
  });

  it('that arrived before a crash count as delivered', async () => {
    const statuses = new GitlabStatuses();
    const service = await serve((heard) => statuses.take(heard));
    const { notifier, database, problems } = openScene(gitlabAt(service.url));
    notifier.start();
    notifier.notify(buildEvent('pending'));
    notifier.notify(buildEvent('running'));
    await notifier.idle();
    database.exec("UPDATE notifier_outbox SET state = 'waiting' WHERE payload LIKE '%running%'");
    notifier.notify(buildEvent('success'));
    await notifier.idle();
    expect(statesOf(service)).toEqual(['pending', 'running', 'running', 'success']);
    expect(statuses.accepted).toEqual(['farm: foo pending', 'farm: foo running', 'farm: foo success']);
    expect(notifier.failed()).toEqual([]);
    expect(problems).toEqual([]);
    await notifier.stop();
  });

  it('that are refused are recorded and told once, without the token', async () => {
    const body = { message: { base: ['token glpat-secret-1 may not do this'] } };
    const service = await serve(() => ({ status: 403, body }));
    const { notifier, problems } = openScene(gitlabAt(service.url));
    notifier.start();
    for (const name of ['a', 'b', 'c']) notifier.notify(buildEvent('pending', forPackage(name)));
    await notifier.idle();
    expect(service.heard).toHaveLength(3);
    expect(problems).toMatchObject([
      {
        code: 'NTF002',
        what: `'gitlab:main' refuses a notification: HTTP 403 {"base":["token [secret] may not do this"]}`,
      },
    ]);
    expect(JSON.stringify(notifier.failed())).not.toContain('glpat');
    expect(notifier.retryFailed('gitlab:main')).toBe(3);
    await notifier.idle();
    expect(service.heard).toHaveLength(6);
    await notifier.stop();
  });

  it('need the address of the log viewer', async () => {
    const { notifier, problems } = openScene({ ...gitlabAt('http://127.0.0.1:1'), logsUrl: undefined });
    expect(notifier.notify(buildEvent('pending'))).toBe(0);
    notifier.start();
    expect(problems).toMatchObject([{ code: 'NTF006', what: expect.stringContaining("'main'") }]);
    await notifier.stop();
  });

  it('wait for the next start when the service hangs at the end', async () => {
    let isHanging = true;
    const reached = Promise.withResolvers<void>();
    const service = await serve(() => {
      reached.resolve();
      return isHanging ? 'hang' : created;
    });
    const first = openScene(gitlabAt(service.url), { timeoutMs: 600_000 });
    first.notifier.start();
    first.notifier.notify(buildEvent('pending'));
    first.notifier.notify(buildEvent('running'));
    await reached.promise;
    await first.notifier.stop();
    expect(first.notifier.figures()).toMatchObject([{ waiting: 2, sent: 0 }]);
    isHanging = false;
    const second = openScene(gitlabAt(service.url), { database: first.database });
    second.notifier.start();
    await second.notifier.idle();
    expect(statesOf(service)).toEqual(['pending', 'pending', 'running']);
    await second.notifier.stop();
  });
});

describe('commit statuses at a GitHub', () => {
  const config = (baseUrl: string) => ({
    logsUrl: 'https://builds.example.org/logs.html',
    sources: {
      main: {
        github: {
          baseUrl,
          owner: 'farm',
          repo: 'recipes',
          token: 'ghp-secret-1',
          checkName: 'farm/%pkgbase%',
        },
      },
    },
  });
  it('have its states and fields', async () => {
    const service = await serve(() => created);
    const { notifier } = openScene(config(`${service.url}/api/v3/`));
    notifier.start();
    for (const what of ['pending', 'running', 'already-built'] as const) notifier.notify(buildEvent(what));
    await notifier.idle();
    expect(statesOf(service)).toEqual(['pending', 'pending', 'success']);
    expect(service.heard[0]).toMatchObject({
      method: 'POST',
      path: '/api/v3/repos/farm/recipes/statuses/S',
      headers: { authorization: 'Bearer ghp-secret-1' },
    });
    expect(JSON.parse(service.heard[2]?.body ?? '')).toEqual({
      state: 'success',
      context: 'farm/foo',
      target_url: 'https://builds.example.org/logs.html?timestamp=1700000000000&id=foo',
      description: 'Build skipped: package was already built.',
    });
    await notifier.stop();
  });
  it('wait when the quota is used up, which it says with 403', async () => {
    const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1' };
    const service = await serve((_, index) =>
      index === 0 ? { status: 403, body: { message: 'API rate limit exceeded' }, headers } : created,
    );
    const { notifier, problems } = openScene(config(service.url));
    notifier.start();
    notifier.notify(buildEvent('failed'));
    await notifier.idle();
    expect(statesOf(service)).toEqual(['failure', 'failure']);
    expect(problems).toEqual([]);
    await notifier.stop();
  });
});
