// node killed-insert-child.ts ROOT FILE: inserts a file and is killed when its bytes are in place and its record is not.

import fsPromises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

const [root = '', file = ''] = process.argv.slice(2);

// the record gets its name by a rename, which is where the power goes off
const { rename } = fsPromises;
fsPromises.rename = async (from, to) => {
  if (String(to).includes('/stores/blos/')) process.kill(process.pid, 'SIGKILL');
  await rename(from, to);
};
syncBuiltinESMExports();

const { openFastpull } = await import('../../src/fastpull/index.ts');
await openFastpull({ root, distfilesHost: 'https://cdn.example' }).blos.insertFile(file);
