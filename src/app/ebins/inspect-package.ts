import type { Problem } from '../../diagnostics/index.ts';
import { type CanonicalPart, canonicalParts, type OpenOptions, openBuild } from '../../ebins/index.ts';
import type { BuildFacts } from '../../formats/gentoo/index.ts';

/** What one binary package is. */
export interface Inspection extends Omit<BuildFacts, 'path' | 'arch'> {
  readonly file: string;
  readonly isSigned: boolean;
  readonly compression: string;
  readonly members: readonly { readonly name: string; readonly sizeBytes: number }[];
  /** Files, links and folders of the image. */
  readonly entries: number;
  readonly parts: readonly Omit<CanonicalPart, 'pieces'>[];
  readonly problems: readonly Problem[];
}

/** Reads one package whole: container, metadata, image and the parts it would be split into. Throws EBN001 to EBN008. */
export async function inspectPackage(file: string, options: OpenOptions): Promise<Inspection> {
  const build = await openBuild(file, options);
  const image = await build.openImage();
  try {
    const { parts } = await canonicalParts(image, file, { signal: options.signal });
    const { format, cpv, buildId, buildTime, chost, slot, eapi, iuse, use, isSigned, metadata } = build;
    return {
      ...{ file, format, cpv, buildId, buildTime, chost, slot, eapi, iuse, use, isSigned, metadata },
      compression: build.container.compression,
      members: build.container.members,
      entries: image.entries.length,
      parts: parts.map(({ part, canonical, sizeBytes, members }) => ({
        part,
        canonical,
        sizeBytes,
        members,
      })),
      problems: [...build.problems, ...image.problems],
    };
  } finally {
    await image.close();
  }
}
