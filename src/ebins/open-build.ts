import { fault } from '../diagnostics/index.ts';
import { type BuildFacts, judgeBuild, parsePackageId } from '../formats/gentoo/index.ts';
import { RandomFile } from '../host/index.ts';
import type { ReadContainer } from './container.ts';
import type { OpenedBuild, OpenOptions } from './contract.ts';
import { openImageOf } from './open-image.ts';
import { readContainer } from './read-container.ts';
import { unpackSmall } from './unpack.ts';

const mostEnvironmentBytes = 1 << 26;

/** Blanks of all kinds made one, none at the ends (specification 2.11). */
const normal = (bytes: Uint8Array): string =>
  Buffer.from(bytes)
    .toString('utf8')
    .split(/\s+/)
    .filter((word) => word !== '')
    .join(' ');

const words = (text: string | undefined): readonly string[] => (text ? text.split(' ') : []);

/** What the metadata says. Throws EBN001 when it lacks what every package has. */
function factsOf({ format, records }: ReadContainer, path: string): BuildFacts {
  const metadata: Record<string, string> = {};
  for (const [key, bytes] of records) {
    if (key !== 'environment.bz2' && !key.endsWith('.ebuild')) metadata[key] = normal(bytes);
  }
  for (const key of ['CATEGORY', 'PF', 'SLOT']) {
    if (!metadata[key])
      throw fault('EBN001', { what: `the metadata of the package lacks ${key}`, place: { file: path } });
  }
  const cpv = `${metadata['CATEGORY']}/${metadata['PF']}`;
  if (!parsePackageId(cpv))
    throw fault('EBN001', { what: `the package calls itself '${cpv}'`, place: { file: path } });
  const number = (key: string): number | undefined =>
    /^\d{1,15}$/.test(metadata[key] ?? '') ? Number(metadata[key]) : undefined;
  return {
    path,
    format,
    cpv,
    buildId: number('BUILD_ID'),
    buildTime: number('BUILD_TIME') ?? 0,
    chost: metadata['CHOST'] ?? '',
    slot: metadata['SLOT'] ?? '',
    eapi: metadata['EAPI'] || '0',
    iuse: words(metadata['IUSE']),
    use: words(metadata['USE']),
    metadata,
  };
}

/**
 * Opens a binary package: reads its container, compares digests and signatures, and reads what it says of itself. The image
 * is only read for its digests.
 * @param path how the build is called in what is made of it; default: the file
 * @throws EBN001 to EBN005, SYS001 when a program is missing, SYS004
 */
export async function openBuild(file: string, options: OpenOptions = {}, path = file): Promise<OpenedBuild> {
  const source = await RandomFile.open(file);
  try {
    const read = await readContainer(source, path, options);
    const facts = factsOf(read, path);
    const problems = judgeBuild(facts, options);
    const build: OpenedBuild = {
      ...facts,
      file,
      sizeBytes: source.sizeBytes,
      problems,
      isSigned: read.isSigned,
      records: read.records,
      container: read.container,
      environment: async () => {
        const packed = read.records.get('environment.bz2');
        if (!packed) return undefined;
        return Buffer.from(await unpackSmall(packed, mostEnvironmentBytes, path)).toString('utf8');
      },
      openImage: () => openImageOf(build, options),
    };
    return build;
  } finally {
    await source.close();
  }
}
