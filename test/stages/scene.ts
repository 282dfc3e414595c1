import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  openStages,
  type RunEnd,
  runRequest,
  runTargets,
  type StageEvent,
  type StageHands,
} from '../../src/app/stages/index.ts';
import { removeTree } from '../../src/host/index.ts';

const applets = [
  'sh',
  'ash',
  'cat',
  'chmod',
  'chown',
  'cp',
  'date',
  'dd',
  'echo',
  'env',
  'false',
  'grep',
  'id',
  'kill',
  'ln',
  'ls',
  'mkdir',
  'mknod',
  'mount',
  'mv',
  'rm',
  'sed',
  'setsid',
  'sleep',
  'stat',
  'touch',
  'uname',
  'true',
  'wget',
  'yes',
  'hostname',
];

export const subarch = 'tiny-current/x86-64bit/generic_64';
export const version = '2026-01-31';
export const seedVersion = '2026-01-01';

/** Files of the language that every build of a scene begins with. */
const root = (mirror: string): string => `[section path]
mirror: ${mirror}
work: /srv/work

[section target]
build: tiny-current
arch_desc: x86-64bit
subarch: generic_64
version: ${version}
compression: none

[collect ../targets/$[target:zap].spec]
`;

/** Bash with the libraries that it needs here: the interpreter that says where a script fails. */
function addBash(tree: string): void {
  const listed = execFileSync('ldd', ['/bin/bash'], { encoding: 'utf8' });
  const libraries = [...listed.matchAll(/(\/\S+) \(0x/g)].map(([, path]) => path as string);
  for (const path of ['/bin/bash', ...libraries]) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    copyFileSync(path, join(tree, path));
  }
}

/** A mirror with a BusyBox as its seed, files that build from it, and a folder for the rest. */
export class Scene {
  readonly folder: string;
  readonly mirror: string;

  /** `existing`: the folder of a scene that another process has made. */
  constructor({ existing }: { readonly existing?: string } = {}) {
    this.folder = existing ?? mkdtempSync(join(tmpdir(), 'packmill-stages-'));
    this.mirror = join(this.folder, 'mirror');
    if (existing !== undefined) return;
    this.write('etc/farm.conf', root(this.mirror));
    this.control('strategy/build', 'local');
    this.control('strategy/seed', 'stage3');
    this.addSeed('stage3', seedVersion, subarch, addBash);
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  write(name: string, text: string): string {
    const path = this.path(name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  }

  /** Writes the file of a target; lines of its `steps/chroot/run` when only those are given. */
  target(name: string, text: string): void {
    const isWhole = /^\[section|^[a-z/]+: /m.test(text);
    this.write(`targets/${name}.spec`, isWhole ? text : `[section steps]\nchroot/run: [\n${text}\n]\n`);
  }

  control(name: string, text: string, of = subarch): void {
    this.write(`mirror/${of}/.control/${name}`, `${text}\n`);
  }

  readControl(name: string): string | undefined {
    return this.read(`mirror/${subarch}/.control/${name}`)?.trim();
  }

  read(name: string): string | undefined {
    try {
      return readFileSync(this.path(name), 'utf8');
    } catch {
      return undefined;
    }
  }

  /** Puts a tree of BusyBox alone into the mirror and names it in the control file. */
  addSeed(type: string, of: string, place = subarch, change: (tree: string) => void = () => {}): string {
    const tree = this.path(`seeds/${place}/${type}-${of}`);
    for (const name of ['bin', 'dev', 'etc', 'proc', 'root', 'run', 'tmp', 'usr', 'var']) {
      mkdirSync(join(tree, name), { recursive: true });
    }
    chmodSync(join(tree, 'tmp'), 0o1777);
    copyFileSync('/bin/busybox', join(tree, 'bin/busybox'));
    for (const name of applets) symlinkSync('busybox', join(tree, 'bin', name));
    writeFileSync(join(tree, 'etc/seed'), `${type} ${of}\n`);
    change(tree);
    const [build, , sub] = place.split('/');
    const archive = this.path(`mirror/${place}/${of}/${type}-${sub}-${build}-${of}.tar`);
    mkdirSync(dirname(archive), { recursive: true });
    execFileSync('tar', ['-C', tree, '--sort=name', '--mtime=@0', '-cf', archive, '.']);
    this.control(`version/${type}`, of, place);
    return archive;
  }

  result(target: string, of = version): string {
    return this.path(`mirror/${subarch}/${of}/${target}-generic_64-tiny-current-${of}.tar`);
  }

  hands(more: Partial<StageHands> = {}): StageHands {
    return { ...openStages(this.path('farm'), { onEvent: () => {}, signal: undefined }), ...more };
  }

  /** Builds a target and collects what its steps print. */
  async build(
    target: string | undefined,
    values: readonly string[] = [],
    more: Partial<StageHands> & { readonly replace?: boolean } = {},
  ): Promise<RunEnd & { readonly output: string; readonly events: readonly StageEvent[] }> {
    const events: StageEvent[] = [];
    let output = '';
    const hands = this.hands({
      ...more,
      onEvent: (event) => {
        events.push(event);
        if (event.kind === 'output') output += Buffer.from(event.bytes).toString('utf8');
        more.onEvent?.(event);
      },
    });
    const end = await runTargets(hands, this.request(target, values, more.replace));
    return { ...end, output, events };
  }

  request(target: string | undefined, values: readonly string[] = [], replace = false) {
    return runRequest({ file: this.path('etc/farm.conf'), values, target, overrides: [], replace });
  }

  /** Names in a packed root. */
  members(path: string): readonly string[] {
    return execFileSync('tar', ['-tf', path], { encoding: 'utf8' }).trim().split('\n');
  }

  member(path: string, name: string): string {
    return execFileSync('tar', ['-xOf', path, name], { encoding: 'utf8' });
  }

  async end(): Promise<void> {
    await removeTree(this.folder);
  }
}
