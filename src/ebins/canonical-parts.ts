import { tarEnd, tarPadding } from '../formats/archives/index.ts';
import {
  byteCodeHeadBytes,
  type CanonicalOptions,
  canonicalMembers,
  embedsTime,
  type ImageEntry,
  sourceOfByteCode,
  splitImage,
} from '../formats/gentoo/index.ts';
import { hashStream } from '../host/index.ts';
import type { CanonicalPart, OpenedImage, PartOptions } from './contract.ts';

/** Small files lie close together in an image's tar: they are read many at once, and handed on so. */
const windowBytes = 1 << 19;
const handOnBytes = 1 << 18;

/** Bytes of small files by way of a window that moves over the image's tar. */
class BodyWindow {
  readonly #image: OpenedImage;
  #start = 0;
  #bytes: Uint8Array = new Uint8Array(0);
  constructor(image: OpenedImage) {
    this.#image = image;
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    const from = offset - this.#start;
    if (from < 0 || from + length > this.#bytes.byteLength) {
      this.#bytes = await this.#image.read(offset, Math.max(length, windowBytes));
      this.#start = offset;
    }
    return this.#bytes.subarray(offset - this.#start, offset - this.#start + length);
  }
}

/** One part, and what its tar is made from. */
interface PartSource {
  readonly image: OpenedImage;
  readonly entries: readonly ImageEntry[];
  readonly files: ReadonlyMap<string, ImageEntry>;
  readonly options: CanonicalOptions;
}

async function* tarPieces({ image, entries, files, options }: PartSource): AsyncGenerator<Uint8Array> {
  const window = new BodyWindow(image);
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  const hold = (piece: Uint8Array): void => {
    held.push(piece);
    heldBytes += piece.byteLength;
  };
  for (const { header, bodyOffset, sizeBytes } of canonicalMembers(entries, files, options)) {
    hold(header);
    if (sizeBytes > handOnBytes) {
      yield Buffer.concat(held);
      held = [];
      heldBytes = 0;
      yield* image.pieces(bodyOffset, sizeBytes);
    } else if (sizeBytes > 0) hold(await window.read(bodyOffset, sizeBytes));
    if (sizeBytes % 512 !== 0) hold(tarPadding(sizeBytes));
    if (heldBytes < handOnBytes) continue;
    yield Buffer.concat(held);
    held = [];
    heldBytes = 0;
  }
  yield Buffer.concat([...held, tarEnd]);
}

/** Paths of Python sources whose byte code names their time, which therefore must not change (specification 5.5). */
async function keptTimes(
  image: OpenedImage,
  files: ReadonlyMap<string, ImageEntry>,
): Promise<ReadonlySet<string>> {
  const kept = new Set<string>();
  const bodyOf = (entry: ImageEntry | undefined): ImageEntry | undefined =>
    entry?.type === 'hardlink' ? files.get(entry.target) : entry;
  const byPath = new Map(image.entries.map((entry) => [entry.path, entry]));
  for (const entry of image.entries) {
    const path = entry.path.endsWith('.pyc') ? sourceOfByteCode(entry.path) : undefined;
    const source = path === undefined ? undefined : bodyOf(byPath.get(path));
    const code = source && bodyOf(entry);
    if (source?.type !== 'file' || code?.type !== 'file' || kept.has(source.path)) continue;
    const head = await image.read(code.bodyOffset, Math.min(code.sizeBytes, byteCodeHeadBytes));
    if (embedsTime(head, source.mtime)) kept.add(source.path);
  }
  return kept;
}

/** What an image was split into. */
export interface CanonicalParts {
  /** By name of the class; a class without files is absent. */
  readonly parts: readonly CanonicalPart[];
  /** How many files and links the rules left out. */
  readonly dropped: number;
}

/**
 * Splits an image and makes a canonical tar of each part (specification 5.2 to 5.6), in bounded memory; the tars themselves
 * are made anew whenever their pieces are asked for, as long as the image is open.
 * @param file name of the package, for messages
 * @throws EBN007, EBN014, SYS004
 */
export async function canonicalParts(
  image: OpenedImage,
  file: string,
  options: PartOptions = {},
): Promise<CanonicalParts> {
  const { parts, dropped } = splitImage(image.entries, options.rules ?? [], file);
  const files = new Map(
    image.entries.flatMap((entry) => (entry.type === 'file' ? [[entry.path, entry] as const] : [])),
  );
  const how: CanonicalOptions = { mtime: options.mtime, keptTimes: await keptTimes(image, files) };
  const made: CanonicalPart[] = [];
  for (const [part, entries] of parts) {
    options.signal?.throwIfAborted();
    const source: PartSource = { image, entries, files, options: how };
    const { hashes, sizeBytes } = await hashStream(tarPieces(source), ['sha512']);
    made.push({
      part,
      canonical: hashes['sha512'] ?? '',
      sizeBytes,
      members: entries.length,
      pieces: () => tarPieces(source),
    });
  }
  return { parts: made, dropped };
}
