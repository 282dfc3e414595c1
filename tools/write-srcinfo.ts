// Writes .SRCINFO of the example and test recipes with makepkg itself, except those that are meant to be broken.
// makepkg refuses to run as root, so root becomes nobody.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folders = ['examples/pkgbuilds', 'testdata/recipes'].flatMap((shelf) =>
  readdirSync(join(root, shelf), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'malformed-srcinfo')
    .map((entry) => join(root, shelf, entry.name)),
);
const nobody = '65534';
const drop = ['setpriv', '--reuid', nobody, '--regid', nobody, '--clear-groups'];

for (const folder of folders.sort()) {
  const copy = mkdtempSync(join(tmpdir(), 'packmill-srcinfo-'));
  try {
    cpSync(folder, copy, { recursive: true });
    spawnSync('chown', ['-R', `${nobody}:${nobody}`, copy]);
    const [program = '', ...args] = [...(process.getuid?.() === 0 ? drop : []), 'makepkg', '--printsrcinfo'];
    const made = spawnSync(program, args, {
      cwd: copy,
      encoding: 'utf8',
      env: { ...process.env, HOME: copy },
    });
    if (made.status !== 0) throw new Error(`${folder}: ${made.stderr}`);
    writeFileSync(join(folder, '.SRCINFO'), made.stdout);
    console.log(`wrote ${folder}/.SRCINFO`);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
