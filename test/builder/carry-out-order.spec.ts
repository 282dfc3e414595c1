import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { carryOutOrder } from '../../src/app/carry-out-order.ts';
import { type Code, fault } from '../../src/diagnostics/index.ts';

type Parameters0 = Parameters<typeof carryOutOrder>;

let work = '';
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'packmill-order-'));
});
afterEach(() => rmSync(work, { recursive: true }));

/** An order whose inputs do not arrive, for a given reason; the outcome and the log. */
async function withoutInputs(error: unknown, signal = new AbortController().signal) {
  const log: string[] = [];
  const fetch = (): Promise<never> => Promise.reject(error);
  const scene = { work, transport: { fetch }, sandbox: { removeFolder: async () => {} } };
  const order = { attempt: 7, fence: 1, token: 't', introduction: [], recipe: {}, dependencies: [] };
  const { outcome } = await carryOutOrder(
    scene as unknown as Parameters0[0],
    order as unknown as Parameters0[1],
    { say: (line: string) => log.push(line) } as unknown as Parameters0[2],
    signal,
  );
  return { outcome, log };
}

it.each<Code>(['BLD040', 'SSH003', 'FET007', 'GIT001', 'SYS004', 'SYS008'])(
  'a job whose inputs do not get to the builder (%s) is given out again, and its log says why',
  async (code) => {
    const { outcome, log } = await withoutInputs(fault(code, { what: 'the way is broken' }));
    expect(outcome).toEqual({ kind: 'lost', reason: 'the way is broken' });
    expect(log.join(' ')).toContain(`${code}`);
  },
);

it('a full disk is no failure of the recipe', async () => {
  const full = Object.assign(new Error('no space'), { code: 'ENOSPC' });
  expect((await withoutInputs(full)).outcome).toEqual({ kind: 'lost', reason: 'the disk is full' });
});

it('what the manager refuses for good fails the job', async () => {
  const { outcome } = await withoutInputs(fault('BLD041', { what: 'no' }));
  expect(outcome).toMatchObject({ kind: 'failed', problem: { code: 'BLD041' } });
});
