import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type SourceOptions, SourceRepository } from '../../src/git/index.ts';
import { systemClock } from '../../src/host/index.ts';
import { newestCommit, nobodysGit } from './nobodys-git.ts';

/** A repository of recipes with a folder of its own, and sources that follow it. */
export class ScratchRepository {
  readonly folder = mkdtempSync(join(tmpdir(), 'packmill-source-'));
  readonly path = join(this.folder, 'recipes');

  constructor() {
    mkdirSync(this.path);
    this.git('init', '--quiet', '--initial-branch=main');
  }

  /** Runs git in the repository, with nobody's settings; returns what it printed. */
  git(...args: string[]): string {
    return this.gitWithInput('', ...args);
  }

  gitWithInput(input: string | Buffer, ...args: string[]): string {
    return nobodysGit({ cwd: this.path, settings: ['uploadpack.allowFilter=false'], input }, ...args);
  }

  /** Writes files and commits everything; returns the id. */
  commit(files: Readonly<Record<string, string>>): string {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.path, name)), { recursive: true });
      writeFileSync(join(this.path, name), text);
    }
    this.git('add', '--all');
    this.git('commit', '--quiet', '--allow-empty', '--message', 'x');
    return newestCommit(this.path);
  }

  /** Makes a commit that only the bytes of fast-import(1) can say; returns its id. */
  import(stream: string | Buffer): string {
    this.gitWithInput(stream, 'fast-import', '--quiet', '--force');
    return this.git('rev-parse', 'main');
  }

  open(options: Partial<SourceOptions> = {}, name = 'source'): Promise<SourceRepository> {
    return SourceRepository.open({
      url: this.path,
      folder: join(this.folder, name),
      clock: systemClock,
      ...options,
    });
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Lays out every folder of a commit; paths by name. */
export async function laidOut(
  source: SourceRepository,
  commit: string,
): Promise<Readonly<Record<string, string>>> {
  const folders = await source.folders(commit);
  const paths = await source.layOut(commit, folders);
  return Object.fromEntries(folders.map(({ name }, at) => [name, paths[at] as string]));
}

/** A fast-import stream with a line of commits on `main`, each of which changes one file. */
export function manyCommits(path: string, count: number): string {
  const lines: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const text = `${path} ${index}`;
    lines.push('commit refs/heads/main', 'committer t <t@localhost> 1700000000 +0000', 'data 1', 'x');
    if (index === 0) lines.push('from refs/heads/main^0');
    lines.push(`M 100644 inline ${path}`, `data ${text.length}`, text);
  }
  return `${lines.join('\n')}\n`;
}

/** A fast-import stream with one commit that adds `count` recipe folders of four files each. */
export function manyRecipes(count: number): string {
  const lines = ['commit refs/heads/main', 'committer t <t@localhost> 1700000000 +0000', 'data 4', 'many'];
  const file = (path: string, text: string): void => {
    lines.push(`M 100644 inline ${path}`, `data ${Buffer.byteLength(text)}`, text);
  };
  for (let index = 0; index < count; index += 1) {
    const name = `package-${index}`;
    file(`${name}/PKGBUILD`, `pkgname=${name}\npkgver=1.${index}\npkgrel=1\n${`# ${name}\n`.repeat(60)}`);
    file(`${name}/.SRCINFO`, `pkgbase = ${name}\n\tpkgver = 1.${index}\n`);
    file(`${name}/.CI/config`, `CI_PKGREL=${index}\n`);
    file(`${name}/fix.patch`, `--- a/${index}\n+++ b/${index}\n${`+${index}\n`.repeat(40)}`);
  }
  return `${lines.join('\n')}\n`;
}
