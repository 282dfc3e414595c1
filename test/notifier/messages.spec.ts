import { createHmac } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterEach, describe, expect, it } from 'vitest';
import { type LoopbackService, loopbackService, type Reply } from './loopback-service.ts';
import { parseMarkdownV2, type Shown } from './markdown-v2.ts';
import { buildEvent, forPackage, openScene } from './notifier-scene.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});
async function serve(...args: Parameters<typeof loopbackService>): Promise<LoopbackService> {
  const service = await loopbackService(...args);
  open.push(service);
  return service;
}

describe('messages to a Telegram chat', () => {
  /** Answers as the Bot API does, and refuses what it cannot parse. */
  async function chat(trouble: (index: number) => Reply | undefined = () => undefined) {
    const shown: Shown[] = [];
    const service = await serve(({ body }, index): Reply => {
      const known = trouble(index);
      if (known) return known;
      try {
        shown.push(parseMarkdownV2((JSON.parse(body) as { text: string }).text));
        return { status: 200, body: { ok: true, result: { message_id: index } } };
      } catch (error) {
        return { status: 400, body: { ok: false, error_code: 400, description: (error as Error).message } };
      }
    });
    const telegram = { apiRoot: service.url, token: '12:secret-token', chatId: '-100123' };
    return { service, shown, ...openScene({ logsUrl: 'https://a.example/logs.html', telegram }) };
  }

  it('arrive with every reserved character (I02, I04)', async () => {
    const { service, shown, notifier, problems } = await chat();
    notifier.start();
    notifier.notify(buildEvent('pending'));
    notifier.notify(buildEvent('success', { builder: 'b_1 (fast!)', ...forPackage('c++_x.y') }));
    notifier.notify({ id: 'r1', what: 'removal-failed', target: 'farm-aur' });
    await notifier.idle();
    expect(shown.map(({ text }) => text)).toEqual([
      '📣 New deployment to farm on b_1 (fast!):\n > c++_x.y - logs - commit',
      '🚫 Cleanup job farm-aur failed to remove packages',
    ]);
    expect(shown[0]?.links.map(({ address }) => address)).toEqual([
      'https://a.example/api/logs/c%2B%2B_x.y/1700000000000',
      'https://git.example.org/group/recipes/-/commit/S',
    ]);
    // It only ever sends: nothing is polled.
    expect(new Set(service.heard.map(({ path }) => path))).toEqual(
      new Set(['/bot12:secret-token/sendMessage']),
    );
    expect(JSON.parse(service.heard[0]?.body ?? '')).toMatchObject({
      chat_id: '-100123',
      parse_mode: 'MarkdownV2',
    });
    expect(problems).toEqual([]);
    await notifier.stop();
  });

  it('wait as long as the service asks, and come once', async () => {
    const busy = {
      ok: false,
      error_code: 429,
      description: 'Too Many Requests',
      parameters: { retry_after: 3 },
    };
    const { service, shown, notifier } = await chat((index) =>
      index === 0
        ? { status: 429, body: busy }
        : index === 1
          ? { status: 502, body: '<html></html>' }
          : undefined,
    );
    notifier.start();
    notifier.notify(buildEvent('failed'));
    await notifier.idle();
    expect(service.heard).toHaveLength(3);
    expect(shown).toHaveLength(1);
    await notifier.stop();
  });

  it('become one in a burst', async () => {
    const { shown, notifier } = await chat();
    for (let index = 0; index < 60; index += 1)
      notifier.notify(buildEvent('failed', forPackage(`package-${index}`)));
    notifier.start();
    await notifier.idle();
    expect(shown).toHaveLength(1);
    expect(shown[0]?.text.split('\n').slice(0, 3)).toEqual([
      '60 events in a short time',
      '🚨 Failed deploying to farm:',
      ' > package-0',
    ]);
    expect(notifier.figures()).toMatchObject([{ channel: 'telegram', sent: 60, waiting: 0 }]);
    await notifier.stop();
  });

  it('never show the token when they fail', async () => {
    const body = { ok: false, error_code: 401, description: 'Unauthorized: 12:secret-token' };
    const { notifier, problems } = await chat(() => ({ status: 401, body }));
    notifier.start();
    notifier.notify(buildEvent('failed'));
    await notifier.idle();
    expect(problems).toMatchObject([
      { code: 'NTF002', what: "'telegram' refuses a notification: HTTP 401 Unauthorized: [secret]" },
    ]);
    expect(JSON.stringify(notifier.failed())).not.toContain('secret-token');
    await notifier.stop();
  });
});

