import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { mountsBelow, sweepLeftovers, system } from './leftovers.ts';

it('what a killed test left is removed by the next one, what a running one has is not', async () => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'leaving-child.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  const { folder, namespace } = JSON.parse(said.toString()) as { folder: string; namespace: string };
  const links = (): number =>
    system('ip', '-brief', 'link').split(`pmf${child.pid?.toString(36)}x`).length - 1;
  sweepLeftovers();
  expect(existsSync(`/run/netns/${namespace}`)).toBe(true);
  expect(mountsBelow(folder)).toHaveLength(1);
  expect(links()).toBeGreaterThan(0);
  child.kill('SIGKILL');
  await once(child, 'exit');
  sweepLeftovers();
  expect(existsSync(`/run/netns/${namespace}`)).toBe(false);
  expect(mountsBelow(folder)).toEqual([]);
  expect(existsSync(folder)).toBe(false);
  expect(links()).toBe(0);
});
