import { fault, isFault, messageOf } from '../diagnostics/index.ts';
import { zstdFrames } from '../formats/archives/index.ts';
import { type Compression, compressionOf } from '../formats/gentoo/index.ts';
import { type Filter, filterPieces, gunzipBytes, runProcess, unpackZstdFrame } from '../host/index.ts';

/** Who unpacks what; `zstd` has to be told that large windows are wanted. */
const programs: Readonly<Record<Exclude<Compression, 'none'>, Filter>> = {
  bzip2: { program: 'bzip2', args: ['-d', '-c', '-q'] },
  gzip: { program: 'gzip', args: ['-d', '-c', '-q'] },
  lz4: { program: 'lz4', args: ['-d', '-c', '-q'] },
  lzip: { program: 'lzip', args: ['-d', '-c', '-q'] },
  lzop: { program: 'lzop', args: ['-d', '-c', '-q'] },
  xz: { program: 'xz', args: ['-d', '-c', '-q', '-T1'] },
  zstd: { program: 'zstd', args: ['-d', '-c', '-q', '--long=31'] },
};

const damaged = (file: string, error: unknown): Error => {
  if (isFault(error, 'SYS001', 'SYS002')) return error;
  const why = isFault(error) ? (error.problem.why ?? error.problem.what) : messageOf(error);
  const what = 'what is compressed in the package cannot be unpacked';
  return fault('EBN001', { what, why: `${why}.`, place: { file }, cause: error });
};

/**
 * Unpacks a few bytes in memory; `file` is for messages.
 * @throws EBN001 when they are damaged or of an unknown kind, EBN008 when they unpack to more than `maxBytes`, SYS001
 */
export async function unpackSmall(bytes: Uint8Array, maxBytes: number, file: string): Promise<Uint8Array> {
  const compression = compressionOf(bytes.subarray(0, 512));
  const tooMuch = () =>
    fault('EBN008', { what: `the metadata unpacks to more than ${maxBytes} bytes`, place: { file } });
  try {
    if (compression === undefined) throw new Error('its first bytes are those of no compression');
    if (compression === 'none') return bytes;
    if (compression === 'gzip') return gunzipBytes(bytes, maxBytes);
    if (compression === 'zstd') {
      const frames = zstdFrames(bytes);
      if (!frames) throw new Error('it is no whole zstd data');
      let left = maxBytes;
      const whole = frames.map((frame) => {
        if (left <= 0) throw new RangeError('too much');
        const piece = unpackZstdFrame(frame, left);
        left -= piece.byteLength;
        return piece;
      });
      return Buffer.concat(whole);
    }
    return await unpackByProgram(programs[compression], bytes, maxBytes);
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') throw tooMuch();
    if (error instanceof RangeError) throw tooMuch();
    throw damaged(file, error);
  }
}

async function unpackByProgram(filter: Filter, bytes: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  const result = await runProcess(filter.program, filter.args, { input: bytes, maxOutputBytes: maxBytes });
  if (result.why === 'too-much-output') throw new RangeError('too much');
  if (result.code !== 0) throw new Error(result.stderr.trim() || `exit ${result.code}`);
  return result.stdoutBytes;
}

/**
 * Unpacks what arrives in pieces, in bounded memory.
 * @throws EBN001 when it is damaged, EBN008 when there is more than `maxBytes`, SYS001 when the program is missing
 */
export async function* unpackPieces(
  pieces: AsyncIterable<Uint8Array>,
  compression: Exclude<Compression, 'none'>,
  of: { readonly file: string; readonly maxBytes: number; readonly signal?: AbortSignal | undefined },
): AsyncGenerator<Uint8Array> {
  let total = 0;
  const filter = { ...programs[compression], signal: of.signal };
  const unpacked = filterPieces(filter, pieces);
  for (;;) {
    const step = await unpacked.next().catch((error: unknown) => {
      throw of.signal?.aborted ? error : damaged(of.file, error);
    });
    if (step.done) return;
    total += step.value.byteLength;
    if (total > of.maxBytes) {
      await unpacked.return(undefined);
      throw fault('EBN008', {
        what: `the image unpacks to more than ${of.maxBytes} bytes`,
        place: { file: of.file },
      });
    }
    yield step.value;
  }
}
