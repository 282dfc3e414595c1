import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  auditReplySchema,
  concernedJobsSchema,
  drainReplySchema,
  removalReplySchema,
  scheduleReplySchema,
  type WireSchema,
} from '../../src/api/index.ts';
import { VirtualClock } from '../../src/host/index.ts';
import { problemOf, type ServedFarm, serveFarm } from './served-farm.ts';

let farm: ServedFarm;
beforeAll(async () => {
  farm = await serveFarm({ limits: { wrongTokens: 1000 } });
});
afterAll(() => farm.close());
beforeEach(() => {
  farm.service.calls.length = 0;
});

const schedule = {
  id: 'request-0001',
  target: 'local',
  source: 'recipes',
  packages: [{ name: 'foo', buildClass: 2 }, { name: 'c++utilities' }],
};

interface Command {
  readonly path: string;
  readonly body: unknown;
  readonly reply: WireSchema;
  readonly call: string;
}
const commands: readonly Command[] = [
  { path: '/api/schedule', body: schedule, reply: scheduleReplySchema, call: 'schedule' },
  {
    path: '/api/removals',
    body: { id: 'removal-0001', target: 'local', keep: ['foo'] },
    reply: removalReplySchema,
    call: 'removeObsolete',
  },
  {
    path: '/api/jobs/cancel',
    body: { selection: { jobs: ['local/x86_64/foo'] }, reason: 'broken' },
    reply: concernedJobsSchema,
    call: 'cancel',
  },
  {
    path: '/api/jobs/retry',
    body: { jobs: ['local/x86_64/foo'] },
    reply: scheduleReplySchema,
    call: 'retry',
  },
  { path: '/api/queue/clear', body: { match: 'lib32-*' }, reply: concernedJobsSchema, call: 'clearQueue' },
  { path: '/api/builders/one/drain', body: { drained: true }, reply: drainReplySchema, call: 'drain' },
];
const strangers = [
  ['no token', undefined, 401, 'HTP002'],
  ['a wrong token', 'wrong-token', 401, 'HTP002'],
  ["a builder's token", 'builder-token', 403, 'HTP003'],
  ["an attempt's token", 'attempt-token', 403, 'HTP003'],
] as const;

describe.each(commands)('POST $path', ({ path, body, reply, call }) => {
  it('does it for an operator', async () => {
    const answer = await farm.post(path, body, 'operator-token');
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      200,
      'application/json; charset=utf-8',
    ]);
    reply.parse(await answer.json());
    expect(farm.service.calls.map(({ name }) => name)).toEqual([call]);
  });
  it('is in the audit log, with the address for operators alone', async () => {
    const newest = async (token?: string) => {
      const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
      const answer = await farm.get('/api/audit?limit=1', headers);
      return auditReplySchema.parse(await answer.json()).entries[0];
    };
    const before = (await newest())?.id ?? 0;
    await farm.post(path, body, 'operator-token');
    await farm.post(path, body, 'wrong-token');
    const entry = await newest('operator-token');
    expect(entry).toMatchObject({ who: 'olga', means: 'token', outcome: 'done', status: 200 });
    expect(entry?.address).toMatch(/127\.0\.0\.1$/);
    expect(entry?.id).toBe(before + 1);
    expect(entry?.action.split('/')[1]).toBe('api');
    for (const [name, value] of Object.entries(body as object))
      expect(JSON.parse(entry?.subject ?? '')).toHaveProperty(name, value);
    expect(await newest()).not.toHaveProperty('address');
  });
  it.each(strangers)('does nothing with %s', async (_, token, status, code) => {
    const answer = await farm.post(path, body, token);
    expect([answer.status, (await problemOf(answer)).code]).toEqual([status, code]);
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer /);
    expect(farm.service.calls).toEqual([]);
  });
  it('does nothing with a malformed body, and asks for the token first', async () => {
    const answer = await farm.post(path, { nonsense: true }, 'operator-token');
    expect([answer.status, (await problemOf(answer)).code]).toEqual([400, 'HTP001']);
    expect((await farm.post(path, { nonsense: true })).status).toBe(401);
    expect(farm.service.calls).toEqual([]);
  });
});

