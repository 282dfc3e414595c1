import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes, randomInt } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Digest } from '../../src/primitives/index.ts';
import { openDiskStore } from '../../src/store/index.ts';
import { eventually } from './eventually.ts';

let folder: string;
let child: ChildProcess | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'packmill-http-killed-'));
});
afterEach(async () => {
  await kill();
  rmSync(folder, { recursive: true, force: true });
});

async function start(): Promise<number> {
  const started = spawn(process.execPath, [join(import.meta.dirname, 'server-child.ts'), folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child = started;
  return new Promise((resolve, reject) => {
    started.stdout?.once('data', (text) => resolve(Number(text)));
    started.once('exit', () => reject(new Error('the server ended')));
  });
}
async function kill(): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child?.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

describe('a server that is killed in the middle of uploads', () => {
  it('goes on where it was; the object is whole or not there', async () => {
    const bytes = randomBytes(6_000_000);
    const digest = createHash('sha256').update(bytes).digest('hex') as Digest;
    const authorization = 'Bearer builder-token';
    let offset = 0;
    let kills = 0;
    for (let isComplete = false; !isComplete; ) {
      const port = await start();
      const url = `http://127.0.0.1:${port}/api/objects/${digest}/upload`;
      const head = await fetch(url, { method: 'HEAD', headers: { authorization } });
      const there = Number(head.headers.get('upload-offset'));
      expect(there).toBeGreaterThanOrEqual(offset);
      offset = there;
      if (head.headers.get('upload-complete') === '?1') break;
      const headers = {
        authorization,
        'upload-offset': String(offset),
        'upload-length': String(bytes.byteLength),
        'content-length': bytes.byteLength - offset,
      };
      const client = request(url, { method: 'PATCH', headers });
      const answered = new Promise<number>((resolve) => {
        client.once('response', (answer) => resolve(answer.resume().statusCode ?? 0));
        client.once('error', () => resolve(0));
      });
      if (kills < 4) {
        // Killed after some bytes, the last time after all of them: while they are verified or stored.
        const some = kills === 3 ? bytes.byteLength : offset + randomInt(1, 1_500_000);
        client.write(bytes.subarray(offset, some));
        await eventually(
          () => incomingSize() > offset || isStored(digest),
          (value) => value === true,
        );
        await kill();
        kills += 1;
        client.destroy();
        await answered;
        continue;
      }
      client.end(bytes.subarray(offset));
      expect(await answered).toBe(201);
      isComplete = true;
    }
    await kill();
    const store = openDiskStore({ root: join(folder, 'store') });
    expect(readFileSync(await store.path(digest)).equals(bytes)).toBe(true);
    expect(kills).toBe(4);
  });
});

/** Bytes of the upload that are on the disk; 0 when it is not there (yet, or any more). */
function incomingSize(): number {
  const names = readdirSync(join(folder, 'incoming'), { recursive: true, encoding: 'utf8' });
  const file = names.find((name) => /[0-9a-f]{64}$/.test(name));
  if (file === undefined) return 0;
  return statSync(join(folder, 'incoming', file), { throwIfNoEntry: false })?.size ?? 0;
}

const isStored = (digest: Digest): boolean =>
  existsSync(join(folder, 'store/objects', digest.slice(0, 2), digest.slice(2)));
