import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { HttpTransport, ManagerLink } from '../../src/builder/index.ts';
import { Caller, serveCalls } from '../../src/channel/index.ts';
import { MemoryCarrier } from '../../src/channel/memory/index.ts';
import { type Clock, systemClock, systemRandom, VirtualClock } from '../../src/host/index.ts';
import { openDiskStore } from '../../src/store/index.ts';

let folder: string;
let server: Server;
let statuses: number[] = [];
let asked = 0;
/** Pauses cost nothing, and an hour goes by in a moment. */
const time = new VirtualClock();
const clock: Clock = {
  nowMs: () => time.nowMs(),
  monotonicMs: () => time.monotonicMs(),
  sleep: (ms) => time.advance(ms),
};

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'packmill-transport-'));
  asked = 0;
  server = createServer((request, response) => {
    request.resume();
    if (request.method === 'HEAD') return void response.writeHead(204, { 'upload-offset': '0' }).end();
    request.on('end', () => response.writeHead(statuses[asked++] ?? 201).end('words'));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Hands one object in; the code of the problem when that fails. */
async function handIn(answers: number[], signal = new AbortController().signal): Promise<string> {
  statuses = answers;
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a port was expected');
  const store = openDiskStore({ root: join(folder, 'store') });
  const { digest, sizeBytes } = await store.putBytes(Buffer.from('a package'));
  const scene = { store, scratch: join(folder, 'scratch'), clock };
  const transport = new HttpTransport(`http://127.0.0.1:${address.port}`, scene);
  const pass = { attempt: 1, fence: 1, token: 'token' };
  return transport.handIn(pass, [{ object: digest, sizeBytes }], signal).then(
    () => 'handed in',
    (error: unknown) => String(error),
  );
}

it('hands in to a manager that cannot take anything for a long time', async () => {
  expect(await handIn(Array.from({ length: 60 }, () => 503))).toBe('handed in');
  expect(asked).toBe(61);
});

it('gives up when that takes more than an hour', async () => {
  expect(await handIn(Array.from({ length: 1_000 }, () => 503))).toContain('BLD040');
  expect(asked).toBeLessThan(500);
});

it('takes a refusal for what it is, and bytes that never fit', async () => {
  expect(await handIn([403])).toContain('BLD041');
  expect(asked).toBe(1);
  asked = 0;
  expect(await handIn(Array.from({ length: 20 }, () => 422))).toContain('BLD040');
  expect(asked).toBe(8);
});

it('hands the end of an attempt in again to a manager that fails on it', async () => {
  const carrier = new MemoryCarrier({ clock: systemClock });
  const over = new AbortController();
  let reports = 0;
  const serving = serveCalls(
    carrier.connect(),
    'manager',
    {
      report: async () => {
        reports += 1;
        if (reports < 3) throw new Error('the disk is full');
        return { verdict: 'accepted' };
      },
    },
    { signal: over.signal, clock: systemClock, onBug: () => undefined },
  );
  const caller = new Caller(carrier.connect(), {
    name: 'one',
    serverMailbox: 'manager',
    clock: systemClock,
    random: systemRandom,
  });
  const link = new ManagerLink({ caller, builder: 'one', instance: 'i', clock });
  const order = { attempt: 1, fence: 1, token: 'token' } as Parameters<typeof link.report>[0];
  const lease = {} as Parameters<typeof link.report>[1];
  const end = { outcome: { kind: 'skipped', reason: '' }, landed: [], logBytes: 0 } as const;
  expect(await link.report(order, lease, end, new AbortController().signal)).toBe('accepted');
  expect(reports).toBe(3);
  over.abort();
  await caller.close();
  await serving;
});
