import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  aliveReplySchema,
  buildersReplySchema,
  buildsReplySchema,
  ebinRepositoriesSchema,
  ebinRequestsSchema,
  eventsReplySchema,
  forecastSchema,
  jobViewSchema,
  planGraphSchema,
  plansReplySchema,
  problemBodySchema,
  queuedPackagesSchema,
  queueMetricsSchema,
  queueStatsSchema,
  readyReplySchema,
  simulationReplySchema,
  type WireSchema,
  whyAnswerSchema,
} from '../../src/api/index.ts';
import { fault } from '../../src/diagnostics/index.ts';
import { startHttpServer } from '../../src/http/index.ts';
import { eventually } from './eventually.ts';
import { problemOf, type ServedFarm, serveFarm } from './served-farm.ts';

let farm: ServedFarm;
beforeAll(async () => {
  farm = await serveFarm({
    corsOrigins: ['https://site.example'],
    limits: { bodyBytes: 100_000 },
    distfiles: '/nonexistent',
  });
});
afterAll(() => farm.close());
beforeEach(() => {
  farm.service.jobs.clear();
  farm.service.problems = [];
  farm.service.addJob('local/x86_64/foo', 'running');
  farm.service.addJob('local/x86_64/bar', 'waiting');
  farm.service.addJob('other/x86_64/baz', 'waiting', { buildClass: 'big-machine' });
});

const polled: readonly (readonly [string, WireSchema])[] = [
  ['/api/queue/stats', queueStatsSchema],
  ['/api/queue/packages', queuedPackagesSchema],
  ['/api/queue/packages?repo=local', queuedPackagesSchema],
  ['/api/queue/metrics', queueMetricsSchema],
  ['/api/queue/jobs/local/x86_64/foo', jobViewSchema],
  ['/api/builds?pkgbase=foo&target=local&limit=3', buildsReplySchema],
  ['/api/builders', buildersReplySchema],
  ['/api/events?after=0', eventsReplySchema],
  ['/api/ebins', ebinRepositoriesSchema],
  ['/api/why?of=foo', whyAnswerSchema],
  ['/api/forecast?plan=1&limit=5', forecastSchema],
  ['/api/plans?limit=5', plansReplySchema],
  ['/api/plans/1', planGraphSchema],
  ['/api/simulate?plan=1&builders=4x2', simulationReplySchema],
  ['/api/ebin-requests', ebinRequestsSchema],
];

