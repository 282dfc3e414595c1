// The dashboard of a clone: is what stands in web/dist made of the sources in web/, and if not, make it.
// Plain JavaScript: it must work on Node 18.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runtime } from './setup-modules.mjs';

const stampFile = (root) => join(root, 'web', 'dist', '.made-of');

/** Everything that what is made depends on: the pages, how they are made, and the packages in them. */
function sourcesOf(root) {
  const found = ['package-lock.json', 'tools/build-web.mjs'];
  const visit = (folder) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`;
      if (path === 'web/dist' || entry.name.endsWith('.spec.ts')) continue;
      if (entry.isDirectory()) visit(path);
      else found.push(path);
    }
  };
  visit('web');
  return found.sort();
}

/**
 * Digest of the sources of the dashboard.
 * @param {string} root
 */
export function webDigest(root) {
  const hash = createHash('sha256');
  for (const path of sourcesOf(root))
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(root, path)))
      .update('\0');
  return hash.digest('hex');
}

/**
 * Whether web/dist was made of what is in web/ now.
 * @param {string} root
 * @returns {boolean}
 */
export function webIsReady(root) {
  return existsSync(stampFile(root)) && readFileSync(stampFile(root), 'utf8') === webDigest(root);
}

/**
 * Makes web/dist anew.
 * @param {string} root
 * @throws {Error} when the sources cannot be put together
 */
export function buildWeb(root) {
  console.error('set-up: putting the dashboard together');
  const result = spawnSync(runtime(root), [join(root, 'tools', 'build-web.mjs'), webDigest(root)], {
    cwd: root,
    encoding: 'utf8',
  });
  if (result.status === 0) return;
  throw new Error(`the dashboard could not be put together:\n${result.stdout ?? ''}${result.stderr ?? ''}`);
}
