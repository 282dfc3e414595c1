import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, utimesSync } from 'node:fs';
import { type ClientRequest, request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { uploadReplySchema } from '../../src/api/index.ts';
import { openObjectIntake } from '../../src/app/index.ts';
import type { Digest } from '../../src/primitives/index.ts';
import { eventually } from './eventually.ts';
import { problemOf, type ServedFarm, serveFarm } from './served-farm.ts';

const farms: ServedFarm[] = [];
afterEach(async () => {
  for (const farm of farms.splice(0)) await farm.close();
});
const serve: typeof serveFarm = async (...options) => {
  const farm = await serveFarm(...options);
  farms.push(farm);
  return farm;
};

const digestOf = (bytes: Uint8Array): Digest => createHash('sha256').update(bytes).digest('hex') as Digest;

interface Piece {
  readonly farm: ServedFarm;
  readonly digest: string;
  readonly offset: number;
  readonly length: number;
  readonly bytes: Uint8Array;
  readonly token?: string;
}
const headersOf = ({
  offset,
  length,
  token = 'builder-token',
}: Omit<Piece, 'farm' | 'bytes' | 'digest'>) => ({
  authorization: `Bearer ${token}`,
  'content-type': 'application/octet-stream',
  'upload-offset': String(offset),
  'upload-length': String(length),
});
const send = (piece: Piece): Promise<Response> =>
  fetch(`${piece.farm.url}/api/objects/${piece.digest}/upload`, {
    method: 'PATCH',
    headers: headersOf(piece),
    body: Buffer.from(piece.bytes),
  });
const standing = async (farm: ServedFarm, digest: string, token = 'builder-token') => {
  const answer = await fetch(`${farm.url}/api/objects/${digest}/upload`, {
    method: 'HEAD',
    headers: { authorization: `Bearer ${token}` },
  });
  return [Number(answer.headers.get('upload-offset')), answer.headers.get('upload-complete')];
};
const incoming = (farm: ServedFarm): string[] =>
  readdirSync(join(farm.folder, 'incoming'), { recursive: true, encoding: 'utf8' });

/** Begins an upload whose body comes by hand. */
function begin(piece: Omit<Piece, 'bytes'>): ClientRequest {
  const client = request(`${piece.farm.url}/api/objects/${piece.digest}/upload`, {
    method: 'PATCH',
    headers: { ...headersOf(piece), 'content-length': piece.length - piece.offset },
  });
  client.on('error', () => {});
  return client;
}
const statusOf = (client: ClientRequest): Promise<number> =>
  new Promise((resolve) => client.once('response', (answer) => resolve(answer.resume().statusCode ?? 0)));

describe('an upload', () => {
  it('enters the store when its hash is right', async () => {
    const farm = await serve();
    const bytes = randomBytes(300_000);
    const digest = digestOf(bytes);
    expect(await standing(farm, digest)).toEqual([0, '?0']);
    const answer = await send({ farm, digest, offset: 0, length: bytes.byteLength, bytes });
    expect([answer.status, uploadReplySchema.parse(await answer.json())]).toEqual([
      201,
      { offset: 300_000, complete: true },
    ]);
    expect(await farm.store.has(digest)).toBe(true);
    expect(readFileSync(await farm.store.path(digest)).equals(bytes)).toBe(true);
    expect(await standing(farm, digest)).toEqual([300_000, '?1']);
    expect(incoming(farm)).toEqual([]);
    const again = await send({ farm, digest, offset: 0, length: bytes.byteLength, bytes });
    expect(again.status).toBe(201);
  });

  it('comes in pieces', async () => {
    const farm = await serve();
    const bytes = randomBytes(1000);
    const digest = digestOf(bytes);
    const common = { farm, digest, length: 1000 };
    const first = await send({ ...common, offset: 0, bytes: bytes.subarray(0, 400) });
    expect([first.status, await first.json()]).toEqual([202, { offset: 400, complete: false }]);
    const wrong = await send({ ...common, offset: 300, bytes: bytes.subarray(300) });
    expect([wrong.status, wrong.headers.get('upload-offset')]).toEqual([409, '400']);
    expect((await problemOf(wrong)).code).toBe('HTP006');
    expect((await send({ ...common, offset: 400, bytes: bytes.subarray(400) })).status).toBe(201);
  });

  it('of no bytes is an object too', async () => {
    const farm = await serve();
    const digest = digestOf(new Uint8Array());
    expect((await send({ farm, digest, offset: 0, length: 0, bytes: new Uint8Array() })).status).toBe(201);
    expect(await farm.store.has(digest)).toBe(true);
  });

  it('goes on after its connection was cut, as often as it takes', async () => {
    const farm = await serve();
    const bytes = randomBytes(2_000_000);
    const digest = digestOf(bytes);
    let cuts = 0;
    for (;;) {
      const [offset] = (await standing(farm, digest)) as [number];
      if (cuts === 4) {
        const answer = await send({
          farm,
          digest,
          offset,
          length: bytes.byteLength,
          bytes: bytes.subarray(offset),
        });
        expect(answer.status).toBe(201);
        break;
      }
      const client = begin({ farm, digest, offset, length: bytes.byteLength });
      client.write(bytes.subarray(offset, offset + 300_000));
      await eventually(
        async () => (await standing(farm, digest))[0],
        (value) => Number(value) > offset,
      );
      client.destroy();
      cuts += 1;
      // The server has to see the cut before the upload is free again.
      await eventually(
        async () => {
          const [now] = (await standing(farm, digest)) as [number];
          const probe = await send({
            farm,
            digest,
            offset: now,
            length: bytes.byteLength,
            bytes: Buffer.alloc(0),
          });
          return probe.status;
        },
        (value) => value === 202,
      );
    }
    expect(readFileSync(await farm.store.path(digest)).equals(bytes)).toBe(true);
  });

  it('with another hash is dropped', async () => {
    const farm = await serve();
    const bytes = randomBytes(1000);
    const digest = 'b'.repeat(64);
    const answer = await send({ farm, digest, offset: 0, length: 1000, bytes });
    expect([answer.status, (await problemOf(answer)).code, answer.headers.get('upload-offset')]).toEqual([
      422,
      'HTP008',
      '0',
    ]);
    expect(incoming(farm)).toEqual([]);
    expect(await farm.store.has(digestOf(bytes))).toBe(false);
    expect(await standing(farm, digest)).toEqual([0, '?0']);
  });

  it('that is too large is refused before its bytes are read', async () => {
    const farm = await serve({}, { maxObjectBytes: 1000, maxOwnerBytes: 1500 });
    const large = await send({
      farm,
      digest: 'c'.repeat(64),
      offset: 0,
      length: 1001,
      bytes: randomBytes(1001),
    });
    expect([large.status, (await problemOf(large)).code]).toEqual([413, 'HTP007']);
    // More than one token may have on its way.
    expect(
      (await send({ farm, digest: 'd'.repeat(64), offset: 0, length: 1000, bytes: randomBytes(900) })).status,
    ).toBe(202);
    const more = { farm, digest: 'e'.repeat(64), offset: 0, length: 700, bytes: randomBytes(10) };
    expect((await send(more)).status).toBe(413);
    expect((await send({ ...more, token: 'attempt-token' })).status).toBe(202);
  });

  it('cannot send more than it announced', async () => {
    const farm = await serve();
    const client = request(`${farm.url}/api/objects/${'f'.repeat(64)}/upload`, {
      method: 'PATCH',
      headers: { ...headersOf({ offset: 0, length: 10 }), 'transfer-encoding': 'chunked' },
    });
    client.on('error', () => {});
    const status = statusOf(client);
    client.end(randomBytes(100_000));
    expect(await status).toBe(413);
    const short = await send({ farm, digest: 'f'.repeat(64), offset: 0, length: 10, bytes: randomBytes(11) });
    expect(short.status).toBe(413);
  });

  it.each([
    [{ 'upload-length': '5' }, 'upload-offset'],
    [{ 'upload-offset': '0' }, 'upload-length'],
    [{ 'upload-offset': '-1', 'upload-length': '5' }, 'upload-offset'],
  ])('needs its headers: %j', async (headers, missing) => {
    const farm = await serve();
    const answer = await fetch(`${farm.url}/api/objects/${'a'.repeat(64)}/upload`, {
      method: 'PATCH',
      headers: { authorization: 'Bearer builder-token', ...(headers as Record<string, string>) },
      body: 'x',
    });
    const body = await problemOf(answer);
    expect([answer.status, body.code]).toEqual([400, 'HTP001']);
    expect(body.why).toContain(missing);
    expect(
      (
        await fetch(`${farm.url}/api/objects/nothex/upload`, {
          method: 'PATCH',
          body: 'x',
          headers: { authorization: 'Bearer builder-token' },
        })
      ).status,
    ).toBe(400);
  });
});

describe('two uploads of one object', () => {
  it('of two tokens do not meet, and the object is there once', async () => {
    const farm = await serve();
    const bytes = randomBytes(500_000);
    const digest = digestOf(bytes);
    const answers = await Promise.all(
      ['builder-token', 'attempt-token'].map((token) =>
        send({ farm, digest, offset: 0, length: bytes.byteLength, bytes, token }),
      ),
    );
    expect(answers.map((answer) => answer.status)).toEqual([201, 201]);
    expect(incoming(farm)).toEqual([]);
    expect(readFileSync(await farm.store.path(digest)).equals(bytes)).toBe(true);
  });

  it('of one token: the second has to wait while the first makes progress', async () => {
    const farm = await serve({}, { stalledMs: 3_600_000 });
    const bytes = randomBytes(1000);
    const digest = digestOf(bytes);
    const first = begin({ farm, digest, offset: 0, length: 1000 });
    const done = statusOf(first);
    first.write(bytes.subarray(0, 500));
    await eventually(
      async () => (await standing(farm, digest))[0],
      (value) => value === 500,
    );
    const second = await send({ farm, digest, offset: 500, length: 1000, bytes: bytes.subarray(500) });
    expect([second.status, second.headers.get('retry-after'), second.headers.get('upload-offset')]).toEqual([
      409,
      '1',
      '500',
    ]);
    first.end(bytes.subarray(500));
    expect(await done).toBe(201);
  });

  it('of one token: the second takes over when the first stands still', async () => {
    const farm = await serve({}, { stalledMs: 0 });
    const bytes = randomBytes(1000);
    const digest = digestOf(bytes);
    const first = begin({ farm, digest, offset: 0, length: 1000 });
    const gone = new Promise((resolve) => first.once('close', resolve));
    first.write(bytes.subarray(0, 500));
    await eventually(
      async () => (await standing(farm, digest))[0],
      (value) => value === 500,
    );
    const second = await send({ farm, digest, offset: 500, length: 1000, bytes: bytes.subarray(500) });
    expect(second.status).toBe(201);
    await gone;
  });
});

describe('many uploads', () => {
  it('are refused beyond the limit, and none is held up by a slow one', async () => {
    const farm = await serve({}, { maxParallel: 2 });
    const slow = [0, 1].map((at) => begin({ farm, digest: `${at}`.repeat(64), offset: 0, length: 1000 }));
    for (const client of slow) client.write('x');
    for (const at of [0, 1]) {
      await eventually(
        async () => (await standing(farm, `${at}`.repeat(64)))[0],
        (value) => value === 1,
      );
    }
    const bytes = randomBytes(100);
    const piece = { farm, digest: digestOf(bytes), offset: 0, length: 100, bytes };
    const refused = await send(piece);
    expect([refused.status, (await problemOf(refused)).code]).toEqual([503, 'HTP010']);
    expect((await farm.get('/api/queue/stats')).status).toBe(200);
    slow[0]?.destroy();
    await eventually(
      async () => (await send(piece)).status,
      (value) => value === 201,
    );
    slow[1]?.destroy();
  });

  it('that send nothing are ended, and so are slow JSON bodies', async () => {
    const farm = await serve({ limits: { bodyIdleMs: 100 } });
    const upload = begin({ farm, digest: 'a'.repeat(64), offset: 0, length: 1000 });
    const uploadGone = new Promise((resolve) => upload.once('close', resolve));
    upload.write('x');
    const socket = connect(farm.server.port, '127.0.0.1');
    const jsonGone = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => {});
    socket.write(
      'POST /api/schedule HTTP/1.1\r\nhost: a\r\nauthorization: Bearer operator-token\r\n' +
        'content-type: application/json\r\ncontent-length: 100\r\n\r\n{',
    );
    // A byte now and then does not help.
    const dripping = setInterval(() => socket.write(' '), 30);
    await Promise.all([uploadGone, jsonGone]);
    clearInterval(dripping);
    expect((await farm.get('/healthz')).status).toBe(200);
    expect(farm.service.calls).toEqual([]);
  });

  it('that nobody goes on with are swept after a day, never one in progress', async () => {
    const farm = await serve();
    const old = (path: string): void => utimesSync(join(farm.folder, 'incoming', path), 1000, 1000);
    await send({ farm, digest: 'a'.repeat(64), offset: 0, length: 10, bytes: Buffer.from('a') });
    await send({ farm, digest: 'b'.repeat(64), offset: 0, length: 10, bytes: Buffer.from('b') });
    const running = begin({ farm, digest: 'c'.repeat(64), offset: 0, length: 10 });
    running.write('c');
    await eventually(
      async () => (await standing(farm, 'c'.repeat(64)))[0],
      (value) => value === 1,
    );
    for (const path of incoming(farm).filter((name) => /[ac]{64}$/.test(name))) old(path);
    expect(farm.intake.sweep()).toBe(1);
    expect(
      incoming(farm)
        .map((path) => path.at(-1))
        .filter((end) => /[abc]/.test(end ?? '')),
    ).toEqual(expect.arrayContaining(['b', 'c']));
    expect(incoming(farm).some((path) => path.endsWith('a'.repeat(64)))).toBe(false);
    expect(incoming(farm).join(' ')).not.toContain('token');
    running.destroy();
  });
});

