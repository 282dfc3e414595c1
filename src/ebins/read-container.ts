import { fault } from '../diagnostics/index.ts';
import { findXpak, readXpak, xpakTailBytes } from '../formats/gentoo/index.ts';
import { hashStream, type RandomFile } from '../host/index.ts';
import { inPackage, type ReadContainer, requireCompression } from './container.ts';
import type { ListedFile, OpenOptions } from './contract.ts';
import { readGpkg } from './read-gpkg.ts';

/** Most bytes of the metadata of an XPAK. */
const mostMetadataBytes = 1 << 26;

async function readXpakFile(file: RandomFile, name: string, options: OpenOptions): Promise<ReadContainer> {
  const tail = await file.read(Math.max(0, file.sizeBytes - xpakTailBytes), xpakTailBytes);
  const place = findXpak(tail, file.sizeBytes, name);
  if (place.sizeBytes > mostMetadataBytes)
    throw fault('EBN001', {
      what: `the metadata has more than ${mostMetadataBytes} bytes`,
      place: { file: name },
    });
  const records = readXpak(await file.read(place.offset, place.sizeBytes), name);
  if (options.signatures === 'require')
    throw fault('EBN003', {
      what: 'the package is not signed, as none of its format is',
      place: { file: name },
    });
  const head = await file.read(0, Math.min(512, place.offset));
  return {
    format: 'xpak',
    records,
    isSigned: false,
    container: {
      compression: requireCompression(head, name),
      imageOffset: 0,
      imageBytes: place.offset,
      members: [...records].map(([member, { byteLength }]) => ({ name: member, sizeBytes: byteLength })),
    },
  };
}

async function formatOf(file: RandomFile, name: string): Promise<'gpkg' | 'xpak'> {
  if (name.endsWith('.gpkg.tar')) return 'gpkg';
  if (/\.(?:xpak|tbz2)$/.test(name)) return 'xpak';
  const end = await file.read(Math.max(0, file.sizeBytes - 4), 4);
  return Buffer.from(end).toString('latin1') === 'STOP' ? 'xpak' : 'gpkg';
}

/** Compares a file with what an index says of it (specification 2.5): the size first, then the digests. Throws EBN002. */
async function checkListed(file: RandomFile, name: string, listed: ListedFile): Promise<void> {
  const differs = (what: string): Error => fault('EBN002', { what, place: { file: name } });
  if (listed.sizeBytes !== undefined && listed.sizeBytes !== file.sizeBytes)
    throw differs(`the file has ${file.sizeBytes} bytes, and the index lists ${listed.sizeBytes}`);
  const wanted = { md5: listed.md5, sha1: listed.sha1 };
  const algorithms = Object.entries(wanted).flatMap(([algorithm, value]) => (value ? [algorithm] : []));
  if (algorithms.length === 0) return;
  const { hashes } = await hashStream(file.pieces(0, file.sizeBytes), algorithms);
  for (const algorithm of algorithms) {
    if (hashes[algorithm] !== wanted[algorithm as 'md5' | 'sha1'])
      throw differs(`the file has another ${algorithm.toUpperCase()} than the index lists`);
  }
}

/**
 * Reads a container of either format without its image.
 * @throws EBN001 to EBN004, SYS001, SYS004
 */
export async function readContainer(
  file: RandomFile,
  name: string,
  options: OpenOptions,
): Promise<ReadContainer> {
  if (options.listed) await checkListed(file, name, options.listed);
  try {
    const format = await formatOf(file, name);
    return format === 'gpkg' ? await readGpkg(file, name, options) : await readXpakFile(file, name, options);
  } catch (error) {
    throw inPackage(error, name);
  }
}
