import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import { newestCommit, nobodysGit } from '../git/nobodys-git.ts';

const program = join(import.meta.dirname, '..', '..', 'bin', 'packmill');

const leftovers: (() => void)[] = [];

afterAll(() => {
  for (const clear of leftovers.splice(0).reverse()) clear();
});

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  /** Lines of the report. */
  readonly events: readonly Readonly<Record<string, unknown>>[];
}

type Files = Readonly<Record<string, string | null>>;

/** Repositories that a release is made from and pushed to, all real, and a workspace. */
export class World {
  readonly top = mkdtempSync(join(tmpdir(), 'packmill-tree-'));
  readonly workspace = join(this.top, 'repo_tmp');
  readonly cdn = join(this.top, 'cdn');

  constructor() {
    leftovers.push(() => rmSync(this.top, { recursive: true, force: true, maxRetries: 5 }));
  }

  /** Runs git with nobody's settings; returns what it printed. */
  git(cwd: string, ...args: string[]): string {
    return nobodysGit({ cwd, settings: ['init.defaultBranch=master'] }, ...args);
  }

  /** Commits files to a source (null removes one), which is made when it is missing; returns the commit. */
  source(name: string, files: Files): string {
    const folder = join(this.top, 'sources', name);
    if (!existsSync(folder)) {
      mkdirSync(folder, { recursive: true });
      this.git(folder, 'init', '--quiet');
    }
    for (const [path, text] of Object.entries(files)) {
      const whole = join(folder, path);
      mkdirSync(dirname(whole), { recursive: true });
      if (text === null) rmSync(whole, { recursive: true });
      else writeFileSync(whole, text);
    }
    this.git(folder, 'add', '--all');
    this.git(folder, 'commit', '--quiet', '--allow-empty', '--message', 'x');
    return newestCommit(folder);
  }

  url(name: string): string {
    return `file://${join(this.top, 'sources', name)}`;
  }

  /** A bare repository that kits are pushed to, with one commit on a branch. */
  remote(name: string, branch?: string): string {
    const bare = join(this.top, 'remotes', `${name}.git`);
    mkdirSync(bare, { recursive: true });
    this.git(bare, 'init', '--quiet', '--bare');
    if (branch !== undefined) {
      const stream = `commit refs/heads/${branch}\ncommitter t <t@localhost> 1700000000 +0000\ndata 6\nbegin\n`;
      nobodysGit({ cwd: bare, input: stream }, 'fast-import', '--quiet');
    }
    return bare;
  }

  /** Where remotes of kits are, for definitions of releases. */
  get remotes(): string {
    return `file://${join(this.top, 'remotes')}/{repo}.git`;
  }

  /** A kit of a run in development. */
  kit(name: string): string {
    return join(this.workspace, 'dest-trees', 'meta-repo', 'kits', name);
  }

  get metaRepo(): string {
    return join(this.workspace, 'dest-trees', 'meta-repo');
  }

  /** Paths of a commit. */
  paths(repository: string, commit = 'HEAD'): readonly string[] {
    return this.git(repository, 'ls-tree', '-r', '--name-only', commit).split('\n').filter(Boolean);
  }

  show(repository: string, path: string, commit = 'HEAD'): string {
    return execFileSync('git', ['show', `${commit}:${path}`], { cwd: repository, encoding: 'utf8' });
  }

  count(repository: string, ref = 'HEAD'): number {
    return Number(this.git(repository, 'rev-list', '--count', ref));
  }

  start(words: readonly string[]): ChildProcess {
    return spawn(program, words, {
      cwd: this.top,
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: this.top,
        METATOOLS_WORKSPACE: this.top,
        METATOOLS_DISTFILES_HOST: 'https://cdn.example',
        DISTDIR: join(this.top, 'distfiles'),
        GIT_CONFIG_GLOBAL: '/dev/null',
      },
    });
  }

  /** `packmill tree regen next` with these words more. */
  async regen(...words: string[]): Promise<Ended> {
    const report = join(this.top, 'report.jsonl');
    const child = this.start(['tree', 'regen', 'next', '--json-report', report, ...words]);
    const texts = { out: '', err: '' };
    child.stdout?.on('data', (piece: Buffer) => {
      texts.out += piece.toString();
    });
    child.stderr?.on('data', (piece: Buffer) => {
      texts.err += piece.toString();
    });
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    const lines = existsSync(report) ? readFileSync(report, 'utf8').split('\n').filter(Boolean) : [];
    return { code, ...texts, events: lines.map((line) => JSON.parse(line)) };
  }
}

export const ebuild = (more = ''): string =>
  `EAPI=8\nDESCRIPTION="d"\nHOMEPAGE="https://a.example"\nLICENSE="MIT"\nSLOT="0"\nKEYWORDS="amd64"\n${more}`;

export const autogen = (body: string): string =>
  `import type { Hub, PkgInfo } from 'packmill/autogen';\nexport async function generate(hub: Hub, pkg: PkgInfo): Promise<void> {\n${body}\n}\n`;

/** Codes of everything that a report tells of kits and of the run, in its order. */
export function codesOf(events: Ended['events']): readonly unknown[] {
  return events.flatMap((event) => {
    const {
      failures = [],
      remarks = [],
      problem,
    } = event as {
      failures?: { problem: { code: string } }[];
      remarks?: { code: string }[];
      problem?: { code: string };
    };
    const inner = [...failures.map((one) => one.problem), ...remarks, ...(problem ? [problem] : [])];
    return inner.map(({ code }) => code);
  });
}