describe('a server that closes', () => {
  it('lets an upload in flight finish, and takes nothing new', async () => {
    const farm = await serve({ limits: { closeMs: 3_600_000 } });
    const bytes = randomBytes(1000);
    const digest = digestOf(bytes);
    const client = begin({ farm, digest, offset: 0, length: 1000 });
    const status = statusOf(client);
    client.write(bytes.subarray(0, 500));
    await eventually(
      async () => (await standing(farm, digest))[0],
      (value) => value === 500,
    );
    const closed = farm.server.close();
    // Either the port is closed already, or a connection that was open tells what is going on.
    const late = await farm.get('/healthz').catch(() => undefined);
    expect([undefined, 503]).toContain(late?.status);
    client.end(bytes.subarray(500));
    expect(await status).toBe(201);
    await closed;
    expect(await farm.store.has(digest)).toBe(true);
  });

  it('cuts what does not finish in time; the bytes are kept', async () => {
    const farm = await serve({ limits: { closeMs: 50 } });
    const digest = 'a'.repeat(64);
    const client = begin({ farm, digest, offset: 0, length: 1000 });
    const gone = new Promise((resolve) => client.once('close', resolve));
    client.write('x'.repeat(10));
    await eventually(
      async () => (await standing(farm, digest))[0],
      (value) => value === 10,
    );
    await farm.server.close();
    await gone;
    expect(await farm.intake.standing('builder-token', digest as Digest)).toEqual({
      offset: 10,
      isComplete: false,
    });
  });
});

