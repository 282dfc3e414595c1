// Starts packmill under a Node that can run it. Plain JavaScript: it must work on Node 18.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { keepCompiled, runtimeIsEnough, runUnder } from './runtime.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const self = fileURLToPath(import.meta.url);
const main = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));
const pinned = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url));

if (runtimeIsEnough(process.versions.node)) {
  // The program's own name for the running process: main.ts reads its arguments from the third on.
  process.argv[1] = main;
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    if (warning.name !== 'ExperimentalWarning') console.error(`${warning.name}: ${warning.message}`);
  });
  await keepCompiled(root);
  await import(main);
} else if (existsSync(pinned)) {
  // Plans of thousands of recipes are made in a heap that is new each time: a young generation of the usual 16 MiB is
  // collected over and over while they are read.
  await runUnder(pinned, ['--max-semi-space-size=32', self, ...process.argv.slice(2)]);
} else {
  console.error(`packmill: this Node is ${process.versions.node}, packmill needs 24 or newer`);
  console.error(`  The matching one is not installed yet. Run 'npm run setup' in ${root}`);
  process.exitCode = 3;
}
