import { fault } from '../diagnostics/index.ts';
import { walkTar } from '../formats/archives/index.ts';
import { compressionOf, type ImageEntry, readImage } from '../formats/gentoo/index.ts';
import { RandomFile } from '../host/index.ts';
import { inPackage } from './container.ts';
import type { OpenedImage, OpenOptions } from './contract.ts';
import { unpacked } from './open-image.ts';

/** Far behind the last byte of any image: the bytes of the tarball have their places from there on. */
const tarballStart = 2 ** 50;

const headBytes = 512;

/** What FEATURES=packdebug keeps apart. */
const folders = ['usr/lib/debug', 'usr/src/debug'];

const isDebugData = (path: string): boolean =>
  folders.some((folder) => path === folder || path.startsWith(`${folder}/`));

/** A folder that has to be above something and has no entry. */
const plainFolder = (path: string): ImageEntry => ({
  ...{ path, type: 'folder', mode: 0o755, uid: 0, gid: 0, uname: 'root', gname: 'root', mtime: 0 },
  ...{ sizeBytes: 0, target: '', xattrs: new Map(), bodyOffset: 0 },
});

const parentsOf = (path: string): string[] =>
  path.split('/').flatMap((_, at, parts) => (at === 0 ? [] : [parts.slice(0, at).join('/')]));

/** Entries of the image, then those of the tarball, each path once. Throws EBN015. */
function together(
  image: readonly ImageEntry[],
  tarball: readonly ImageEntry[],
  file: string,
): readonly ImageEntry[] {
  const refuse = (what: string): Error => fault('EBN015', { what, place: { file } });
  const known = new Map(image.map((entry) => [entry.path, entry]));
  const added: ImageEntry[] = [];
  const add = (entry: ImageEntry): void => {
    const there = known.get(entry.path);
    if (there && there.type !== 'folder') throw refuse(`'${entry.path}' is in the package as well`);
    if (there && entry.type !== 'folder') throw refuse(`'${entry.path}' is a folder of the package`);
    if (there) return;
    known.set(entry.path, entry);
    added.push(entry);
  };
  for (const entry of tarball) {
    if (!isDebugData(entry.path)) throw refuse(`'${entry.path}' is neither debug data nor a source`);
    for (const parent of parentsOf(entry.path)) add(plainFolder(parent));
    add({ ...entry, bodyOffset: entry.bodyOffset + tarballStart });
  }
  return [...image, ...added];
}

/**
 * An image together with the debug data and sources that FEATURES=packdebug has put into a tarball beside the package
 * (specification 5.2). Closing it closes both; the image is closed when this fails.
 * @throws EBN001, EBN004, EBN008, EBN015, SYS001, SYS004
 */
export async function withDebugTarball(
  image: OpenedImage,
  path: string,
  options: OpenOptions = {},
): Promise<OpenedImage> {
  try {
    const file = await RandomFile.open(path);
    const compression = compressionOf(await file.read(0, Math.min(headBytes, file.sizeBytes)));
    if (!compression) {
      await file.close();
      throw fault('EBN001', {
        what: 'the debug tarball is compressed in no known way',
        place: { file: path },
      });
    }
    const place = { compression, imageOffset: 0, imageBytes: file.sizeBytes, path };
    const tarball = await unpacked(file, place, options);
    try {
      // its names are those of an XPAK: below `./`
      const own = await readImage(walkTar(tarball, path), { format: 'xpak', file: path });
      const entries = together(image.entries, own, path);
      return {
        entries,
        problems: image.problems,
        read: (offset, length) =>
          offset < tarballStart ? image.read(offset, length) : tarball.read(offset - tarballStart, length),
        pieces: (offset, length) =>
          offset < tarballStart
            ? image.pieces(offset, length)
            : tarball.pieces(offset - tarballStart, length),
        close: async () => {
          await tarball.close();
          await image.close();
        },
      };
    } catch (error) {
      await tarball.close();
      throw error;
    }
  } catch (error) {
    await image.close();
    throw inPackage(error, path);
  }
}
