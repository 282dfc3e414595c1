import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { connectToManager } from '../../src/app/client/index.ts';

let farm = '';
let server: Server;
const tokens: string[] = [];

/** A manager that has just taken the place of one that was killed, at the same port. */
beforeEach(async () => {
  farm = mkdtempSync(join(tmpdir(), 'packmill-farm-client-'));
  mkdirSync(join(farm, 'state'));
  tokens.length = 0;
  server = createServer((request, answer) => {
    tokens.push(request.headers.authorization ?? '');
    answer.statusCode = request.headers.authorization === 'Bearer new' ? 200 : 401;
    answer.end('[]');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(farm, { recursive: true, force: true });
});

function note(token: string): void {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  writeFileSync(join(farm, 'state', 'manager.json'), JSON.stringify({ url, token, pid: 1 }));
}

it('asks again when the note that it read was of a manager that was killed', async () => {
  note('old');
  const client = await connectToManager({ farm, url: undefined });
  const asked = client.builders();
  await expect.poll(() => tokens).toEqual(['Bearer old']);
  note('new');
  expect(await asked).toEqual([]);
  expect(await client.builders()).toEqual([]);
  expect(tokens).toEqual(['Bearer old', 'Bearer new', 'Bearer new']);
  await client.close();
});

it('is refused when the manager at work does not know it', async () => {
  note('wrong');
  const client = await connectToManager({ farm, url: undefined });
  await expect(client.builders()).rejects.toMatchObject({ problem: { code: 'SCH006' } });
  expect(tokens).toEqual(['Bearer wrong']);
  await client.close();
});
