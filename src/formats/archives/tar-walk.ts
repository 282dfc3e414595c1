import { fault } from '../../diagnostics/index.ts';
import { blockSize, decodeHeader, isZeroBlock, type TarEntry } from './tar-header.ts';
import { ExtendedHeaders, extendedSize, isExtended, padded, tooShort } from './tar-reader.ts';

/** An archive of which any bytes can be asked for. */
export interface TarBytes {
  readonly sizeBytes: number;
  /** `length` bytes from `offset`; fewer at the end. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** An entry, and where in the archive its bytes are. */
export interface WalkedTarEntry extends TarEntry {
  readonly bodyOffset: number;
  /** Whether its names are UTF-8; if not, signs of replacement stand for what is none. */
  readonly isUtf8: boolean;
}

/** Headers of small files lie close together, and each reading costs more than its bytes. */
const windowBytes = 1 << 18;

class Window {
  readonly #source: TarBytes;
  #start = 0;
  #bytes: Uint8Array = new Uint8Array(0);
  constructor(source: TarBytes) {
    this.#source = source;
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    const from = offset - this.#start;
    if (from >= 0 && from + length <= this.#bytes.byteLength)
      return this.#bytes.subarray(from, from + length);
    this.#bytes = await this.#source.read(offset, Math.max(length, windowBytes));
    this.#start = offset;
    return this.#bytes.subarray(0, length);
  }
}

/** Signs of replacement in a name are either its own, and then its bytes stand in the headers, or ours. */
function isExact(entry: TarEntry, raw: readonly Uint8Array[]): boolean {
  const texts = [entry.path, entry.linkPath, entry.uname, entry.gname];
  if (!texts.some((text) => text.includes('\ufffd'))) return true;
  const bytes = Buffer.concat(raw);
  return texts
    .flatMap((text) => text.split('/'))
    .every((part) => !part.includes('\ufffd') || bytes.includes(Buffer.from(part)));
}

/**
 * The entries of an archive, in order; bodies are left out, not read (ustar, pax, GNU long names).
 * @param archive the name that problems carry
 * @throws FMT020 to FMT023, while iterating
 */
export async function* walkTar(source: TarBytes, archive: string): AsyncGenerator<WalkedTarEntry> {
  const window = new Window(source);
  const extended = new ExtendedHeaders(archive);
  let raw: Uint8Array[] = [];
  for (let at = 0; at < source.sizeBytes; ) {
    const block = await window.read(at, blockSize);
    if (block.byteLength < blockSize) throw tooShort(archive);
    if (isZeroBlock(block)) break;
    const { flag, entry: plain } = decodeHeader(block, archive);
    at += blockSize;
    raw.push(block);
    if (isExtended(flag)) {
      const size = extendedSize(block, archive);
      const body = await window.read(at, size);
      if (body.byteLength < size) throw tooShort(archive);
      extended.add(flag, body);
      raw.push(body);
      at += padded(size);
      if (raw.length > 64)
        throw fault('FMT023', { what: 'an entry has too many extended headers', place: { file: archive } });
      continue;
    }
    const entry = extended.apply(plain);
    if (at + entry.sizeBytes > source.sizeBytes) throw tooShort(archive);
    yield { ...entry, bodyOffset: at, isUtf8: isExact(entry, raw) };
    raw = [];
    at += padded(entry.sizeBytes);
  }
  if (raw.length > 0) throw tooShort(archive);
}
