// node killed-insert-child.ts ROOT FILE: inserts a file and is killed when its bytes are in place and its record is not.

import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const [root = '', file = ''] = process.argv.slice(2);

// the record gets its name by a rename, which is where the power goes off
const { renameSync } = fs;
fs.renameSync = (from, to) => {
  if (String(to).includes('/stores/blos/')) process.kill(process.pid, 'SIGKILL');
  renameSync(from, to);
};
syncBuiltinESMExports();

const { openFastpull } = await import('../../src/fastpull/index.ts');
await openFastpull({ root, distfilesHost: 'https://cdn.example' }).blos.insertFile(file);
