import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, expect, it } from 'vitest';
import { Outbox } from '../../src/notifier/index.ts';
import { GitlabStatuses, loopbackService } from './loopback-service.ts';

const child = join(import.meta.dirname, 'delivering-child.ts');
const packages = 60;
const root = mkdtempSync(join(tmpdir(), 'packmill-notifier-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

it('a notifier that is killed again and again loses nothing and keeps every order', async () => {
  const statuses = new GitlabStatuses();
  let living: ChildProcess | undefined;
  let killAt = Number.POSITIVE_INFINITY;
  const service = await loopbackService((heard, index) => {
    if (index !== killAt) return statuses.take(heard);
    // Killed before the answer, after it was taken: nobody knows that it has arrived.
    const isTaken = index % 2 === 0;
    if (isTaken) statuses.take(heard);
    living?.kill('SIGKILL');
    return 'break';
  });
  const said: string[] = [];
  const live = async (): Promise<string> => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const argv = [child, join(root, 'farm.sqlite'), service.url, String(packages)];
    living = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
    living.stdout?.on('data', (piece: Buffer) => said.push(...piece.toString().trim().split('\n')));
    living.once('close', (code, signal) => resolve(signal ?? String(code)));
    return promise;
  };
  const ends: string[] = [];
  for (const after of [0, 1, 5, 14, 23, 31, 2, 17]) {
    killAt = service.heard.length + after;
    ends.push(await live());
  }
  expect(ends).toEqual(ends.map(() => 'SIGKILL'));
  killAt = Number.POSITIVE_INFINITY;
  expect(await live()).toBe('0');
  await service.close();
  expect(said).toEqual(['idle']);

  for (let index = 0; index < packages; index += 1) {
    const name = `farm: p${index} `;
    const states = statuses.accepted
      .filter((move) => move.startsWith(name))
      .map((move) => move.slice(name.length));
    // Only a final state may be seen twice: the service refuses the repetition of the others.
    expect(states.filter((state, at) => state !== states[at - 1])).toEqual(['pending', 'running', 'success']);
  }
  expect(service.heard.length).toBeGreaterThanOrEqual(packages * 3);
  const database = new DatabaseSync(join(root, 'farm.sqlite'));
  expect(new Outbox(database).backlog()).toEqual([]);
  expect(new Outbox(database).failed(9)).toEqual([]);
  database.close();
}, 120_000);