describe('what is polled', () => {
  it.each(polled)(
    '%s is JSON of its contract, with a tag that saves sending it again',
    async (path, schema) => {
      const answer = await farm.get(path);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
      expect(answer.headers.get('cache-control')).toBe('no-cache');
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      schema.parse(await answer.json());
      const tag = answer.headers.get('etag') ?? '';
      expect(tag).toMatch(/^"[0-9a-f]{32}"$/);
      for (const known of [tag, `W/${tag}`, `"other", ${tag}`, '*']) {
        const again = await farm.get(path, { 'if-none-match': known });
        expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', tag]);
      }
      expect((await farm.get(path, { 'if-none-match': '"other"' })).status).toBe(200);
      const head = await fetch(farm.url + path, { method: 'HEAD' });
      expect([head.status, head.headers.get('etag'), await head.text()]).toEqual([200, tag, '']);
    },
  );

  it('has the shape of the reference: one active, two waiting, one idle (I01)', async () => {
    const stats = queueStatsSchema.parse(await (await farm.get('/api/queue/stats')).json());
    expect(stats).toEqual({
      active: {
        count: 1,
        packages: [
          {
            name: 'local/x86_64/foo',
            node: 'one',
            build_class: 1,
            liveLog: '/logs.html?id=local/x86_64/foo',
          },
        ],
      },
      waiting: {
        count: 2,
        packages: [
          { name: 'local/x86_64/bar', build_class: 1 },
          { name: 'other/x86_64/baz', build_class: 'big-machine' },
        ],
      },
      idle: { count: 1, nodes: [{ name: 'two', build_class: 2 }] },
    });
  });

  it('gets a new tag when something changes, and keeps to one repository when asked', async () => {
    const before = (await farm.get('/api/queue/packages?repo=other')).headers.get('etag') ?? '';
    farm.service.addJob('other/x86_64/new', 'waiting');
    const after = await farm.get('/api/queue/packages?repo=other', { 'if-none-match': before });
    expect(after.status).toBe(200);
    expect(queuedPackagesSchema.parse(await after.json()).flatMap((one) => Object.keys(one))).toEqual([
      'baz',
      'new',
    ]);
  });

  it('passes filters and a limit on', async () => {
    farm.service.calls.length = 0;
    await farm.get('/api/builds?pkgbase=c%2B%2Butilities&limit=7');
    await farm.get('/api/builds');
    expect(farm.service.calls.map((call) => call.args[0])).toEqual([
      { pkgbase: 'c++utilities', limit: 7 },
      { limit: 50 },
    ]);
  });

  it.each([
    '/api/builds?limit=0',
    '/api/builds?limit=many',
    '/api/builds?pkgbase=Foo',
    '/api/events?after=-1',
    '/api/queue/packages?repo=..%2Fx',
    '/api/queue/jobs/local/x86_64/Foo',
    '/api/ebins/-x',
    '/api/ebins/ebins/app-misc/demo-1?use=%21%21',
  ])('%s is malformed', async (path) => {
    const answer = await farm.get(path);
    expect([answer.status, (await problemOf(answer)).code]).toEqual([400, 'HTP001']);
  });

  it.each(['/api/queue/jobs/local/x86_64/none', '/api/nothing', '/nothing', '/api/logs'])(
    '%s is not there',
    async (path) => {
      const answer = await farm.get(path);
      expect([answer.status, (await problemOf(answer)).code]).toEqual([404, 'HTP004']);
    },
  );
});

describe('health', () => {
  it('tells that the process lives and whether the farm is ready', async () => {
    expect(aliveReplySchema.parse(await (await farm.get('/healthz')).json())).toEqual({ alive: true });
    const ready = await farm.get('/readyz');
    expect([ready.status, readyReplySchema.parse(await ready.json())]).toEqual([
      200,
      { ready: true, problems: [] },
    ]);
    farm.service.problems = ['the queue store does not answer'];
    const sick = await farm.get('/readyz');
    expect([sick.status, readyReplySchema.parse(await sick.json()).problems]).toEqual([
      503,
      ['the queue store does not answer'],
    ]);
    expect((await farm.get('/healthz')).status).toBe(200);
  });
});

