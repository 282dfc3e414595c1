import { type ChildProcess, spawn } from 'node:child_process';
import { chownSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unchecked } from '../unchecked-recipe.ts';

export const project = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const ordinaryId = '65534';

/** Shows the clone `$0` at `$1` in a mount namespace of its own, and becomes the rest as an ordinary user. */
const stepDown = `mount --bind "$0" "$1" && shift && exec setpriv --reuid ${ordinaryId} --regid ${ordinaryId} --clear-groups "$@"`;

/** The Node we run under, as seen in a clone at another place. */
function runtimeIn(place: string): string {
  const inside = relative(project, process.execPath);
  return inside.startsWith('..') ? process.execPath : join(place, inside);
}

/** What a finished packmill left. */
export interface Ran {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** One row of `build --json`. */
export interface JobRow {
  readonly id: string;
  readonly state: string;
  readonly outcome: string | null;
  readonly reason: string;
  readonly durationMs: number | null;
  readonly log: string | null;
  readonly code?: string | null;
}

/** A farm of its own in a temporary folder, driven through the real command line. */
export class FarmFixture {
  readonly folder = mkdtempSync(join(tmpdir(), 'packmill-farm-'));
  readonly farm = join(this.folder, 'farm');
  readonly recipes = join(this.folder, 'recipes');

  /** Words before packmill's own command line; undefined: packmill is started as who we are. */
  readonly #before: readonly string[] | undefined;

  /** `ordinary`: packmill runs as a user who owns nothing else, also where the tests are root. */
  constructor(options: { readonly ordinary?: boolean } = {}) {
    mkdirSync(this.recipes);
    const stepsDown = options.ordinary === true && process.getuid?.() === 0;
    if (!stepsDown) return;
    mkdirSync(this.#clone);
    this.#before = ['unshare', '--mount', 'sh', '-c', stepDown, project, this.#clone];
    chownSync(this.folder, Number(ordinaryId), Number(ordinaryId));
  }

  /** Where an ordinary user finds the clone, which may lie in root's home. */
  get #clone(): string {
    return join(this.folder, 'clone');
  }

  /** Starts packmill with `--farm` and returns at once. */
  start(...args: string[]): ChildProcess {
    const place = this.#before === undefined ? project : this.#clone;
    const program = [runtimeIn(place), join(place, 'bin', 'packmill'), '--farm', this.farm, ...args];
    const [command = '', ...rest] = [...(this.#before ?? []), ...program];
    const home = this.#before === undefined ? {} : { HOME: this.folder };
    return spawn(command, rest, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...home, NO_COLOR: '1' },
    });
  }

  /** Runs packmill to its end. */
  async run(...args: string[]): Promise<Ran> {
    return await finished(this.start(...args));
  }

  /** Runs a command that has to go well. */
  async do(...args: string[]): Promise<string> {
    const ran = await this.run(...args);
    if (ran.code !== 0)
      throw new Error(`packmill ${args.join(' ')} ended with ${ran.code}:\n${ran.stdout}${ran.stderr}`);
    return ran.stdout;
  }

  /** `build --json`, whatever its exit code; jobs by recipe name. */
  async build(...args: string[]): Promise<{ ran: Ran; jobs: Map<string, JobRow> }> {
    const ran = await this.run('--json', 'build', ...args);
    const report = parse<{ jobs: JobRow[] }>(ran);
    return { ran, jobs: new Map(report.jobs.map((job) => [job.id.split('/')[2] ?? job.id, job])) };
  }

  /** Adds lines to packmill.yaml. */
  configure(yaml: string): void {
    const path = join(this.farm, 'packmill.yaml');
    writeFileSync(path, `${readFileSync(path, 'utf8')}\n${yaml}\n`);
  }

  /** Replaces packmill.yaml. */
  settings(yaml: string): void {
    writeFileSync(join(this.farm, 'packmill.yaml'), `${yaml}\n`);
  }

  /** Copies a recipe folder of the project among the farm's recipes. */
  copyRecipe(path: string, name = path.split('/').at(-1) ?? path): string {
    const to = join(this.recipes, name);
    cpSync(join(project, path), to, { recursive: true });
    return to;
  }

  /** Writes a recipe from file names and texts; `.SRCINFO` is left to packmill. */
  writeRecipe(name: string, files: Readonly<Record<string, string>>): string {
    const folder = join(this.recipes, name);
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), text);
    }
    return folder;
  }

  /** Text of a job's newest log. */
  log(name: string): Promise<string> {
    return this.do('logs', name);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Waits for a process and gathers what it prints. */
export function finished(child: ChildProcess): Promise<Ran> {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

/** What `--json` printed; the whole story when it is no JSON. */
export function parse<Value>(ran: Ran): Value {
  try {
    return JSON.parse(ran.stdout) as Value;
  } catch {
    throw new Error(`no JSON, exit ${ran.code}:\n${ran.stdout}\n${ran.stderr}`);
  }
}

/** A PKGBUILD for tests: an arch=any package with one text file, and whatever lines are added. */
export function simpleRecipe(name: string, lines: string = '', version = '1.0'): Record<string, string> {
  return {
    PKGBUILD: `pkgname=${name}
pkgver=${version}
pkgrel=1
pkgdesc='made for a test'
arch=(any)
license=(MIT)
${unchecked}
package() {
  mkdir -p "$pkgdir/usr/share/${name}"
  echo "${name} ${version}" > "$pkgdir/usr/share/${name}/version"
}
${lines}
`,
  };
}