describe('an object of the store', () => {
  it('is sent whole, in ranges, and not at all to those who have it', async () => {
    const farm = await serve();
    const bytes = randomBytes(700_000);
    const { digest } = await farm.store.putBytes(bytes);
    const get = (headers: Record<string, string> = {}, method = 'GET') =>
      fetch(`${farm.url}/api/objects/${digest}`, {
        method,
        headers: { authorization: 'Bearer attempt-token', ...headers },
      });
    const whole = await get();
    expect([whole.status, whole.headers.get('content-type'), whole.headers.get('etag')]).toEqual([
      200,
      'application/octet-stream',
      `"${digest}"`,
    ]);
    expect(Buffer.from(await whole.arrayBuffer()).equals(bytes)).toBe(true);
    const part = await get({ range: 'bytes=699990-' });
    expect([part.status, part.headers.get('content-range')]).toEqual([206, 'bytes 699990-699999/700000']);
    expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(699_990))).toBe(true);
    expect((await get({ range: 'bytes=0-4', 'if-range': '"other"' })).status).toBe(200);
    expect((await get({ range: 'bytes=700000-' })).status).toBe(416);
    expect((await get({ 'if-none-match': `"${digest}"` })).status).toBe(304);
    const head = await get({}, 'HEAD');
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '700000']);
  });
  it('that is unknown or has no name is not sent', async () => {
    const farm = await serve();
    const get = (name: string) => farm.get(`/api/objects/${name}`, { authorization: 'Bearer builder-token' });
    expect((await get('a'.repeat(64))).status).toBe(404);
    expect((await get('A'.repeat(64))).status).toBe(400);
    expect((await get('..%2f..%2fetc%2fpasswd')).status).toBe(400);
  });
});

describe('the intake', () => {
  it('takes an upload up that another process began', async () => {
    const farm = await serve();
    const bytes = randomBytes(1000);
    const digest = digestOf(bytes);
    await send({ farm, digest, offset: 0, length: 1000, bytes: bytes.subarray(0, 600) });
    const later = openObjectIntake({ store: farm.store, folder: join(farm.folder, 'incoming') });
    expect(await later.standing('builder-token', digest)).toEqual({ offset: 600, isComplete: false });
    const verdict = await later.receive({
      owner: 'builder-token',
      digest,
      offset: 600,
      lengthBytes: 1000,
      bytes: (async function* () {
        yield bytes.subarray(600);
      })(),
      giveUp: () => {},
    });
    expect(verdict).toEqual({ kind: 'complete', offset: 1000 });
  });
});