describe('errors', () => {
  it('answers 500 with a fixed text and no reason, and tells the operator', async () => {
    farm.service.failure = new Error('secret /path of the farm');
    const answer = await farm.get('/api/builds');
    const body = await problemOf(answer);
    expect([answer.status, body.code]).toEqual([500, 'HTP070']);
    expect(JSON.stringify(body)).not.toContain('secret');
    expect(farm.faults.at(-1)?.request).toBe(body.request);
    expect(String(farm.faults.at(-1)?.error)).toContain('secret');
  });

  it.each([
    ['CLI007', 400],
    ['BLD001', 422],
    ['QUE002', 503],
    ['STO001', 404],
  ] as const)('passes the problem %s of the farm on', async (code, status) => {
    farm.service.failure = fault(code, { what: 'something is wrong', place: { file: 'request', line: 3 } });
    const answer = await farm.get('/api/builds');
    expect(answer.status).toBe(status);
    expect(await problemOf(answer)).toMatchObject({
      code,
      what: 'something is wrong',
      place: { file: 'request', line: 3 },
    });
  });

  it('hides what a fault of ours says even when it has a code', async () => {
    farm.service.failure = fault('CLI070', { what: 'secret' });
    const body = await problemOf(await farm.get('/api/builds'));
    expect(body.code).toBe('HTP070');
  });

  it.each([
    ['text/plain', '{}', 415, 'HTP001'],
    ['application/json', '{"id": ', 400, 'HTP001'],
    ['application/json', `"${'x'.repeat(100_000)}"`, 413, 'HTP007'],
    ['application/json', '{"__proto__": {"a": 1}}', 400, 'HTP001'],
    ['application/json', '{"id": "12345678", "target": "local"}', 400, 'HTP001'],
  ])('refuses a body of %s that is wrong', async (type, body, status, code) => {
    const answer = await fetch(`${farm.url}/api/schedule`, {
      method: 'POST',
      headers: { 'content-type': type, authorization: 'Bearer operator-token' },
      body,
    });
    expect([answer.status, (await problemOf(answer)).code]).toEqual([status, code]);
  });

  it.each(['/api/logs/%zz', '/%', `/api/logs/${'a'.repeat(5000)}`])(
    'answers a path that nobody can read with the same body: %.20s',
    async (path) => {
      const answer = await farm.get(path);
      expect([answer.status, (await problemOf(answer)).code.slice(0, 3)]).toEqual([
        path.includes('%') ? 400 : 414,
        'HTP',
      ]);
    },
  );

  it.each([
    ['nonsense\r\n\r\n', 400],
    [`GET / HTTP/1.1\r\nhost: a\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`, 431],
    ['GET / HTTP/1.1\r\nhost: a\r\ncontent-length: x\r\n\r\n', 400],
    [
      'POST /api/schedule HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n',
      400,
    ],
  ])('answers what is no HTTP: %.16s', async (text, status) => {
    const socket = connect(farm.server.port, '127.0.0.1');
    let answer = '';
    socket.on('data', (bytes) => {
      answer += bytes;
    });
    socket.on('error', () => {});
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write(text);
    await closed;
    expect(answer.split(' ')[1]).toBe(String(status));
    const [, body = ''] = answer.split('\r\n\r\n');
    expect(problemBodySchema.parse(JSON.parse(body)).code).toBe('HTP001');
  });

  it('names the field that is wrong', async () => {
    const answer = await farm.post('/api/jobs/retry', { jobs: [1] }, 'operator-token');
    expect((await problemOf(answer)).why).toContain("'jobs.0'");
  });
});

describe('pages', () => {
  it('of the dashboard are one document at all their addresses, which is asked for each time', async () => {
    for (const path of ['/', '/queue', '/packages/c%2B%2B?target=a', '/jobs/a/b/c']) {
      const answer = await farm.get(path);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
      expect(answer.headers.get('cache-control')).toBe('no-cache');
      expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'self'; /);
      const [, script = ''] = /src="(\/app\/[^"]+\.js)"/.exec(await answer.text()) ?? [];
      const code = await farm.get(script, { 'accept-encoding': 'gzip' });
      expect([code.status, code.headers.get('content-encoding')]).toEqual([200, 'gzip']);
      expect(code.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    }
    expect((await farm.get('/app/none.js')).status).toBe(404);
    expect((await farm.get('/nothing-of-ours')).status).toBe(404);
  });

  it.each([
    ['/logs.html', 'text/html; charset=utf-8'],
    ['/logs/logs.html', 'text/html; charset=utf-8'],
    ['/logs.html?id=foo&timestamp=1', 'text/html; charset=utf-8'],
    ['/assets/logs-viewer.js', 'application/javascript; charset=utf-8'],
    ['/assets/logs-screen.js', 'application/javascript; charset=utf-8'],
    ['/assets/logs-viewer.css', 'text/css; charset=utf-8'],
    ['/assets/pages.css', 'text/css; charset=utf-8'],
    ['/assets/xterm.js', 'application/javascript; charset=utf-8'],
    ['/assets/xterm.css', 'text/css; charset=utf-8'],
  ])('%s is %s for a day', async (path, type) => {
    const answer = await farm.get(path);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, type]);
    expect(answer.headers.get('cache-control')).toBe('public, max-age=86400');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect((await answer.text()).length).toBeGreaterThan(5);
    if (!type.startsWith('text/html')) return;
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'self'");
    expect(policy).not.toContain('script-src');
  });

  it('serve nothing else of their folder', async () => {
    for (const path of ['/pages/logs.html', '/..%2f..%2fetc%2fpasswd', '/assets/../package.json']) {
      expect((await farm.get(path)).status).toBe(404);
    }
  });
});

