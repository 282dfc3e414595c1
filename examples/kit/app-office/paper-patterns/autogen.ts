import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Hub, PkgInfo } from 'packmill/autogen';

/** Patterns of paper: a name and how far the lines are apart, in millimetres. */
const patterns = { ruled: 8, squared: 5, narrow: 6 };
const version = '2.1';

/**
 * A dynamic archive: no upstream has these files, so they are made here, once. The key is what they are made from; when it
 * changes, so does the archive.
 */
export async function generate(hub: Hub, pkg: PkgInfo): Promise<void> {
  const topDirectory = `paper-patterns-${version}`;
  const archive = await hub.Archive.getOrCreate(
    `${topDirectory}.tar.xz`,
    { key: { patterns }, topDirectory },
    async ({ topPath }) => {
      hub.log.info('draws the patterns');
      for (const [name, distance] of Object.entries(patterns)) {
        await writeFile(join(topPath, `${name}.txt`), draw(distance));
      }
    },
  );
  hub.breezyBuild({ ...pkg, version, artifacts: [archive], patterns: Object.keys(patterns) }).push();
}

function draw(distance: number): string {
  return Array.from({ length: 297 }, (_, at) => (at % distance === 0 ? '-'.repeat(72) : '')).join('\n');
}
