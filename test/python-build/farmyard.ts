import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { SandboxExecutor } from '../../src/app/python/sandbox-executor.ts';
import { decodeManifest, type Manifest } from '../../src/formats/pyresources/index.ts';
import { systemClock } from '../../src/host/index.ts';
import {
  type BuildOptions,
  ResourceBuild,
  type ResourceBuildReport,
  setUp,
  specialFolder,
} from '../../src/python-build/index.ts';
import { BubblewrapDriver } from '../../src/sandbox/bubblewrap/index.ts';

/** A folder to build in, with a site of small distributions. */
export class Farmyard {
  readonly folder = mkdtempSync(join(tmpdir(), 'packmill-python-build-'));
  readonly root = join(this.folder, 'work');
  readonly site = join(this.folder, 'site');

  constructor() {
    for (const path of [this.root, this.site, join(this.folder, 'sandbox'), join(this.folder, 'scratch')])
      mkdirSync(path);
  }

  /** Puts a distribution with one module into the site. */
  distribution(name: string, text: string, version = '1.0'): void {
    const info = join(this.site, `${name}-${version}.dist-info`);
    this.write(join(info, 'METADATA'), `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`);
    this.write(join(info, 'top_level.txt'), `${name}\n`);
    this.write(join(this.site, name, '__init__.py'), text);
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }

  path(name: string): string {
    return join(this.root, name);
  }

  text(name: string): string | undefined {
    return existsSync(this.path(name)) ? readFileSync(this.path(name), 'utf8') : undefined;
  }

  setUp(list: string, force = false): ReturnType<typeof setUp> {
    this.write(join(this.root, 'pip-packages'), list);
    return setUp({
      root: this.root,
      lists: [join(this.root, 'pip-packages')],
      special: [specialFolder],
      base: undefined,
      force,
    });
  }

  /** `cp -p -u` of Dockerfiles into the selection. */
  select(...stems: readonly string[]): void {
    for (const stem of stems) {
      execFileSync('cp', ['-p', '-u', this.path(`dockerfiles/all/${stem}`), this.path('dockerfiles/build/')]);
    }
  }

  async build(
    options: BuildOptions & {
      readonly mode?: 'content' | 'time';
      readonly legacy?: boolean;
      readonly base?: string;
      readonly root?: string;
    } = {},
  ): Promise<ResourceBuildReport> {
    return await (await this.open(options)).build({ keepGoing: true, ...options });
  }

  async open({
    mode,
    legacy,
    base,
    root = this.root,
  }: {
    readonly mode?: 'content' | 'time';
    readonly legacy?: boolean;
    readonly base?: string;
    readonly root?: string;
  }): Promise<ResourceBuild> {
    const executor = new SandboxExecutor({
      cage: {
        sandbox: new BubblewrapDriver({ folder: join(this.folder, 'sandbox'), hidden: [] }),
        root: { kind: 'host' },
        scratch: join(this.folder, 'scratch'),
        clock: systemClock,
      },
      python: '/usr/bin/python3',
      prefixes: [],
      sites: [this.site],
      archives: [join(this.folder, 'archives')],
      index: undefined,
      environments: join(root, 'build/environments'),
    });
    return await ResourceBuild.open({
      root,
      executor,
      base,
      clock: systemClock,
      ...(mode === undefined ? {} : { mode }),
      ...(legacy === undefined ? {} : { legacy }),
    });
  }

  manifest(name = 'build/manifest.json'): Manifest {
    return decodeManifest(this.text(name) ?? '', { file: name, folder: this.path('build') });
  }

  /** `name==version: kinds` of a manifest. */
  kinds(name?: string): readonly string[] {
    return this.manifest(name).map(
      ({ distribution, paths }) =>
        `${distribution.name}==${distribution.version}: ${[...paths.keys()].sort().join(' ')}`,
    );
  }

  copyTo(name: string): string {
    const target = join(this.folder, name);
    cpSync(this.root, target, { recursive: true, preserveTimestamps: true });
    return target;
  }

  /** Gives a file the time of now: one of the future would be newer than what is made of it. */
  touch(name: string): void {
    const now = new Date();
    utimesSync(this.path(name), now, now);
  }

  /** All files below a folder with their bytes. */
  files(folder: string): Record<string, string> {
    const found: Record<string, string> = {};
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      if (entry.isFile()) found[path.slice(folder.length)] = readFileSync(path, 'base64');
    }
    return found;
  }

  end(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
