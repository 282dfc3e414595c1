// Makes a fresh clone ready and then runs a script under the right Node:
//   node tools/bootstrap.mjs [SCRIPT ARGUMENT...]
// Plain JavaScript without dependencies: it must work on Node 18 before anything is installed.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runUnder } from '../bin/runtime.mjs';
import { installModules, modulesAreReady, runtime } from './setup-modules.mjs';
import { installPrograms, missingPrograms } from './setup-programs.mjs';
import { buildWeb, webIsReady } from './setup-web.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const self = fileURLToPath(import.meta.url);
const underLock = 'PACKMILL_SETUP_LOCKED';

const ready = () => modulesAreReady(root) && missingPrograms(root).length === 0 && webIsReady(root);

/** Whatever is missing, in order: system programs first, because npm packages may need git or a compiler. */
async function setUp() {
  const missing = missingPrograms(root);
  if (missing.length > 0) await installPrograms(missing);
  if (!modulesAreReady(root)) installModules(root);
  if (!webIsReady(root)) buildWeb(root);
}

/** Sets up while holding a lock that the kernel releases when we die; a second set-up waits and then finds all done. */
async function setUpOnce() {
  if (process.env[underLock] === '1') return await setUp();
  const folder = join(root, '.setup');
  mkdirSync(folder, { recursive: true });
  const again = spawnSync('flock', [join(folder, 'lock'), process.execPath, self], {
    stdio: 'inherit',
    env: { ...process.env, [underLock]: '1' },
  });
  // Without flock there is no second run to be kept apart from: it comes with util-linux, as does the set-up.
  if (again.error) return await setUp();
  if (again.status !== 0) process.exit(again.status ?? 1);
}

try {
  if (!ready()) await setUpOnce();
} catch (error) {
  console.error(`set-up: ${error.message}`);
  process.exit(3);
}
const [script, ...args] = process.argv.slice(2);
if (script) {
  // what tools and tests start of our sources is compiled once, as for packmill itself
  const cache = join(root, 'node_modules', '.cache', 'packmill');
  const env = {
    NODE_COMPILE_CACHE: cache,
    ...process.env,
    PATH: `${join(root, 'node_modules', '.bin')}:${process.env.PATH ?? ''}`,
  };
  delete env[underLock];
  await runUnder(runtime(root), [join(root, script), ...args], env);
} else if (process.env[underLock] !== '1') {
  console.log('set-up: everything is in place');
}
