import { randomInt } from 'node:crypto';
import { connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logEndSchema, logMessageSchema } from '../../src/api/index.ts';
import { readEvents } from './event-reader.ts';
import { eventually } from './eventually.ts';
import { problemOf, type ServedFarm, serveFarm } from './served-farm.ts';

let farm: ServedFarm;
beforeAll(async () => {
  farm = await serveFarm({ limits: { streams: 60, heartbeatMs: 50 } });
});
afterAll(() => farm.close());

const openStreams = async (): Promise<number> => {
  const text = await (await farm.get('/metrics')).text();
  return Number(/^packmill_http_streams (\d+)$/m.exec(text)?.[1]);
};

/** Reads a stream of text until `enough` says so, then leaves. */
async function readUntil(answer: Response, enough: (text: string) => boolean): Promise<string> {
  const reader = answer.body?.getReader();
  if (reader === undefined) throw new Error('no body');
  let text = '';
  while (!enough(text)) {
    const { done, value } = await reader.read();
    if (done) return text;
    text += Buffer.from(value).toString('latin1');
  }
  await reader.cancel();
  return text;
}

describe('a log as text', () => {
  it('is the history, then what comes, and ends with the build (L01)', async () => {
    const log = farm.log('local/x86_64/live');
    log.write('history\n');
    const answer = await farm.get('/api/logs/live');
    expect([answer.status, answer.headers.get('content-type'), answer.headers.get('cache-control')]).toEqual([
      200,
      'text/plain; charset=utf-8',
      'no-cache',
    ]);
    expect(answer.headers.get('x-log-finished')).toBe('false');
    const whole = answer.text();
    log.write('live\n');
    log.nextSegment();
    log.write('second attempt\n');
    log.finish();
    expect(await whole).toBe('history\nlive\nsecond attempt\n');
  });

  it('answers at once although there is no text yet', async () => {
    const log = farm.log('local/x86_64/silent');
    const answer = await farm.get('/api/logs/silent');
    expect(answer.status).toBe(200);
    log.finish();
    expect(await answer.text()).toBe('');
  });

  it('goes on for others when one reader leaves (L02)', async () => {
    const log = farm.log('local/x86_64/shared');
    log.write('one\n');
    const [leaving, staying] = await Promise.all([
      farm.get('/api/logs/shared'),
      farm.get('/api/logs/shared'),
    ]);
    expect(await readUntil(leaving, (text) => text.includes('one'))).toBe('one\n');
    const rest = staying.text();
    log.write('two\n');
    log.finish();
    expect(await rest).toBe('one\ntwo\n');
  });

  it('is found by pkgbase, whole id and timestamp, encoded (L03, L04)', async () => {
    for (const timestamp of [1, 2, 3]) {
      const log = farm.log('local/x86_64/c++utilities', timestamp);
      log.write(`build ${timestamp}`);
      log.finish();
    }
    const text = async (path: string): Promise<string> => (await farm.get(path)).text();
    expect(await text('/api/logs/c%2B%2Butilities')).toBe('build 3');
    expect(await text('/api/logs/c++utilities')).toBe('build 3');
    expect(await text('/api/logs/local%2Fx86_64%2Fc%2B%2Butilities')).toBe('build 3');
    expect(await text('/api/logs/c%2B%2Butilities/1')).toBe('build 1');
    expect(await text('/api/logs/local%2Fx86_64%2Fc%2B%2Butilities/2')).toBe('build 2');
  });

  it.each([
    ['/api/logs/Foo', 400],
    ['/api/logs/..%2F..%2Fetc%2Fpasswd', 400],
    ['/api/logs/.hidden', 400],
    ['/api/logs/a%2Fb', 404],
    ['/api/logs/a%2Fb%2Fc%2Fd%2Fe', 400],
    ['/api/logs/foo/yesterday', 400],
    ['/api/logs/foo/1.5', 400],
    ['/api/logs/foo?offset=x', 400],
    ['/api/logs/foo?offset=1&tail=2', 400],
    ['/api/logs/unknown', 404],
    ['/api/logs/unknown/5', 404],
    ['/api/logs/c%2B%2Butilities/99', 404],
    ['/api/logs/Foo/stream', 400],
    ['/api/logs/unknown/stream', 404],
    ['/api/logs/foo/yesterday/stream', 400],
  ])('%s is refused with %d', async (path, status) => {
    const answer = await farm.get(path);
    expect([answer.status, (await problemOf(answer)).code]).toEqual([
      status,
      status === 404 ? 'HTP004' : 'HTP001',
    ]);
  });

  it('begins at a byte, a line or the last lines', async () => {
    const log = farm.log('local/x86_64/parts');
    log.write('line 1\nline 2\n');
    log.nextSegment();
    log.write('line 3\nline 4\n');
    log.finish();
    const text = async (query: string): Promise<string> => (await farm.get(`/api/logs/parts${query}`)).text();
    expect(await text('?offset=12')).toBe('2\nline 3\nline 4\n');
    expect(await text('?offset=28')).toBe('');
    expect(await text('?line=3')).toBe('line 3\nline 4\n');
    expect(await text('?line=0')).toBe(await text(''));
    expect(await text('?line=9')).toBe('');
    expect(await text('?tail=1')).toBe('line 4\n');
    expect(await text('?tail=3')).toBe('line 2\nline 3\nline 4\n');
    expect(await text('?tail=0')).toBe('');
    expect(await text('?tail=1000')).toBe(await text(''));
    const behind = await farm.get('/api/logs/parts?offset=29');
    expect([behind.status, behind.headers.get('content-range')]).toEqual([416, 'bytes */28']);
    expect((await problemOf(behind)).code).toBe('HTP009');
  });

  it('finds lines and tails as splitting the text does', async () => {
    const line = fc.string({ maxLength: 12 }).map((text) => text.replaceAll('\n', ' '));
    let count = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 12 }),
        fc.boolean(),
        fc.nat(14),
        async (lines, ends, n) => {
          count += 1;
          const log = farm.log(`local/x86_64/split-${count}`);
          const text = lines.join('\n') + (ends && lines.length > 0 ? '\n' : '');
          log.write(text);
          log.finish();
          const parts = text.split(/(?<=\n)/);
          const get = async (query: string): Promise<string> =>
            (await farm.get(`/api/logs/split-${count}?${query}`)).text();
          expect(await get(`tail=${n}`)).toBe(n === 0 ? '' : parts.slice(-n).join(''));
          expect(await get(`line=${n + 1}`)).toBe(parts.slice(n).join(''));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('sends ranges of bytes, of finished and of growing logs', async () => {
    const log = farm.log('local/x86_64/ranges');
    log.write('0123456789');
    const range = async (header: string) => {
      const answer = await farm.get('/api/logs/ranges', { range: header });
      return [answer.status, answer.headers.get('content-range'), await answer.text()];
    };
    expect(await range('bytes=2-4')).toEqual([206, 'bytes 2-4/*', '234']);
    expect(await range('bytes=8-')).toEqual([206, 'bytes 8-9/*', '89']);
    log.finish();
    expect(await range('bytes=-3')).toEqual([206, 'bytes 7-9/10', '789']);
    expect((await range('bytes=10-')).slice(0, 2)).toEqual([416, 'bytes */10']);
    expect(await range('bytes=0-1,3-4')).toEqual([200, null, '0123456789']);
    const head = await fetch(`${farm.url}/api/logs/ranges`, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length'), head.headers.get('accept-ranges')]).toEqual([
      200,
      '10',
      'bytes',
    ]);
  });

  it('answers HEAD of a growing log without following it', async () => {
    farm.log('local/x86_64/headed').write('x');
    const head = await fetch(`${farm.url}/api/logs/headed`, { method: 'HEAD' });
    expect([head.status, head.headers.get('x-log-finished')]).toEqual([200, 'false']);
    const stream = await fetch(`${farm.url}/api/logs/headed/stream`, { method: 'HEAD' });
    expect(stream.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  });

  it('passes bytes on that are no text', async () => {
    const log = farm.log('local/x86_64/bytes');
    const bytes = Uint8Array.from({ length: 300_000 }, (_, at) => (at * 7) % 256);
    log.write(bytes);
    log.finish();
    const got = new Uint8Array(await (await farm.get('/api/logs/bytes')).arrayBuffer());
    expect(Buffer.compare(got, bytes)).toBe(0);
  });
});

describe('a log as events', () => {
  it('tells text with its offset and ends with an event', async () => {
    const log = farm.log('local/x86_64/events');
    log.write('größe ');
    const answer = await farm.get('/api/logs/events/stream');
    expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(answer.headers.get('x-accel-buffering')).toBe('no');
    const seen: unknown[] = [];
    for await (const { id, name, data } of readEvents(answer)) {
      seen.push([id, name, data]);
      if (name === 'end') logEndSchema.parse(data);
      if (seen.length > 1) continue;
      log.write('größer');
      log.finish();
    }
    expect(seen).toEqual([
      ['8', 'message', { offset: 0, text: 'größe ' }],
      ['16', 'message', { offset: 8, text: 'größer' }],
      ['16', 'end', { offset: 16 }],
    ]);
  });

  it('cuts no character that comes in two pieces, and gives up on half ones at the end', async () => {
    const log = farm.log('local/x86_64/halves');
    const smile = Buffer.from('a😀b');
    log.write(smile.subarray(0, 3));
    const answer = await farm.get('/api/logs/halves/stream');
    const texts: string[] = [];
    for await (const { name, data } of readEvents(answer)) {
      if (name === 'end') break;
      texts.push(logMessageSchema.parse(data).text);
      if (texts.length === 1) log.write(smile.subarray(3));
      if (texts.length === 2) {
        log.write(Uint8Array.of(0xe2, 0x82));
        log.finish();
      }
    }
    expect(texts).toEqual(['a', '😀b', '\ufffd']);
  });

  it('shows a sign of life while nothing is said', async () => {
    const log = farm.log('local/x86_64/quiet');
    const answer = await farm.get('/api/logs/quiet/stream');
    const comments: string[] = [];
    for await (const event of readEvents(answer, (text) => {
      comments.push(text);
      if (comments.length === 2) log.finish();
    })) {
      expect(event.name).toBe('end');
    }
    expect(comments.slice(0, 2)).toEqual(['alive', 'alive']);
  });

  it('goes on after any number of cuts without a gap or a repetition', async () => {
    const log = farm.log('local/x86_64/cuts');
    const lines = Array.from({ length: 400 }, (_, at) => `line ${at} äöü 😀 \u001b[31mred\u001b[0m\n`);
    const whole = lines.join('');
    const writing = (async () => {
      for (const line of lines) {
        const bytes = Buffer.from(line);
        const cut = randomInt(bytes.byteLength);
        log.write(bytes.subarray(0, cut));
        if (cut % 3 === 0) await new Promise((resolve) => setImmediate(resolve));
        log.write(bytes.subarray(cut));
      }
      log.finish();
    })();
    let text = '';
    let last: string | undefined;
    let visits = 0;
    for (let ended = false; !ended; visits += 1) {
      const answer = await farm.get(
        '/api/logs/cuts/stream',
        last === undefined ? {} : { 'last-event-id': last },
      );
      let left = randomInt(1, 4);
      for await (const event of readEvents(answer)) {
        if (event.name === 'end') {
          ended = true;
          break;
        }
        const message = logMessageSchema.parse(event.data);
        expect(message.offset).toBe(Buffer.byteLength(text));
        text += message.text;
        last = event.id;
        left -= 1;
        // Early visits leave in the middle.
        if (left === 0 && visits < 30) break;
      }
    }
    await writing;
    expect(text).toBe(whole);
    expect(last).toBe(String(Buffer.byteLength(whole)));
  });

  it('serves fifty readers, each of which ends only itself', async () => {
    const log = farm.log('local/x86_64/fifty');
    log.write('start\n');
    const readers = await Promise.all(
      Array.from({ length: 50 }, () => farm.get('/api/logs/local%2Fx86_64%2Ffifty/stream')),
    );
    const read = async (answer: Response, leaves: boolean): Promise<string> => {
      let text = '';
      for await (const event of readEvents(answer)) {
        if (event.name === 'end') return text;
        text += logMessageSchema.parse(event.data).text;
        if (leaves) return 'left';
      }
      return `${text} (cut)`;
    };
    const texts = readers.map((answer, at) => read(answer, at % 5 === 0));
    await Promise.all(texts.filter((_, at) => at % 5 === 0));
    for (let at = 0; at < 200; at += 1) log.write(`line ${at}\n`);
    log.finish();
    const all = await Promise.all(texts);
    const whole = `start\n${Array.from({ length: 200 }, (_, at) => `line ${at}\n`).join('')}`;
    expect(all.filter((text) => text === whole)).toHaveLength(40);
    expect(all.filter((text) => text === 'left')).toHaveLength(10);
    await eventually(openStreams, (value) => value === 0);
  });

  it('begins at an offset, a line or the last lines', async () => {
    const log = farm.log('local/x86_64/begin');
    log.write('one\ntwo\nthree\n');
    log.finish();
    const texts = async (path: string, headers = {}): Promise<unknown[]> => {
      const found: unknown[] = [];
      for await (const { data } of readEvents(await farm.get(path, headers))) found.push(data);
      return found;
    };
    const end = { offset: 14 };
    expect(await texts('/api/logs/begin/stream?line=3')).toEqual([{ offset: 8, text: 'three\n' }, end]);
    expect(await texts('/api/logs/begin/stream?tail=2')).toEqual([{ offset: 4, text: 'two\nthree\n' }, end]);
    // A reader that comes back knows better than its first address.
    expect(await texts('/api/logs/begin/stream?tail=2', { 'last-event-id': '14' })).toEqual([end]);
  });

  it('refuses more readers than the limit, and takes them again later', async () => {
    const log = farm.log('local/x86_64/crowd');
    await eventually(openStreams, (value) => value === 0);
    const crowd = await Promise.all(Array.from({ length: 60 }, () => farm.get('/api/logs/crowd')));
    const refused = await farm.get('/api/logs/crowd/stream');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '10']);
    expect((await problemOf(refused)).code).toBe('HTP010');
    log.finish();
    await Promise.all(crowd.map((answer) => answer.text()));
    await eventually(openStreams, (value) => value === 0);
    expect((await farm.get('/api/logs/crowd')).status).toBe(200);
  });

  it('comes whole to others while one reader does not read, and closing does not wait for that one', async () => {
    const other = await serveFarm({ limits: { closeMs: 50 } });
    const log = other.log('local/x86_64/stuck');
    const line = `${'x'.repeat(1023)}\n`;
    log.write(line.repeat(16 * 1024));
    const stuck = connect(other.server.port, '127.0.0.1');
    stuck.on('error', () => {});
    stuck.pause();
    stuck.write('GET /api/logs/stuck/stream HTTP/1.1\r\nhost: a\r\n\r\n');
    const reading = (await other.get('/api/logs/stuck')).text();
    log.finish();
    expect((await reading).length).toBe(16 * 1024 * 1024);
    await other.close();
    stuck.destroy();
  });

  it('is ended when the server closes; text is cut so that nobody takes it for whole', async () => {
    const other = await serveFarm();
    const log = other.log('local/x86_64/closing');
    log.write('something\n');
    const [events, text] = await Promise.all([
      other.get('/api/logs/closing/stream'),
      other.get('/api/logs/closing'),
    ]);
    const names: string[] = [];
    const reading = (async () => {
      for await (const { name } of readEvents(events)) names.push(name);
    })();
    const cut = text.text();
    cut.catch(() => {});
    await other.close();
    await reading;
    expect(names).not.toContain('end');
    await expect(cut).rejects.toThrow();
  });
});
