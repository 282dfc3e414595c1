import { spawnSync } from 'node:child_process';
import { appendFileSync, chownSync, cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Recipes of this repository whose `.SRCINFO` is to be what makepkg prints, as paths relative to `root`. */
export function recipeFolders(root: string): string[] {
  return ['examples/pkgbuilds', 'testdata/recipes'].flatMap((shelf) =>
    readdirSync(join(root, shelf), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== 'malformed-srcinfo')
      .map((entry) => `${shelf}/${entry.name}`)
      .sort(),
  );
}

const nobody = 65534;

/**
 * What `makepkg --printsrcinfo` says of a recipe. makepkg refuses to run as root, so root becomes nobody for it.
 * Throws with makepkg's words when it objects. `lines` are added to the recipe.
 */
export function printSrcinfo(folder: string, lines = ''): string {
  const copy = mkdtempSync(join(tmpdir(), 'packmill-srcinfo-'));
  try {
    cpSync(folder, copy, { recursive: true });
    appendFileSync(join(copy, 'PKGBUILD'), lines);
    const isRoot = process.getuid?.() === 0;
    if (isRoot) chownSync(copy, nobody, nobody);
    const drop = ['setpriv', '--reuid', String(nobody), '--regid', String(nobody), '--clear-groups'];
    const [program = '', ...args] = [...(isRoot ? drop : []), 'makepkg', '--printsrcinfo'];
    const env = { PATH: process.env.PATH, HOME: copy, LC_ALL: 'C.UTF-8' };
    const made = spawnSync(program, args, { cwd: copy, encoding: 'utf8', env });
    if (made.status !== 0) throw new Error(`${folder}: ${made.stderr || made.error?.message}`);
    return made.stdout;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
