// `packmill demo stages`: a small distribution (examples/stages) from a seed that is made of this machine's compiler and BusyBox, through
// stage1, stage2 and stage3; again, when there is nothing to do; for another processor from the first one's stage3; with other packages;
// as an image for container engines; and the stage3 with a shell in a sandbox, which compiles a program. The first word is the
// folder to do it in. PACKMILL_DEMO_KERNEL may name a package of a kernel for Debian; then an image to boot from is made, too.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fail, run, say } from './demo-tools.ts';
import { inCage } from './stages/cage.ts';
import { makeSeed, processors } from './stages/seed.ts';

const here = dirname(fileURLToPath(import.meta.url));
const program = join(dirname(here), 'bin', 'packmill');
const [given] = process.argv.slice(2);
const demo = given === undefined ? join(dirname(here), '.farm', 'demo-stages') : resolve(given);
const mirror = join(demo, 'mirror');
const version = '2026-01-31';
const { archDesc, other } = processors;

const print = (text: string): void => void process.stdout.write(`${text}\n`);

interface TargetEnd {
  readonly target: string;
  readonly how: string;
  readonly result?: string;
  readonly sizeBytes?: number;
  readonly digest?: string;
}

/** Runs packmill as a person would, showing the command; returns what it prints. */
function packmill(...words: readonly string[]): string {
  print(`$ packmill ${words.filter((word) => word !== '--json').join(' ')}`);
  const all = ['--farm', join(demo, 'farm'), ...words];
  const done = spawnSync(process.execPath, [program, ...all], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (done.status !== 0) fail(`it ended with ${done.status ?? done.signal}\n${done.stdout}${done.stderr}`);
  return done.stdout;
}

/** Builds targets of a build and a subarch; returns how each ended. */
function build(
  of: { readonly build: string; readonly subarch: string },
  words: readonly string[],
): readonly TargetEnd[] {
  const started = performance.now();
  const values = [
    ...[`path/mirror=${mirror}`, `path/ports=${join(here, 'stages', 'ports')}`, `target/version=${version}`],
    ...[`target/build=${of.build}`, `target/arch_desc=${archDesc}`, `target/subarch=${of.subarch}`],
  ];
  const file = join(here, 'stages', 'farm.conf');
  const text = packmill('--json', 'stage', 'build', file, ...words, ...values);
  const { targets } = JSON.parse(text) as { targets: readonly TargetEnd[] };
  for (const { target, how, sizeBytes, digest } of targets) {
    const size =
      sizeBytes === undefined ? '' : `, ${(sizeBytes / 1e6).toFixed(1)} MB, sha256 ${digest?.slice(0, 12)}`;
    print(`${target}: ${how}${size}`);
  }
  print(`(${((performance.now() - started) / 1000).toFixed(1)} s)`);
  return targets;
}

const home = (ofBuild: string, subarch: string): string => join(mirror, ofBuild, archDesc, subarch);

function control(folder: string, values: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(values)) {
    const path = join(folder, '.control', name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${value}\n`);
    print(`${path.slice(mirror.length + 1)}: ${value}`);
  }
}

/** Sets a subarch up to begin with the stage3 that the first one has. */
function fromFirst(folder: string): void {
  control(folder, {
    ...{ 'strategy/build': 'remote', 'strategy/seed': 'stage3' },
    ...{ 'remote/build': 'small', 'remote/arch_desc': archDesc, 'remote/subarch': 'generic_64' },
  });
}

/** Runs a script with the shell of a stage, in a sandbox that has nothing else. */
function boot(archive: string, name: string, script: string): string {
  const root = join(demo, name);
  mkdirSync(root);
  run('tar', ['-xzf', archive, '-C', root, '--no-same-owner']);
  const text = run('bwrap', inCage(root, script));
  process.stdout.write(text);
  rmSync(root, { recursive: true });
  return text;
}

// a folder that somebody names is theirs: nothing in it is removed
if (given === undefined) rmSync(demo, { recursive: true, force: true });
else if (existsSync(demo) && readdirSync(demo).length > 0) fail(`'${demo}' is not empty`);
mkdirSync(demo, { recursive: true });

say('a seed is made of the compiler, make and BusyBox of this machine');
const seed = join(demo, 'seed.tar.gz');
const digest = await makeSeed(join(demo, 'seed'), seed);
print(`${seed}, sha256 ${digest}`);
packmill('init', '--repo', 'small');
packmill(
  'stage',
  'seed',
  'import',
  seed,
  mirror,
  `small/${archDesc}/generic_64/2026-01-01`,
  '--sha256',
  digest,
);

say('from the seed through stage1 and stage2 to stage3');
const first = build({ build: 'small', subarch: 'generic_64' }, ['multi=yes', 'multi/mode=full']);
if (first.some(({ how }) => how !== 'built')) fail('something was there already');

say('the same again');
const again = build({ build: 'small', subarch: 'generic_64' }, ['stage3']);
if (again.some(({ how }) => how === 'built')) fail('the second run built something');

say(`a remote build: ${other} begins with the stage3 of generic_64`);
fromFirst(home('small', other));
build({ build: 'small', subarch: other }, ['multi=yes', 'multi/mode=full']);
const strategy = readFileSync(join(home('small', other), '.control/strategy/build'), 'utf8').trim();
print(`strategy/build is '${strategy}' from now on`);
if (strategy !== 'local') fail('the next build would not begin with its own stage3');

say('a tailored build: other packages');
fromFirst(home('small-tools', 'generic_64'));
build({ build: 'small-tools', subarch: 'generic_64' }, ['multi=yes', 'multi/mode=full']);

say('an image for container engines');
build({ build: 'small', subarch: 'generic_64' }, ['oci']);

const kernel = process.env['PACKMILL_DEMO_KERNEL'];
say('an image that a machine boots from');
if (kernel === undefined) {
  print(
    'left out: PACKMILL_DEMO_KERNEL names no kernel (download linux-image-cloud-amd64 of Debian, for example)',
  );
} else {
  const sum = createHash('sha256').update(readFileSync(kernel)).digest('hex');
  const values = [`path/distfiles=${dirname(resolve(kernel))}`, `live/kernel=${basename(kernel)}`];
  build({ build: 'small', subarch: 'generic_64' }, ['live', ...values, `live/kernel/sha256=${sum}`]);
}

say('the stage3 of the remote build: a shell, and a compiler that works');
const program3 = `
cat > try.c <<END
#include <small.h>
int main(void) { small_greet("try", "a sandbox"); return 0; }
END
cc -O2 -o try try.c -lsmall
./try
hello
cat /etc/motd`;
const said = boot(join(home('small', other), 'stage3-latest.tar.gz'), 'root', program3);
if (!said.includes(`try for a sandbox on Small 1 for ${other}, ${version}\nhello for ${other} on `))
  fail('it did not say so');

say('the stage3 with other packages');
const tools = boot(
  join(home('small-tools', 'generic_64'), 'stage3-latest.tar.gz'),
  'tools',
  'cat /etc/motd; primes 20 | count; test ! -e /usr/bin/hello',
);
if (!tools.includes('8 8 20')) fail('the tools do not work');

say('all that is published is checked');
process.stdout.write(packmill('stage', 'mirror', 'list', mirror));
process.stdout.write(packmill('stage', 'mirror', 'verify', mirror));
say(`done. The mirror stands at ${mirror}`);
