import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GitHttpServer } from '../git/http-backend.ts';
import { type Files, folderOf, recipe } from './recipe-texts.ts';
import { RecipeWorld } from './recipe-world.ts';

let world: RecipeWorld;
let upstream: GitHttpServer;
let url = '';
const path = process.env['PATH'];

beforeEach(async () => {
  world = await RecipeWorld.open();
  upstream = new GitHttpServer(world.folder);
  url = await upstream.listen();
});
afterEach(async () => {
  process.env['PATH'] = path;
  await upstream.close();
  await world.dispose();
});

/** How many processes of git, or of another program, we start while something is done. */
async function counted(work: () => Promise<unknown>, program = 'git'): Promise<number> {
  const folder = join(world.folder, 'bin');
  const log = join(folder, 'log');
  const real = execFileSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).trim();
  mkdirSync(folder, { recursive: true });
  writeFileSync(log, '');
  writeFileSync(join(folder, program), `#!/bin/sh\necho "$*" >> ${log}\nexec ${real} "$@"\n`);
  chmodSync(join(folder, program), 0o755);
  process.env['PATH'] = `${folder}:${path}`;
  await work();
  process.env['PATH'] = path;
  const lines = readFileSync(log, 'utf8').split('\n').filter(Boolean);
  // the server of this test is one, too
  return lines.filter((line) => !line.includes('http-backend')).length;
}

/** Packages of the AUR and packages that follow a git repository each, all of them up to date. */
function packages(from: number, to: number): Files {
  let files: Files = {};
  for (let index = from; index < to; index += 1) {
    world.pushToAur(`a${index}`, recipe(`a${index}`), { modified: 1 });
    world.pushUpstream(`v${index}.git`, {});
    const wishes = { sources: [`git+${url}/v${index}.git`] };
    files = { ...files, ...folderOf(`a${index}`, 'CI_PKGBUILD_SOURCE=aur\n') };
    files = { ...files, ...folderOf(`v${index}-git`, 'CI_PKGBUILD_SOURCE=custom\n', wishes) };
  }
  return files;
}

describe('a run in which nothing changed', () => {
  it('costs requests, and no more processes for more packages', async () => {
    world.commit(packages(0, 2));
    await world.run();
    const few = await counted(() => world.run());
    world.commit(packages(2, 12));
    await world.run();
    const before = upstream.seen.length;
    const many = await counted(() => world.run());
    expect(many).toBe(few);
    expect(upstream.seen.length - before).toBe(12);
  });
});

describe('a run in which recipes changed', () => {
  it('costs one process of git for each recipe that is new in the AUR', async () => {
    world.commit(packages(0, 12));
    await world.run();
    const changed = async (count: number, pkgver: string): Promise<number> => {
      for (let index = 0; index < count; index += 1)
        world.pushToAur(`a${index}`, recipe(`a${index}`, { pkgver }), { modified: Number(pkgver) });
      let done: readonly string[] = [];
      const processes = await counted(async () => {
        done = (await world.run()).delivered;
      });
      expect(done).toHaveLength(count);
      return processes;
    };
    const few = await changed(2, '2');
    expect((await changed(12, '3')) - few).toBe(10);
  });

  it('formats only a PKGBUILD that is another one than ours', async () => {
    world.commit(packages(0, 2));
    await world.run();
    world.pushToAur('a0', { ...recipe('a0'), note: 'x' }, { modified: 2 });
    expect(await counted(() => world.run(), 'shfmt')).toBe(0);
    world.pushToAur('a0', recipe('a0', { pkgver: '2' }), { modified: 3 });
    expect(await counted(() => world.run(), 'shfmt')).toBe(1);
  });
});
