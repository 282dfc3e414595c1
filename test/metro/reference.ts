import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { diskFiles } from '../../src/app/metro/index.ts';
import { loadMetro, type Program, plainValue } from '../../src/formats/metro/index.ts';

/** A program for both: a first file, and values that are passed. */
export interface Job {
  readonly root: string;
  readonly sets: Readonly<Record<string, string>>;
}

/** What a program came to, in the reference or here. */
export interface Outcome {
  readonly elements: Readonly<Record<string, string | readonly string[] | null>>;
  readonly errors: Readonly<Record<string, string>>;
  readonly fatal: string | null;
  readonly collected: readonly string[];
  readonly left: readonly string[];
}

/** Runs programs through the parser of a checkout of the reference, all in one process. */
export function askReference(checkout: string, jobs: readonly Job[]): readonly Outcome[] {
  const oracle = join(import.meta.dirname, '../../testdata/metro/oracle.py');
  const result = spawnSync('python3', [oracle, join(checkout, 'modules')], {
    input: JSON.stringify(jobs),
    maxBuffer: 1 << 29,
    env: { PATH: process.env.PATH ?? '', LC_ALL: 'C.UTF-8' },
  });
  if (result.status !== 0) throw new Error(`the reference ends with ${result.status}: ${result.stderr}`);
  return JSON.parse(result.stdout.toString());
}

/** The same here. A zapped element is null, as in the reference. */
export function askOurs({ root, sets }: Job): Outcome & { program: Program } {
  const loaded = loadMetro({ root, files: diskFiles(), sets: new Map(Object.entries(sets)) });
  if (!loaded.program) throw new Error(loaded.problem.what);
  return { ...outcomeOf(loaded.program), program: loaded.program };
}

/** What a program came to, in the shape of the reference. */
export function outcomeOf(program: Program): Outcome {
  const elements: Record<string, string | readonly string[] | null> = {};
  const errors: Record<string, string> = {};
  for (const name of program.names()) {
    const value = program.value(name);
    if (value?.kind === 'error') errors[name] = value.word;
    else if (value?.kind === 'single' && value.zapped) elements[name] = null;
    else if (value) elements[name] = plainValue(value) as string | readonly string[];
  }
  return {
    elements,
    errors,
    fatal: program.problems.find(({ severity }) => severity === 'error')?.code ?? null,
    collected: [...program.files.keys()],
    left: program.collects.filter(({ state }) => state === 'left').map(({ argument }) => argument),
  };
}

/** Where things of a build are looked for, and what the operator says of it (8.5, 9.2). */
export interface BuildChoice {
  readonly build: string;
  readonly archDesc: string;
  readonly subarch: string;
  readonly strategy: 'local' | 'remote';
  readonly seed: 'stage3' | 'stage1';
}

/** Writes a first file, as an operator would, and the control files of one build; returns the file. */
export function writeFarm(folder: string, checkout: string, choice: BuildChoice): string {
  const { build, archDesc, subarch, strategy, seed } = choice;
  const mirror = join(folder, 'mirror');
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  };
  const control = (sub: string): string => join(mirror, build, archDesc, sub, '.control');
  write(join(control(subarch), 'strategy/build'), `${strategy}\n`);
  write(join(control(subarch), 'strategy/seed'), `${seed}\n`);
  write(join(control(subarch), 'version/stage3'), '2019-01-01\n');
  write(join(control(subarch), 'version/stage1'), '2019-01-01\n');
  write(join(control(subarch), 'remote/build'), `${build}\n`);
  write(join(control(subarch), 'remote/arch_desc'), `${archDesc}\n`);
  write(join(control(subarch), 'remote/subarch'), 'generic_64\n');
  write(join(control('generic_64'), 'version/stage3'), '2018-12-12\n');
  write(join(control('generic_64'), 'version/stage1'), '2018-12-12\n');
  const root = join(folder, `${strategy}-${seed}.conf`);
  write(
    root,
    `[section host]
arch_desc: x86-64bit
[section path]
install: ${checkout}
tmp: /var/tmp/metro
cache: $[path/tmp]/cache
distfiles: /var/cache/portage/distfiles
work: $[path/tmp]/work/$[target/build]/$[target/name]
[section path/mirror]
: ${mirror}
owner: root
group: root
dirmode: 775
[section portage]
MAKEOPTS: auto
[section emerge]
options: --jobs=4 --load-average=4 --keep-going=n
[collect $[path/install]/etc/master.conf]
`,
  );
  return root;
}