describe('web hooks', () => {
  it('are signed, and a repetition is known by its id', async () => {
    const service = await serve((_, index) => ({ status: index === 0 ? 503 : 204 }));
    const hook = { name: 'chat', url: `${service.url}/hooks/T0?x=1`, secret: 'hook-secret' };
    const { notifier, problems } = openScene({ webhooks: [hook], logsUrl: 'https://a.example/logs.html' });
    notifier.start();
    const event = buildEvent('success', { packages: ['foo', 'foo-doc'], version: '1.2-3' });
    notifier.notify(event);
    await notifier.idle();
    expect(service.heard).toHaveLength(2);
    for (const { headers, body, path, method } of service.heard) {
      expect([method, path]).toEqual(['POST', '/hooks/T0?x=1']);
      expect(JSON.parse(body)).toEqual({ ...event, logs: 'https://a.example/api/logs/foo/1700000000000' });
      const expected = createHmac('sha256', 'hook-secret')
        .update(`${String(headers['x-packmill-timestamp'])}.${body}`)
        .digest('hex');
      expect(headers['x-packmill-signature']).toBe(`sha256=${expected}`);
      expect(headers['x-packmill-event']).toBe('success');
      expect(headers['x-packmill-delivery']).toBe(encodeURIComponent(`${event.id}/webhook:chat`));
    }
    expect(problems).toEqual([]);
    await notifier.stop();
  });

  it('do not follow an answer to another machine', async () => {
    const other = await serve(() => ({ status: 200 }));
    const service = await serve(() => ({ status: 302, body: '', headers: { location: other.url } }));
    const { notifier, problems } = openScene({ webhooks: [{ url: service.url }] });
    notifier.start();
    notifier.notify(buildEvent('success'));
    await notifier.idle();
    expect(other.heard).toEqual([]);
    expect(problems).toMatchObject([{ code: 'NTF002', what: expect.stringContaining('HTTP 302') }]);
    await notifier.stop();
  });

  it('of one receiver that hangs do not hold up another one', async () => {
    const hanging = await serve(() => 'hang');
    const done = Promise.withResolvers<void>();
    const service = await serve((_, index) => {
      if (index === 29) done.resolve();
      return { status: 200 };
    });
    const webhooks = [
      { name: 'slow', url: hanging.url },
      { name: 'quick', url: service.url },
    ];
    const { notifier } = openScene({ webhooks }, { timeoutMs: 600_000 });
    for (let index = 0; index < 30; index += 1)
      notifier.notify(buildEvent('success', forPackage(`p${index}`)));
    notifier.start();
    await done.promise;
    await notifier.stop();
    expect(hanging.heard).toHaveLength(4);
    expect(notifier.figures().find(({ channel }) => channel === 'webhook:slow')).toMatchObject({
      waiting: 30,
    });
  });
});

describe('mail', () => {
  interface Received {
    readonly to: readonly string[];
    readonly source: string;
  }

  async function post(
    options: SMTPServerOptions,
    refuse: (index: number) => number | undefined = () => undefined,
  ) {
    const received: Received[] = [];
    let attempts = 0;
    const server = new SMTPServer({
      ...{ hideSTARTTLS: true, authOptional: true, disableReverseLookup: true },
      onData: async (stream, session, done) => {
        let source = '';
        for await (const piece of stream) source += String(piece);
        const code = refuse(attempts);
        attempts += 1;
        if (code !== undefined) return done(Object.assign(new Error('not now'), { responseCode: code }));
        received.push({ to: session.envelope.rcptTo.map(({ address }) => address), source });
        done();
      },
      ...options,
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    open.push({ close: () => new Promise((resolve) => server.close(() => resolve())) });
    const { port } = server.server.address() as AddressInfo;
    const mailTo = (user = '') => ({
      mail: {
        smtpUrl: `smtp://${user}127.0.0.1:${port}`,
        from: 'Farm <farm@example.org>',
        to: ['a@example.org', 'b@example.org'],
      },
      logsUrl: 'https://a.example/logs.html',
    });
    return { received, mailTo, attempts: () => attempts };
  }
  const header = ({ source }: Received, name: string) =>
    new RegExp(`^${name}: (.*(?:\r\n[ \t].*)*)`, 'mi').exec(source)?.[1]?.replaceAll(/\r\n[ \t]/g, ' ');

  it('says what failed, with a link', async () => {
    const { received, mailTo } = await post({}, (index) => (index === 0 ? 451 : undefined));
    const { notifier, problems } = openScene(mailTo());
    notifier.start();
    notifier.notify(buildEvent('success'));
    notifier.notify(buildEvent('failed', { reason: 'makepkg ended with exit status 4' }));
    await notifier.idle();
    expect(received).toHaveLength(1);
    const [mail] = received as [Received];
    expect(mail.to).toEqual(['a@example.org', 'b@example.org']);
    expect(header(mail, 'subject')).toBe('[packmill] foo failed (farm/x86_64)');
    expect(header(mail, 'message-id')).toMatch(/^<[0-9a-f]{32}@example\.org>$/);
    expect(mail.source).toContain('Reason: makepkg ended with exit status 4');
    expect(mail.source.replaceAll(/=\r\n/g, '').replaceAll('=3D', '=')).toContain(
      'https://a.example/logs.html?timestamp=1700000000000&id=foo',
    );
    expect(problems).toEqual([]);
    await notifier.stop();
  });

  it('puts many into one', async () => {
    const { received, mailTo } = await post({});
    const { notifier } = openScene(mailTo());
    for (let index = 0; index < 25; index += 1)
      notifier.notify(buildEvent('failed', forPackage(`p${index}`)));
    notifier.start();
    await notifier.idle();
    expect(received).toHaveLength(1);
    const [mail] = received as [Received];
    expect(header(mail, 'subject')).toBe('[packmill] 25 notifications: p0, p1, p2 and 22 more');
    for (let index = 0; index < 25; index += 1)
      expect(mail.source).toContain(`p${index} failed (farm/x86_64).`);
    await notifier.stop();
  });

  it('that is refused is not sent again, and the password is not told', async () => {
    const { received, mailTo, attempts } = await post({
      authOptional: false,
      onAuth: (auth, _, done) => {
        done(Object.assign(new Error(`${String(auth.password)} is wrong`), { responseCode: 535 }));
      },
    });
    const { notifier, problems } = openScene(mailTo('farm:pass%40word@'));
    notifier.start();
    notifier.notify(buildEvent('failed'));
    await notifier.idle();
    expect([received, attempts()]).toEqual([[], 0]);
    expect(problems).toMatchObject([{ code: 'NTF002', what: expect.stringContaining('[secret] is wrong') }]);
    expect(JSON.stringify([problems, notifier.failed()])).not.toContain('pass@word');
    await notifier.stop();
  });
});
