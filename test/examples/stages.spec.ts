import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inCage } from '../../examples/stages/cage.ts';
import { makeSeed } from '../../examples/stages/seed.ts';
import { openProgram } from '../../src/app/metro/index.ts';
import { openStages, runRequest, runTargets, takeSeed } from '../../src/app/stages/index.ts';
import { removeTree } from '../../src/host/index.ts';

const file = join(import.meta.dirname, '../../examples/stages/farm.conf');
const version = '2026-01-31';

let folder: string;
let mirror: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'packmill-small-'));
  mirror = join(folder, 'mirror');
});
afterAll(() => removeTree(folder));

const values = (): readonly string[] => [
  ...[`path/mirror=${mirror}`, `path/ports=${join(file, '../ports')}`, `target/version=${version}`],
  'compression/published=none',
];

it('every target of the example has all its values, for each build and processor', () => {
  for (const build of ['small', 'small-tools'])
    for (const subarch of ['generic_64', 'core2_64'])
      for (const target of ['snapshot', 'stage1', 'stage2', 'stage3', 'oci', 'live']) {
        const own = [`target/build=${build}`, `target/subarch=${subarch}`, `target=${target}`];
        const kernel = target === 'live' ? ['live/kernel=x.deb', 'live/kernel/sha256=0'] : [];
        const program = openProgram({
          file,
          values: [...values(), ...own, ...kernel],
          overrides: [],
          query: false,
        });
        const wrong = [...program.names()].filter((name) => program.value(name)?.kind === 'error');
        expect([target, program.problems, wrong]).toEqual([target, [], []]);
      }
});

it('9.1: a seed becomes, by way of stage1 and stage2, a stage3 whose shell runs in a sandbox and whose compiler compiles', async () => {
  const seed = join(folder, 'seed.tar');
  const digest = await makeSeed(join(folder, 'seed'), seed);
  const identity = { build: 'small', archDesc: 'x86-64bit', subarch: 'generic_64', version: '2026-01-01' };
  const proof = { digest, signature: undefined };
  await takeSeed({ file: seed, mirror, identity, type: 'stage3', proof }, join(folder, 'farm'));
  const hands = openStages(join(folder, 'farm'), { onEvent: () => {}, signal: undefined });
  const request = { file, target: undefined, overrides: [], replace: false };
  const end = await runTargets(
    hands,
    runRequest({ ...request, values: [...values(), 'multi=yes', 'multi/mode=full'] }),
  );
  expect([end.problem, end.targets.map(({ target, how }) => `${target} ${how}`)]).toEqual([
    undefined,
    ['snapshot built', 'stage1 built', 'stage2 built', 'stage3 built'],
  ]);
  const home = join(mirror, 'small/x86-64bit/generic_64');
  expect(readFileSync(join(home, '.control/version/stage3'), 'utf8')).toBe(`${version}\n`);
  expect(readFileSync(join(mirror, 'index.xml'), 'utf8')).toContain(
    '<info name="CHOST" value="x86_64-pc-linux-gnu"/>',
  );
  const root = join(folder, 'root');
  mkdirSync(root);
  execFileSync('tar', ['-xf', join(home, 'stage3-latest.tar'), '-C', root, '--no-same-owner']);
  expect(readdirSync(join(root, 'var/db/small'), { recursive: true }).sort()).toEqual([
    'apps',
    'apps/hello',
    'core',
    'core/init',
    'core/libsmall',
  ]);
  const script = `cat > try.c <<END
#include <small.h>
int main(void) { small_greet("try", "a sandbox"); return 0; }
END
cc -O2 -o try try.c -lsmall
./try
hello`;
  const said = execFileSync('bwrap', inCage(root, script), { encoding: 'utf8' });
  const release = `Small 1 for generic_64, ${version}`;
  expect(said).toBe(`try for a sandbox on ${release}\nhello for generic_64 on ${release}\n`);
});
