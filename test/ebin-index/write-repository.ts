import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  type GeneratedEbuild,
  manifestText,
  packageMetadataText,
  pfOf,
  repositoryTexts,
} from '../../src/ebin-index/index.ts';

function writeAll(folder: string, files: ReadonlyMap<string, string>): void {
  for (const [path, text] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** A repository of ebuilds, for a `PortageLab`. */
export function writeRepository(folder: string, ebuilds: readonly GeneratedEbuild[]): void {
  const categories = ebuilds.map(({ id }) => id.category);
  const settings = { masters: ['tryrepo'], categories, mirrors: ['http://127.0.0.1:9'] };
  writeAll(folder, repositoryTexts(settings));
  for (const { id, text, objects, flags } of ebuilds)
    writeAll(
      join(folder, id.category, id.name),
      new Map([
        [`${pfOf(id)}.ebuild`, text],
        ['Manifest', manifestText(objects)],
        ['metadata.xml', packageMetadataText(flags)],
      ]),
    );
}
