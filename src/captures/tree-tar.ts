import { TarRecordSorter } from '../formats/archives/index.ts';
import { type Filter, programPieces } from '../host/index.ts';
import type { CaptureRequest, Surroundings } from './contract.ts';

/** Attributes of the machine and of its mounts, never of a file. */
export const foreignAttributes: readonly string[] = [
  'trusted.overlay.*',
  'user.overlay.*',
  'security.selinux',
];

/** The program as it is started here, or behind the words that lead into a namespace. */
export function surrounded(program: string, args: readonly string[], by: Surroundings): Filter {
  const [first = program, ...rest] = [...(by.within ?? []), program, ...args];
  return { program: first, args: rest, signal: by.signal };
}

/** All that a program prints. Throws SYS001, SYS003. */
export async function printed(filter: Filter): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of programPieces(filter)) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** A pattern for names as tar has them: `./dev/*`. */
const patternOf = (pattern: string): string => `--exclude=./${pattern.replace(/^\.?\/+/, '')}`;

/**
 * Options that make GNU tar write the same bytes for the same tree: POSIX headers, names in byte order, numbers for owners, one
 * time for all, no times of access or change, extended headers that are named by what they belong to. Access control lists are
 * kept as the attributes that they are, which hold numbers, where `--acls` writes names of the machine. Holes are written out:
 * where a file has some is a matter of the file system.
 */
function tarOptions(request: CaptureRequest, prefix: string | undefined): readonly string[] {
  return [
    '--format=posix',
    '--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime',
    '--sort=name',
    '--numeric-owner',
    `--mtime=@${Math.floor(request.time)}`,
    '--xattrs',
    ...foreignAttributes.map((pattern) => `--xattrs-exclude=${pattern}`),
    '--anchored',
    '--no-wildcards-match-slash',
    ...(request.leaveOut ?? []).map(patternOf),
    // of symbolic links the name is changed, and what they lead to is not
    ...(prefix === undefined ? [] : [`--transform=flags=rSh;s,^\\.\\(/\\|$\\),${prefix}\\1,`]),
  ];
}

/** GNU tar as it packs the root of a request, to its standard output unless another file is named. */
export function tarProgram(
  request: CaptureRequest,
  prefix: string | undefined,
  to: readonly string[] = ['-f', '-'],
): Filter {
  const args = ['-c', ...to, ...tarOptions(request, prefix), '-C', request.root, '.'];
  return surrounded('tar', args, request);
}

/** A tree as a tar that depends on its content alone. Its pieces can be asked for once. */
export class TreeTar implements AsyncIterable<Uint8Array> {
  readonly #request: CaptureRequest;
  readonly #prefix: string | undefined;
  #members = 0;

  /** `prefix`: a folder that all members lie in; undefined: `.`. */
  constructor(request: CaptureRequest, prefix?: string) {
    this.#request = request;
    this.#prefix = prefix;
  }

  /** Members that were written, when all pieces have been. */
  get members(): number {
    return this.#members;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    const sorter = new TarRecordSorter(this.#request.root);
    for await (const piece of programPieces(tarProgram(this.#request, this.#prefix))) {
      const passed = sorter.push(piece);
      if (passed.byteLength > 0) yield passed;
    }
    sorter.end();
    this.#members = sorter.members;
  }
}
