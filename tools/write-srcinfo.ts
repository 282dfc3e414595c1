// Writes .SRCINFO of the example and test recipes with makepkg itself, except those that are meant to be broken.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { printSrcinfo, recipeFolders } from './house/srcinfo.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
for (const folder of recipeFolders(root)) {
  writeFileSync(join(root, folder, '.SRCINFO'), printSrcinfo(join(root, folder)));
  console.log(`wrote ${folder}/.SRCINFO`);
}
