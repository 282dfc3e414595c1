import { expect, it } from 'vitest';
import { BubblewrapDriver } from '../../src/sandbox/bubblewrap/index.ts';
import { checkSandbox } from '../../src/sandbox/index.ts';
import { command, freshFolder, removeFolder } from './modes.ts';

it('finds that this machine can make sandboxes', async () => {
  const problems = await checkSandbox();
  expect(problems.filter((problem) => problem.severity === 'error')).toEqual([]);
});

it("says that bubblewrap is missing, and what to install, when 'bwrap' is not on the path", async () => {
  const before = process.env.PATH;
  process.env.PATH = '/nowhere';
  try {
    const problems = await checkSandbox();
    expect(problems.map((problem) => problem.code)).toEqual(['SBX002']);
    expect(problems[0]?.next).toContain('bubblewrap');
  } finally {
    process.env.PATH = before;
  }
});

it('runs many sandboxes at one time and again with the same driver', async () => {
  const folder = freshFolder();
  try {
    const driver = new BubblewrapDriver({ folder: `${folder}/driver`, hidden: [] });
    const one = async (number: number): Promise<string> => {
      let output = '';
      const onOutput = (bytes: Uint8Array): void => {
        output += Buffer.from(bytes).toString();
      };
      await driver.run(command(['sh', '-c', `echo ${number}`]), { onOutput, signal: undefined });
      return output;
    };
    const numbers = Array.from({ length: 12 }, (_, number) => number);
    for (let round = 0; round < 2; round += 1) {
      expect(await Promise.all(numbers.map(one))).toEqual(numbers.map((number) => `${number}\n`));
    }
  } finally {
    await removeFolder(folder);
  }
});

it('lets a slow taker of output slow the command down instead of keeping everything', async () => {
  const folder = freshFolder();
  try {
    const driver = new BubblewrapDriver({ folder: `${folder}/driver`, hidden: [] });
    let total = 0;
    let largest = 0;
    const onOutput = (bytes: Uint8Array): void => {
      total += bytes.byteLength;
      largest = Math.max(largest, bytes.byteLength);
    };
    const words = ['head', '-c', '200000000', '/dev/zero'];
    const { end } = await driver.run(command(words), { onOutput, signal: undefined });
    expect(end).toEqual({ kind: 'exited', code: 0 });
    expect(total).toBe(200_000_000);
    expect(largest).toBeLessThanOrEqual(1 << 20);
  } finally {
    await removeFolder(folder);
  }
});
