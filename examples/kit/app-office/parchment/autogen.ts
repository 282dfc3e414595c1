import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Hub, PkgInfo } from 'packmill/autogen';

const version = '1.0';

/** A dynamic archive of a commit: an upstream without tarballs, and a file that has to be added to what it has. */
export async function generate(hub: Hub, pkg: PkgInfo): Promise<void> {
  const archive = await hub.Archive.fromGit({
    url: hub.upstream('parchment'),
    ref: 'main',
    topDirectory: `parchment-${version}`,
    prepare: async ({ topPath }) => writeFile(join(topPath, 'VERSION.txt'), `${version}\n`),
  });
  hub.breezyBuild({ ...pkg, version, artifacts: [archive] }).push();
}