describe('other sites', () => {
  const ask = (path: string, origin: string, method = 'GET') =>
    fetch(farm.url + path, {
      method,
      headers: { origin, ...(method === 'OPTIONS' ? { 'access-control-request-method': 'GET' } : {}) },
    });
  it('may read queue and logs when they are on the list', async () => {
    farm.log('local/x86_64/cors').finish();
    for (const path of ['/api/queue/stats', '/api/logs/cors']) {
      const answer = await ask(path, 'https://site.example');
      expect(answer.headers.get('access-control-allow-origin')).toBe('https://site.example');
      expect((await ask(path, 'https://evil.example')).headers.has('access-control-allow-origin')).toBe(
        false,
      );
      const preflight = await ask(path, 'https://site.example', 'OPTIONS');
      expect([preflight.status, preflight.headers.get('access-control-allow-methods')]).toEqual([
        204,
        'GET, HEAD',
      ]);
    }
  });
  it('may do nothing else', async () => {
    for (const path of ['/api/builders', '/metrics', '/api/schedule', '/api/queue/clear']) {
      const method = path === '/api/queue/clear' ? 'POST' : 'GET';
      const answer = await ask(path, 'https://site.example', method);
      expect(answer.headers.has('access-control-allow-origin'), path).toBe(false);
    }
    expect((await ask('/api/schedule', 'https://site.example', 'OPTIONS')).status).toBe(404);
  });
});

describe('the server', () => {
  it('describes all its routes, as testdata/http/openapi.json has it', async () => {
    const answer = await farm.get('/api/openapi.json');
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    const document = (await answer.json()) as {
      openapi: string;
      paths: Record<string, Record<string, Record<string, unknown>>>;
    };
    expect(document.openapi).toBe('3.1.0');
    for (const [path, operations] of Object.entries(document.paths)) {
      for (const [method, operation] of Object.entries(operations)) {
        const name = `${method} ${path}`;
        expect(operation['summary'], name).toBeTruthy();
        expect(operation['tags'], name).toHaveLength(1);
        const responses = operation['responses'] as Record<string, { description: string; content?: object }>;
        expect(responses['500']?.content, name).toEqual({
          'application/json': { schema: { $ref: '#/components/schemas/Problem' } },
        });
        for (const response of Object.values(responses)) expect(response.description).toBeTruthy();
      }
    }
    const golden = join(import.meta.dirname, '../../testdata/http/openapi.json');
    const text = `${JSON.stringify(document, null, 1)}\n`;
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(golden, text);
    expect(existsSync(golden) && text).toBe(readFileSync(golden, 'utf8'));
  });

  it('writes a line for each answer, with the address that a trusted proxy names', async () => {
    const lines: { address: string; url: string; status: number }[] = [];
    const other = await serveFarm({ trustProxy: true, requestLog: (line) => lines.push(line) });
    await (await other.get('/healthz?a=1', { 'x-forwarded-for': '203.0.113.9' })).text();
    await eventually(
      () => lines.length,
      (value) => value === 1,
    );
    expect(lines[0]).toMatchObject({
      address: '203.0.113.9',
      url: '/healthz?a=1',
      status: 200,
      method: 'GET',
    });
    await other.close();
    const direct = await serveFarm({ requestLog: (line) => lines.push(line) });
    await (await direct.get('/healthz', { 'x-forwarded-for': '203.0.113.9' })).text();
    await eventually(
      () => lines.length,
      (value) => value === 2,
    );
    expect(lines[1]?.address).toBe('127.0.0.1');
    await direct.close();
  });

  it('tells when its port is taken', async () => {
    const taken = startHttpServer(farm.service, farm.intake, { port: farm.server.port });
    await expect(taken).rejects.toMatchObject({ problem: { code: 'HTP011' } });
  });

  it('closes while connections are open and idle', async () => {
    const other = await serveFarm({ limits: { closeMs: 300 } });
    const socket = connect(other.server.port, '127.0.0.1');
    await new Promise((resolve) => socket.once('connect', resolve));
    const gone = new Promise((resolve) => socket.once('close', resolve));
    await other.close();
    await gone;
    await expect(fetch(`${other.url}/healthz`)).rejects.toThrow();
  });
});