describe('commands', () => {
  it('hand over what was asked, with defaults filled in', async () => {
    await farm.post('/api/schedule', schedule, 'operator-token');
    await farm.post('/api/jobs/cancel', { selection: { match: '*' } }, 'operator-token');
    await farm.post('/api/queue/clear', {}, 'operator-token');
    expect(farm.service.calls.map(({ args }) => args)).toEqual([
      [{ ...schedule, arch: 'x86_64', urgency: 0 }],
      [{ match: '*' }, 'canceled by an operator'],
      [{}],
    ]);
  });
  it('cancel nothing when no condition is given', async () => {
    for (const selection of [{}, undefined, { jobs: undefined }]) {
      expect((await farm.post('/api/jobs/cancel', { selection }, 'operator-token')).status).toBe(400);
    }
    expect(farm.service.calls).toEqual([]);
  });
  it('clear the queue and leave logs readable (O01)', async () => {
    farm.service.addJob('local/x86_64/queued', 'waiting');
    const log = farm.log('local/x86_64/queued');
    log.write('Added to build queue\n');
    log.finish();
    const answer = await farm.post('/api/queue/clear', { target: 'local' }, 'operator-token');
    expect(await answer.json()).toEqual({ jobs: ['local/x86_64/queued'] });
    expect(await (await farm.get('/api/logs/queued')).text()).toBe('Added to build queue\n');
  });
  it('know which builders there are', async () => {
    const answer = await farm.post('/api/builders/nobody/drain', { drained: true }, 'operator-token');
    expect([answer.status, (await problemOf(answer)).code]).toEqual([404, 'SCH007']);
  });
  it('take a full rebuild of 2,534 packages in one request', async () => {
    const packages = Array.from({ length: 2534 }, (_, at) => ({ name: `package-${at}` }));
    const answer = await farm.post('/api/schedule', { ...schedule, packages }, 'operator-token');
    expect(scheduleReplySchema.parse(await answer.json()).accepted).toHaveLength(2534);
  });
});

describe('objects', () => {
  const digest = 'a'.repeat(64);
  const ask = (method: string, path: string, token: string | undefined) =>
    fetch(`${farm.url}/api/objects/${digest}${path}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(method === 'PATCH' ? { 'upload-offset': '0', 'upload-length': '3' } : {}),
      },
      ...(method === 'PATCH' ? { body: 'ab' } : {}),
    });
  const doors = [
    ['GET', '', 404],
    ['HEAD', '', 404],
    ['HEAD', '/upload', 200],
    ['PATCH', '/upload', 202],
  ] as const;
  it.each(doors)('%s %s opens to builders and to running attempts', async (method, path, status) => {
    for (const token of ['builder-token', 'attempt-token'])
      expect((await ask(method, path, token)).status).toBe(status);
  });
  it.each(doors)('%s %s is closed to others', async (method, path) => {
    expect((await ask(method, path, undefined)).status).toBe(401);
    expect((await ask(method, path, 'wrong-token')).status).toBe(401);
    expect((await ask(method, path, 'operator-token')).status).toBe(403);
    farm.service.attemptTokens.delete('attempt-token');
    expect((await ask(method, path, 'attempt-token')).status).toBe(401);
    farm.service.attemptTokens.add('attempt-token');
  });
});

describe('an address that sends wrong tokens', () => {
  it('has to wait after ten within a minute, and locks nobody out who has the right one', async () => {
    const clock = new VirtualClock();
    const other = await serveFarm({ clock, trustProxy: true });
    const from = (address: string, token: string) =>
      fetch(`${other.url}/api/queue/clear`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          'x-forwarded-for': address,
          'content-type': 'application/json',
        },
        body: '{}',
      });
    for (let at = 0; at < 10; at += 1) expect((await from('198.51.100.1', `guess-${at}`)).status).toBe(401);
    await clock.advance(20_000);
    const blocked = await from('198.51.100.1', 'guess-10');
    expect([blocked.status, blocked.headers.get('retry-after'), (await problemOf(blocked)).code]).toEqual([
      429,
      '40',
      'HTP005',
    ]);
    expect((await from('198.51.100.1', 'operator-token')).status).toBe(200);
    expect((await from('198.51.100.2', 'guess-11')).status).toBe(401);
    await clock.advance(40_000);
    expect((await from('198.51.100.1', 'guess-12')).status).toBe(401);
    await other.close();
  });
  it('is not counted when it brings no token, and reading stays open', async () => {
    const other = await serveFarm({ limits: { wrongTokens: 1 } });
    for (let at = 0; at < 5; at += 1) expect((await other.post('/api/queue/clear', {})).status).toBe(401);
    expect((await other.post('/api/queue/clear', {}, 'wrong')).status).toBe(401);
    expect((await other.post('/api/queue/clear', {}, 'wrong')).status).toBe(429);
    expect((await other.get('/api/queue/stats')).status).toBe(200);
    await other.close();
  });
});
