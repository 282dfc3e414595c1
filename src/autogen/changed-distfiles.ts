import { type Problem, problem } from '../diagnostics/index.ts';
import { parseManifest, sameFile } from '../formats/gentoo/index.ts';
import type { MadePackage } from './write-package.ts';

/** Distfiles of a package that have other bytes now under the name that its Manifest had for them (AGN039, a warning each). */
export function changedDistfiles({ catpkg, changes }: MadePackage): readonly Problem[] {
  return changes.flatMap(({ path, before, after }) => {
    if (!path.endsWith('/Manifest') || before === undefined || after === undefined) return [];
    const now = new Map(parseManifest(after, path).manifest.entries.map((entry) => [entry.name, entry]));
    return parseManifest(before, path).manifest.entries.flatMap((entry) => {
      const other = now.get(entry.name);
      if (entry.type !== 'DIST' || other?.type !== 'DIST' || sameFile(entry, other)) return [];
      const what = `'${entry.name}' of '${catpkg}' has other bytes than its Manifest said`;
      return [problem('AGN039', { what, place: { file: path } })];
    });
  });
}
