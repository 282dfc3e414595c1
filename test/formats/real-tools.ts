import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  cpSync,
  createReadStream,
  mkdtempSync,
  readdirSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { unchecked } from '../unchecked-recipe.ts';

export const recipesFolder = new URL('../../testdata/pacman/recipes', import.meta.url).pathname;

/** Runs a program to its end and returns what it prints; any other end than success is an error with its last words. */
export function runTool(program: string, args: readonly string[], cwd: string, input?: Uint8Array): Buffer {
  const result = spawnSync(program, args, {
    cwd,
    ...(input ? { input } : {}),
    env: {
      PATH: process.env.PATH ?? '',
      HOME: cwd,
      LC_ALL: 'C.UTF-8',
      CARCH: 'x86_64',
      SOURCE_DATE_EPOCH: '1700000000',
    },
    maxBuffer: 1 << 28,
  });
  if (result.error) throw result.error;
  if (result.status !== 0) {
    throw new Error(
      `'${program} ${args.join(' ')}' ends with ${result.status}: ${result.stderr.toString().slice(-2000)}`,
    );
  }
  return result.stdout;
}

/** A folder for one test file; the function removes it. */
export function scratchFolder(): { folder: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'packmill-formats-'));
  chmodSync(folder, 0o755);
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

const nobody = 65534;

/** makepkg refuses to run as root. */
export function runMakepkg(args: readonly string[], cwd: string): string {
  if (process.getuid?.() !== 0) return runTool('makepkg', args, cwd).toString();
  const user = ['--reuid', String(nobody), '--regid', String(nobody), '--clear-groups'];
  return runTool('setpriv', [...user, 'makepkg', ...args], cwd).toString();
}

function giveToNobody(folder: string): void {
  if (process.getuid?.() !== 0) return;
  chownSync(folder, nobody, nobody);
  for (const name of readdirSync(folder, { recursive: true }))
    chownSync(join(folder, String(name)), nobody, nobody);
}

/** A copy of a recipe that makepkg may write into. */
export function copyRecipe(name: string, scratch: string): string {
  const folder = join(scratch, name);
  cpSync(join(recipesFolder, name), folder, { recursive: true });
  giveToNobody(folder);
  return folder;
}

/**
 * Builds a recipe with the real makepkg, unchecked (the test of .SRCINFO has it checked); the paths of its packages
 * (`.pkg.tar.gz`), sorted.
 */
export function buildRecipe(name: string, scratch: string): readonly string[] {
  const folder = copyRecipe(name, scratch);
  appendFileSync(join(folder, 'PKGBUILD'), `\n${unchecked}\n`);
  const args = ['--nodeps', '--force', '--noconfirm'];
  if (process.getuid?.() === 0) {
    const user = ['--reuid', String(nobody), '--regid', String(nobody), '--clear-groups'];
    runTool('setpriv', [...user, 'env', 'PKGEXT=.pkg.tar.gz', 'makepkg', ...args], folder);
  } else runTool('env', ['PKGEXT=.pkg.tar.gz', 'makepkg', ...args], folder);
  const names = readdirSync(folder).filter((file) => file.endsWith('.pkg.tar.gz'));
  return names.sort().map((file) => join(folder, file));
}

/** The tar inside a `.pkg.tar.gz`, in small pieces so that every boundary is crossed. */
export async function* unpackedPieces(path: string): AsyncGenerator<Uint8Array> {
  const stream = createReadStream(path, { highWaterMark: 777 }).pipe(createGunzip({ chunkSize: 1024 }));
  for await (const piece of stream) yield piece as Uint8Array;
}
