import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { upstreamMounts } from './upstream-map.ts';

describe('what the fetch step sees of this machine', () => {
  // not where tests usually have their folders: memory is below /dev, which is never shown
  const folder = mkdtempSync('/var/tmp/packmill-upstream-');
  const farm = join(folder, 'farm');
  const repository = join(folder, 'repository');
  mkdirSync(join(farm, 'keys'), { recursive: true });
  mkdirSync(repository);
  symlinkSync(join(farm, 'keys'), join(folder, 'link'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const mountsOf = async (path: string, allowed: 'any' | string[] = 'any') =>
    (await upstreamMounts([path], new Map(), { allowed, farm })).mounts;

  it('is the folder that a source names, read-only, at its own path', async () => {
    expect(await mountsOf(repository)).toEqual([{ source: repository, target: repository, writable: false }]);
  });
  it('is never the farm, nor a way to it', async () => {
    for (const path of [farm, join(farm, 'keys'), folder, join(folder, 'link')]) {
      await expect(mountsOf(path)).rejects.toMatchObject({ problem: { code: 'BLD018' } });
    }
  });
  it('is nothing of the system', async () => {
    await expect(mountsOf('/etc/passwd')).rejects.toMatchObject({ problem: { code: 'BLD018' } });
  });
  it('is only what lies below the allowed folders when there are any', async () => {
    expect(await mountsOf(repository, [repository])).toHaveLength(1);
    await expect(mountsOf(repository, ['/elsewhere'])).rejects.toMatchObject({ problem: { code: 'BLD018' } });
  });
  it('leaves what does not exist to makepkg', async () => {
    expect(await mountsOf(join(folder, 'gone'))).toEqual([]);
  });
  it('shows mapped folders below /upstreams and rewrites their addresses', async () => {
    const map = new Map([
      ['https://a.example.org/', '/srv/mirror'],
      ['https://b.example.org/', 'https://c.example.org/'],
    ]);
    expect(await upstreamMounts([], map, { allowed: 'any', farm })).toEqual({
      mounts: [{ source: '/srv/mirror', target: '/upstreams/0', writable: false }],
      rewrites: [
        { prefix: 'https://a.example.org/', replacement: 'file:///upstreams/0/' },
        { prefix: 'https://b.example.org/', replacement: 'https://c.example.org/' },
      ],
    });
  });
});
