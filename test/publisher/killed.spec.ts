import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { goForward, openTestFarm, type TestFarm } from './farm.ts';
import { makePacmanClient, type PacmanClient } from './pacman-client.ts';

const lives = Number(process.env['PACKMILL_TEST_KILLS'] ?? 12);
const child = join(import.meta.dirname, 'publishing-child.ts');

/** Lets one publisher live for a while and kills it; `acknowledged` learns what it says was published. */
async function oneLife(
  root: string,
  seed: number,
  acknowledged: Map<string, number>,
  recovered: string[],
): Promise<number> {
  const process_: ChildProcess = spawn(process.execPath, [child, root, String(seed)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let publications = 0;
  const ended = new Promise<string | null>((resolve) =>
    process_.once('close', (_, signal) => resolve(signal)),
  );
  const lines = createInterface({ input: process_.stdout as NodeJS.ReadableStream });
  const kill = (afterMs: number): NodeJS.Timeout => setTimeout(() => process_.kill('SIGKILL'), afterMs);
  // Some are killed while they start and recover, most in the middle of their first, second or third publication.
  const early = seed % 6 === 0;
  let timer = early ? kill(120 + ((seed * 31) % 120)) : undefined;
  // Within the publication, however long the last one took on this machine.
  let [begunMs, tookMs] = [performance.now(), 0];
  lines.on('line', (line) => {
    const [name = '', count] = line.split(' ');
    if (name === 'ready' || name === 'done') {
      tookMs = performance.now() - begunMs;
      begunMs += tookMs;
    }
    if (name === 'recovered') recovered.push(line);
    else if (count !== undefined) acknowledged.set(name, Number(count));
    else if (name === 'done') publications += 1;
    if (publications >= 1 + (seed % 3)) timer ??= kill((((seed * 7919) % 60) / 60) * tookMs);
  });
  expect(await ended).toBe('SIGKILL');
  clearTimeout(timer);
  return publications;
}

describe('a publisher that is killed again and again', () => {
  let farm: TestFarm;
  let client: PacmanClient;
  let stop = false;
  beforeAll(async () => {
    farm = await openTestFarm({ gnupg: true });
    const add = await Promise.all(
      Array.from({ length: 150 }, (_, index) =>
        farm.make({ name: `p${index}`, version: '0-1', contentBytes: 10 }),
      ),
    );
    await farm.repositories.publish({ repo: 'farm', arch: 'x86_64', add, reason: 'first' });
    client = makePacmanClient(
      join(farm.root, 'client'),
      await farm.signer.publicKey(),
      farm.signer.fingerprint,
    );
  });
  afterAll(async () => {
    stop = true;
    client.close();
    await farm.close();
  });

  it('W08 never shows a broken repository, and loses nothing it said was published', {
    timeout: 300_000,
  }, async () => {
    const link = join(farm.publicRoot, 'farm', 'x86_64');
    const acknowledged = new Map<string, number>();
    const wrong: string[] = [];
    let verified = 0;
    let synchronized = 0;
    const verifying = (async () => {
      while (!stop) {
        const { problems, packages } = await farm.repositories.verify('farm', 'x86_64', { mode: 'quick' });
        wrong.push(...problems.map(({ what }) => what));
        if (packages < 150) wrong.push(`only ${packages} packages`);
        verified += 1;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    })();
    const synchronizing = (async () => {
      while (!stop) {
        // Resolved once, as a mirror would: pacman opens a database and its signature one after the other.
        const generation = realpathSync(link);
        try {
          await client.pacman(generation, '-Syy');
          synchronized += 1;
        } catch (error) {
          // A generation that was retired meanwhile is not there at all; that is no mixture.
          if (existsSync(generation)) wrong.push(String((error as { stderr?: string }).stderr ?? error));
        }
      }
    })();
    let publications = 0;
    const recovered: string[] = [];
    // A slow machine needs more lives until a kill has hit what it was meant to hit.
    const hasHit = (): boolean => synchronized > 10 && recovered.some((line) => line.includes('thrown away'));
    for (let seed = 1; seed <= lives || (!hasHit() && seed <= 60); seed += 1) {
      publications += await oneLife(farm.root, seed, acknowledged, recovered);
    }
    stop = true;
    await Promise.all([verifying, synchronizing]);
    expect(wrong).toEqual([]);
    expect(verified).toBeGreaterThan(lives);
    expect(synchronized).toBeGreaterThan(10);
    expect(publications).toBeGreaterThanOrEqual(lives);
    expect(recovered.filter((line) => line.includes('thrown away')).length).toBeGreaterThan(0);

    const after = farm.reopen();
    await after.recover();
    expect(await after.recover()).toEqual([]);
    await goForward({ root: farm.root, repositories: after });
    for (const { number } of after.generations('farm', 'x86_64')) {
      const report = await after.verify('farm', 'x86_64', { mode: 'quick', generation: number });
      expect(report.problems).toEqual([]);
    }
    const final = await after.verify('farm', 'x86_64', { mode: 'full' });
    expect(final.problems).toEqual([]);
    const versions = new Map(
      after.show('farm', 'x86_64').map((entry) => [entry.name, Number.parseInt(entry.version, 10)]),
    );
    for (const [name, count] of acknowledged) expect(versions.get(name)).toBeGreaterThanOrEqual(count);
    const folders = readdirSync(join(farm.publicRoot, 'farm', '.generations', 'x86_64'));
    expect(folders).toHaveLength(after.generations('farm', 'x86_64').length);
    expect(await farm.store.verifyAll()).toEqual([]);
    const listed = await client.pacman(link, '-Syy').then(() => client.pacman(link, '-Sl', 'farm'));
    expect(listed.trim().split('\n')).toHaveLength(final.packages);
  });

  it('serves packages that pacman downloads and whose signatures it accepts', async () => {
    const link = join(farm.publicRoot, 'farm', 'x86_64');
    await client.pacman(link, '-Syy');
    await client.pacman(link, '-Sw', 'p1', 'p2');
    expect(readdirSync(join(farm.root, 'client', 'cache')).some((name) => name.startsWith('p1-'))).toBe(true);
  });
});
