// The whole command line on 2,400 recipes that are all built and published already: what `packmill plan` and a
// `packmill build` that finds nothing to do cost as processes, beside `cat` of the same files.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Farm, initFarm, openFarm } from '../src/app/index.ts';
import { jobId } from '../src/primitives/index.ts';
import { discover, loadAll } from '../src/recipes/pkgbuild/index.ts';
import { stubPackage } from '../test/publisher/stub-packages.ts';
import { fill, listInputs } from './plan.ts';

const arch = 'x86_64';
const rounds = 7;
const program = join(dirname(import.meta.dirname), 'bin', 'packmill');

/** Prints medians of rounds in which the commands take turns. */
export async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'packmill-bench-unchanged-'));
  try {
    const recipes = join(folder, 'recipes');
    const farmFolder = join(folder, 'farm');
    fill(recipes);
    await prepare(farmFolder, recipes);
    measure(farmFolder, recipes);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function prepare(folder: string, recipes: string): Promise<void> {
  await initFarm({ folder, repository: 'bench', arch, gnupgHome: undefined, key: undefined });
  // upstreams on the network are no part of this
  const settings = `repository: bench\narch: ${arch}\nsources:\n  upstream-heads: false\n`;
  writeFileSync(join(folder, 'packmill.yaml'), settings);
  const farm = await openFarm(folder, 'write');
  try {
    await publishAll(farm, recipes);
  } finally {
    await farm.close();
  }
}

/** As if every recipe had been built: a success in the record, and a small package of each name published. */
async function publishAll(farm: Farm, recipes: string): Promise<void> {
  const { folders } = discover([recipes]);
  const loaded = await loadAll(folders, { arch });
  const add = [];
  for (const [index, { recipe }] of loaded.entries()) {
    if (!recipe) {
      // it would be read by makepkg in a sandbox each time, which is another measurement
      rmSync(folders[index] ?? '', { recursive: true });
      continue;
    }
    const { name, version, outputs, inputDigest } = recipe;
    const success = { inputDigest, version, outputs, providedSonames: [], neededSonames: [] };
    farm.database.inventory.succeeded(jobId({ target: 'bench', arch, name }), success, undefined);
    const stub = stubPackage({ name, contentBytes: 64 });
    await farm.store.putBytes(stub.bytes);
    add.push(stub.toPublish);
  }
  await farm.repositories.publish({ repo: 'bench', arch, add, remove: [], reason: 'bench' });
}

function measure(farm: string, recipes: string): void {
  const files = listInputs(recipes);
  const packmill = (...args: string[]) => [process.execPath, program, '--farm', farm, ...args];
  const commands = [
    { name: 'cat of the same files', words: ['cat', ...files] },
    { name: 'packmill --version', words: packmill('--version') },
    { name: 'packmill status', words: packmill('status') },
    { name: 'packmill plan', words: packmill('plan', recipes) },
    { name: 'packmill build, nothing to do', words: packmill('build', recipes) },
  ];
  const times = commands.map((): number[] => []);
  for (let round = -1; round < rounds; round += 1) {
    for (const [index, { words }] of commands.entries()) {
      const [command = '', ...args] = words;
      const start = performance.now();
      const { status } = spawnSync(command, args, { stdio: 'ignore' });
      // 1: some recipe of the sample has a mistake, which is told and changes nothing for the others
      if (status !== 0 && status !== 1) throw new Error(`'${commands[index]?.name}' ended with ${status}`);
      if (round >= 0) times[index]?.push(performance.now() - start);
    }
  }
  const medians = times.map((list) => list.sort((a, b) => a - b)[rounds >> 1] ?? Number.NaN);
  console.log(
    `${readdirSync(recipes).length} recipes, ${files.length} files; load ${loadavg()[0]?.toFixed(1)}`,
  );
  for (const [index, { name }] of commands.entries()) {
    const ms = medians[index] ?? Number.NaN;
    const ratio = (ms / (medians[0] ?? Number.NaN)).toFixed(2);
    console.log(`${name.padEnd(34)} ${ms.toFixed(0).padStart(8)} ms ${ratio.padStart(6)} x cat`);
  }
}
