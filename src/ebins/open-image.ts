import { fault, type Problem, problem } from '../diagnostics/index.ts';
import { type TarBytes, walkTar } from '../formats/archives/index.ts';
import {
  emptyFolders,
  type ImageEntry,
  isStandIn,
  readImage,
  standInBytes,
} from '../formats/gentoo/index.ts';
import { makeTemporaryFolder, RandomFile, removeTree, systemRandom, writeHashing } from '../host/index.ts';
import { inPackage } from './container.ts';
import type { ContainerFacts, OpenedBuild, OpenedImage, OpenOptions } from './contract.ts';
import { unpackPieces } from './unpack.ts';

const usualMaxImageBytes = 32 * 2 ** 30;

/** An image's tar where any byte of it can be read: within the package, or unpacked beside. */
export interface ImageSource extends TarBytes {
  pieces(offset: number, length: number): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

function within(file: RandomFile, offset: number, sizeBytes: number): ImageSource {
  const clip = (from: number, length: number): number => Math.max(0, Math.min(length, sizeBytes - from));
  return {
    sizeBytes,
    read: (from, length) => file.read(offset + from, clip(from, length)),
    pieces: (from, length) => file.pieces(offset + from, clip(from, length)),
    close: () => file.close(),
  };
}

/** Where a tar lies in a file, and how it is compressed; `path` is for messages. */
interface ImagePlace extends Pick<ContainerFacts, 'compression' | 'imageOffset' | 'imageBytes'> {
  readonly path: string;
}

/** Makes any byte of a tar readable: the file is closed, or becomes the source's. Throws EBN001, EBN008, SYS001, SYS004. */
export async function unpacked(
  file: RandomFile,
  { compression, imageOffset, imageBytes, path: name }: ImagePlace,
  options: OpenOptions,
): Promise<ImageSource> {
  const maxBytes = options.maxImageBytes ?? usualMaxImageBytes;
  if (compression === 'none') {
    if (imageBytes <= maxBytes) return within(file, imageOffset, imageBytes);
    const what = `the image has more than ${maxBytes} bytes`;
    throw fault('EBN008', { what, place: { file: name } });
  }
  const own = options.temporaryFolder === undefined ? makeTemporaryFolder('packmill-image-') : undefined;
  const folder = own ?? options.temporaryFolder;
  const path = `${folder}/image-${systemRandom.hex(8)}.tar`;
  const remove = () => removeTree(own ?? path);
  try {
    const pieces = file.pieces(imageOffset, imageBytes);
    const plain = unpackPieces(pieces, compression, { file: name, maxBytes, signal: options.signal });
    await writeHashing(path, plain, { algorithms: [], mode: 0o600, isDurable: false });
    const image = await RandomFile.open(path);
    await file.close();
    return {
      ...within(image, 0, image.sizeBytes),
      close: async () => {
        await image.close();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Throws EBN006 when a file is only the line that quickpkg puts in its place. */
async function refuseStandIns(
  source: ImageSource,
  entries: readonly ImageEntry[],
  name: string,
): Promise<void> {
  for (const { type, path, sizeBytes, bodyOffset } of entries) {
    if (type !== 'file' || sizeBytes < standInBytes.least || sizeBytes > standInBytes.most) continue;
    if (!isStandIn(await source.read(bodyOffset, sizeBytes))) continue;
    throw fault('EBN006', { what: `'${path}' is not in the package`, place: { file: name } });
  }
}

const eapiKnowsEmptyFolders = (eapi: string): boolean => /^[0-7]$/.test(eapi);

/** Files that keep folders which EAPI 8 would remove (specification 4.12), as `keepdir` calls them. */
function keepers(build: OpenedBuild, entries: readonly ImageEntry[]): readonly ImageEntry[] {
  if (!eapiKnowsEmptyFolders(build.eapi)) return [];
  const [category = '', pf = ''] = build.cpv.split('/');
  const name = pf.replace(/-\d[^-]*(?:-r\d+)?$/, '');
  const slot = build.slot.split('/')[0] ?? '';
  return emptyFolders(entries).map((folder) => ({
    ...folder,
    path: `${folder.path}/.keep_${category}_${name}-${slot}`,
    type: 'file',
    mode: 0o644,
    sizeBytes: 0,
    xattrs: new Map(),
  }));
}

/** Whether something in the functions of a build sets capabilities, and nothing that runs on the user's machine may do it. */
async function losesCapabilities(build: OpenedBuild): Promise<boolean> {
  if (build.format !== 'gpkg' || build.metadata['DEFINED_PHASES']?.split(' ').includes('postinst'))
    return false;
  const environment = await build.environment();
  return environment !== undefined && /^[ \t]+(?:setcap|fcaps)\s/m.test(environment);
}

/** Opens the image of a build; see `OpenedBuild.openImage`. */
export async function openImageOf(build: OpenedBuild, options: OpenOptions): Promise<OpenedImage> {
  const file = await RandomFile.open(build.file);
  let source: ImageSource | undefined;
  try {
    const { format, path } = build;
    source = await unpacked(file, { ...build.container, path }, options);
    const prefix = build.metadata['EPREFIX'];
    const entries = await readImage(walkTar(source, path), { format, file: path, prefix });
    if (!options.allowQuickpkg) await refuseStandIns(source, entries, path);
    const kept = keepers(build, entries);
    const problems: Problem[] = kept.map((keeper) =>
      problem('EBN011', { what: `'${keeper.path}' keeps an empty folder`, place: { file: path } }),
    );
    if (await losesCapabilities(build))
      problems.push(
        problem('EBN010', { what: 'a function of the package sets capabilities', place: { file: path } }),
      );
    const { read, pieces, close } = source;
    return { entries: [...entries, ...kept], problems, read, pieces, close };
  } catch (error) {
    await (source ?? file).close();
    throw inPackage(error, build.path);
  }
}
