import { fault, isFault } from '../diagnostics/index.ts';
import { type Compression, compressionOf } from '../formats/gentoo/index.ts';
import type { ContainerFacts } from './contract.ts';

/** What a container holds beside its image. */
export interface ReadContainer {
  readonly format: 'gpkg' | 'xpak';
  readonly records: ReadonlyMap<string, Uint8Array>;
  readonly isSigned: boolean;
  readonly container: ContainerFacts;
}

/** The compression of an image. Throws EBN001 when it is none that is known. */
export function requireCompression(head: Uint8Array, name: string): Compression {
  const compression = compressionOf(head);
  if (compression) return compression;
  throw fault('EBN001', {
    what: 'the image of the package is compressed in no known way',
    place: { file: name },
  });
}

/** What is wrong with an archive, in the words of packages. */
export function inPackage(error: unknown, name: string): unknown {
  if (!isFault(error, 'FMT020', 'FMT021', 'FMT022', 'FMT023')) return error;
  const { what } = error.problem;
  return fault('EBN001', {
    what: `an archive in the package is damaged: ${what}`,
    place: { file: name },
    cause: error,
  });
}
