// Makes the files of the dashboard: web/ into web/dist, each text also compressed, and last the digest of what they were
// made of (first argument). A running manager goes on with the old ones: they are there until the new ones are.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';

const web = join(dirname(dirname(fileURLToPath(import.meta.url))), 'web');
const made = join(web, '.dist-new');
const dist = join(web, 'dist');

await build({
  root: web,
  configFile: false,
  logLevel: 'warn',
  base: '/',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: made,
    emptyOutDir: true,
    assetsDir: 'app',
    target: 'es2022',
    modulePreload: { polyfill: false },
    // pages forbid data: addresses
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
  },
});

const compress = (folder) => {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) compress(path);
    else if (/\.(js|css|html|svg)$/.test(path))
      writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
  }
};
compress(made);
writeFileSync(join(made, '.made-of'), process.argv[2] ?? '');

// parts that are loaded later have names of their own: those of the last time stay for pages that are open
const old = join(dist, 'app');
mkdirSync(join(made, 'app'), { recursive: true });
const current = new Set(readdirSync(join(made, 'app')));
const before = existsSync(join(dist, '.parts')) ? JSON.parse(readFileSync(join(dist, '.parts'), 'utf8')) : [];
if (existsSync(old)) {
  for (const name of before) {
    if (!current.has(name) && existsSync(join(old, name)))
      renameSync(join(old, name), join(made, 'app', name));
  }
}
writeFileSync(join(made, '.parts'), JSON.stringify([...current]));
rmSync(dist, { recursive: true, force: true });
renameSync(made, dist);
