import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Farm, openFarm } from '../../src/app/farm.ts';
import { initFarm } from '../../src/app/index.ts';

/** Makes a farm in a folder, with some lines of YAML more in its settings. */
export async function writeFarm(folder: string, lines: string): Promise<void> {
  await initFarm({ folder, repository: 'extra', arch: 'x86_64', gnupgHome: undefined, key: undefined });
  appendFileSync(join(folder, 'packmill.yaml'), `\n${lines}\n`);
}

/** The same, opened; who gets it closes it. */
export async function writtenFarm(folder: string, lines: string): Promise<Farm> {
  await writeFarm(folder, lines);
  return await openFarm(folder, 'write');
}
