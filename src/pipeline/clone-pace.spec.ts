import { describe, expect, it } from 'vitest';
import { fault } from '../diagnostics/index.ts';
import { ClonePace } from './clone-pace.ts';

const down = () => Promise.reject(fault('GIT001', { what: 'it is out of reach' }));
const gone = () => Promise.reject(fault('GIT004', { what: 'it is not there' }));
const codeOf = (error: unknown) => (error as { problem: { code: string } }).problem.code;

describe('clones', () => {
  it('are so many at once from each host, in their order, and others do not wait', async () => {
    const pace = new ClonePace(2);
    const log: string[] = [];
    const ends = new Map<string, () => void>();
    const clone = (url: string) =>
      pace.turn(url, () => {
        log.push(url);
        return new Promise<void>((resolve) => ends.set(url, resolve));
      });
    const names = ['https://a/1', 'https://user@a/2', 'https://a/3', 'https://a/4', 'https://b/1'];
    const all = names.map(clone);
    await Promise.resolve();
    expect(log).toEqual(['https://a/1', 'https://user@a/2', 'https://b/1']);
    for (const name of names) {
      ends.get(name)?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(all);
    expect(log.slice(3)).toEqual(['https://a/3', 'https://a/4']);
  });

  it('are no longer tried from a host that did not answer three times in a row', async () => {
    const pace = new ClonePace(1);
    for (let count = 0; count < 3; count += 1) await pace.turn('https://a/x', down).catch(() => undefined);
    await expect(pace.turn('https://a/y', () => Promise.resolve(1)).catch(codeOf)).resolves.toBe('CIS017');
    await expect(pace.turn('https://b/y', () => Promise.resolve(1))).resolves.toBe(1);
    // what stands behind '?' is no host
    await expect(pace.turn('https://a?@b/y', () => Promise.resolve(1)).catch(codeOf)).resolves.toBe('CIS017');
  });

  it('go on from a host that answers, be it that there is nothing', async () => {
    const pace = new ClonePace(1);
    for (let count = 0; count < 9; count += 1) {
      await pace.turn('https://a/x', count % 3 === 2 ? gone : down).catch(() => undefined);
    }
    await expect(pace.turn('https://a/y', () => Promise.resolve(1))).resolves.toBe(1);
  });
});
