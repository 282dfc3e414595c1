import { fault } from '../../diagnostics/index.ts';
import { type Filter, fileBytes, filterFile, readPieces } from '../../host/index.ts';

/** First bytes of compressed files, and who unpacks them. */
const kinds: readonly { readonly magic: readonly number[]; readonly filter: Filter }[] = [
  { magic: [0x1f, 0x8b], filter: { program: 'gzip', args: ['-d', '-c', '-q'] } },
  { magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a], filter: { program: 'xz', args: ['-d', '-c', '-q'] } },
  { magic: [0x5d, 0x00, 0x00], filter: { program: 'xz', args: ['-d', '-c', '-q', '--format=lzma'] } },
  { magic: [0x42, 0x5a, 0x68], filter: { program: 'bzip2', args: ['-d', '-c', '-q'] } },
  { magic: [0x28, 0xb5, 0x2f, 0xfd], filter: { program: 'zstd', args: ['-d', '-c', '-q', '--long=31'] } },
];

/** The contents of a file, unpacked when its first bytes say that it is compressed. Throws SYS001, SYS003 when it is damaged. */
export async function* plainPieces(
  path: string,
  options: { readonly signal?: AbortSignal | undefined; readonly mustBePacked?: boolean } = {},
): AsyncGenerator<Uint8Array> {
  const head = await fileBytes(path, 0, 8);
  const kind = kinds.find(({ magic }) => magic.every((byte, at) => head[at] === byte));
  if (kind) yield* filterFile({ ...kind.filter, signal: options.signal }, path);
  else if (options.mustBePacked) throw fault('FPL004', { what: `'${path}' is not compressed` });
  else yield* readPieces(path);
}
