// Two who read the same commit in one moment and want different recipes of it.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { Farm } from '../../src/app/farm.ts';
import { type CommitToRead, RecipeMemory } from '../../src/app/recipe-memory.ts';
import { fault } from '../../src/diagnostics/index.ts';
import { VirtualClock } from '../../src/host/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'packmill-recipe-memory-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('asks makepkg again for who wants a recipe that it refused, also beside one who does not', async () => {
  const clock = new VirtualClock();
  let asked = 0;
  const refuse = async (): Promise<never> => {
    asked += 1;
    throw fault('BLD013', { what: "makepkg refuses 'lib'" });
  };
  const memory = new RecipeMemory({ clock, jobs: 1, sandboxRoot: refuse } as unknown as Farm, 3);
  const path = join(folder, 'lib');
  mkdirSync(path);
  writeFileSync(join(path, 'PKGBUILD'), 'pkgname=lib\npkgver=1\npkgrel=1\narch=(any)\n');
  const commit = (name: string, wanted: readonly string[]): CommitToRead => ({
    source: 'recipes',
    commit: name,
    arch: 'x86_64',
    wanted: new Set(wanted),
    folders: async () => [{ name: 'lib', tree: 'a'.repeat(40) }] as never,
    layOut: async (some) => some.map(() => path),
  });
  await memory.read(commit('one', []));
  expect(asked).toBe(1);
  await memory.read(commit('two', ['lib']));
  expect(asked).toBe(1);
  await clock.advance(61_000);
  await Promise.all([
    memory.read(commit('three', [])),
    memory.read(commit('three', ['lib'])),
    memory.read(commit('three', ['lib'])),
  ]);
  expect(asked).toBe(2);
});
