import { fault, isFault } from '../diagnostics/index.ts';
import { entryFacts, fileBytes, machine, pathExists, realPath } from '../host/index.ts';
import { isOutOfRoom } from './capture.ts';
import type { UnpackRequest } from './contract.ts';
import { foreignAttributes, printed, surrounded } from './tree-tar.ts';

/** First bytes of what can be unpacked, and the program that takes the compression off. */
const kinds: readonly { readonly magic: readonly number[]; readonly kind: string }[] = [
  { magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], kind: 'xz' },
  { magic: [0x28, 0xb5, 0x2f, 0xfd], kind: 'zstd' },
  { magic: [0x1f, 0x8b], kind: 'gzip' },
  { magic: [0x42, 0x5a, 0x68], kind: 'bzip2' },
  { magic: [0x68, 0x73, 0x71, 0x73], kind: 'squashfs' },
];

const magicBytes = 512;
const tarMagicAt = 257;

/** What an archive is, by its first bytes: names are not believed. Throws MCA004 for what is none, SYS004. */
async function kindOf(archive: string): Promise<string> {
  // also what a link leads to
  const size = pathExists(archive) ? entryFacts(realPath(archive))?.sizeBytes : undefined;
  if (size === undefined) throw fault('MCA004', { what: `the archive '${archive}' does not exist` });
  const head = await fileBytes(archive, 0, Math.min(size, magicBytes));
  const found = kinds.find(({ magic }) => magic.every((byte, index) => head[index] === byte));
  if (found) return found.kind;
  if (Buffer.from(head.subarray(tarMagicAt, tarMagicAt + 5)).toString('latin1') === 'ustar') return 'tar';
  throw fault('MCA004', { what: `'${archive}' is no archive of a known kind` });
}

const inflaters: Readonly<Record<string, string>> = {
  xz: 'xz -q -T0',
  zstd: 'zstd -q --long=31',
  gzip: 'gzip -q',
  bzip2: 'bzip2 -q',
};

/** Device nodes are never taken over: what is unpacked gets a `/dev` of its own. */
const leftOut = ['dev/*', './dev/*'] as const;

/**
 * GNU tar as the one who unpacks a root. It writes no link before all files are there when the link leads out of the folder, and
 * refuses names that go up.
 */
function tarArguments({ archive, folder, within }: UnpackRequest, kind: string): readonly string[] {
  const mayOwn = within !== undefined || machine.isRoot();
  const program = inflaters[kind];
  return [
    '-x',
    ...['-f', archive, '-C', folder],
    ...(program === undefined ? [] : ['-I', program]),
    '-p',
    mayOwn ? '--same-owner' : '--no-same-owner',
    '--numeric-owner',
    '--delay-directory-restore',
    '--xattrs',
    ...(mayOwn ? ['--xattrs-include=*'] : ['--xattrs-include=user.*', '--xattrs-include=system.posix_acl_*']),
    ...foreignAttributes.map((pattern) => `--xattrs-exclude=${pattern}`),
    '--anchored',
    ...leftOut.map((pattern) => `--exclude=${pattern}`),
    '--warning=no-timestamp',
    '--warning=no-unknown-keyword',
  ];
}

function squashfsArguments({ archive, folder }: UnpackRequest): readonly string[] {
  const options = ['-force', '-dest', folder, '-no-progress', '-quiet', '-xattrs', '-strict-errors'];
  return [...options, '-excludes', archive, 'dev/*'];
}

function unpackProblem(error: unknown, { archive, signal }: UnpackRequest): unknown {
  if (!isFault(error, 'SYS003') || signal?.aborted) return error;
  const why = error.problem.why ?? `${error.problem.what}.`;
  if (isOutOfRoom(error)) {
    return fault('MCA006', { what: `there is no room for what '${archive}' holds`, why, cause: error });
  }
  if (/contains '\.\.'|Not a directory|outside/.test(why)) {
    return fault('MCA008', {
      what: `'${archive}' leads out of the folder it is unpacked in`,
      why,
      cause: error,
    });
  }
  return fault('MCA005', { what: `'${archive}' cannot be unpacked`, why, cause: error });
}

/**
 * Unpacks a tar (plain, xz, zstd, gzip, bzip2) or a squashfs into an empty folder, with owners, modes, times, attributes, access
 * control lists and capabilities as far as we are permitted to give them; nothing of `/dev`. It is not durable when it returns.
 * What is in the folder after an error is to be thrown away.
 * @throws MCA004 for what is no archive, MCA005 for a damaged one, MCA006, MCA008 for names that lead outside, SYS001, SYS004
 */
export async function unpackArchive(request: UnpackRequest): Promise<void> {
  const kind = await kindOf(request.archive);
  const filter =
    kind === 'squashfs'
      ? surrounded('unsquashfs', squashfsArguments(request), request)
      : surrounded('tar', tarArguments(request, kind), request);
  try {
    await printed(filter);
  } catch (error) {
    throw unpackProblem(error, request);
  }
}
