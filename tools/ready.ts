// Would CI accept this? Runs what CI runs and then looks whether the work tree is clean.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const ci = spawnSync(join(root, '.ci', 'run'), { cwd: root, stdio: 'inherit' });
const tree = spawnSync('git', ['status', '--porcelain'], { cwd: root, encoding: 'utf8' });
if (tree.stdout !== '') console.log(`not committed:\n${tree.stdout}`);
const isReady = ci.status === 0 && tree.status === 0 && tree.stdout === '';
console.log(isReady ? 'ready' : 'not ready');
process.exitCode = isReady ? 0 : 1;
