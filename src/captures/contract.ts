import { fault } from '../diagnostics/index.ts';
import type { SteadyCompression } from '../host/index.ts';

/** What a capture is: files in a tar, a file system in a file, or an image of a container engine or of a disk. */
export type CaptureContainer = 'tar' | 'lxd' | 'squashfs' | 'oci' | 'live';

export interface CaptureFormat {
  readonly container: CaptureContainer;
  readonly compression: SteadyCompression | 'none';
}

const tarSuffixes: readonly (readonly [string, CaptureFormat['compression']])[] = [
  ['.tar', 'none'],
  ['.tar.xz', 'xz'],
  ['.tar.zst', 'zstd'],
  ['.tar.gz', 'gzip'],
];

const otherSuffixes: readonly (readonly [string, CaptureFormat])[] = [
  ['.oci.tar', { container: 'oci', compression: 'gzip' }],
  ['.squashfs', { container: 'squashfs', compression: 'xz' }],
  ['.iso', { container: 'live', compression: 'xz' }],
];

/**
 * Format of a capture by the name of its file. A tar for LXD has the same names as another one, and is asked for by `kind`.
 * Throws MCA001 for a name that tells none.
 */
export function captureFormat(name: string, kind: 'tar' | 'lxd' = 'tar'): CaptureFormat {
  const other = otherSuffixes.find(([suffix]) => name.endsWith(suffix));
  if (other) return other[1];
  const tar = tarSuffixes.find(([suffix]) => name.endsWith(suffix));
  if (tar) return { container: kind, compression: tar[1] };
  const known = [...tarSuffixes, ...otherSuffixes].map(([suffix]) => suffix).join(', ');
  throw fault('MCA001', { what: `the file name '${name}' does not end in one of ${known}` });
}

/** What images say of themselves; plain archives do not. */
export interface ImageFacts {
  readonly name: string;
  readonly version: string;
  /** As `uname -m` says it: `x86_64`, `aarch64`, ... */
  readonly machine: string;
  readonly description?: string | undefined;
  /** Of OCI images: what is run when nothing else is asked for; `/bin/sh` when nothing is said. */
  readonly command?: readonly string[] | undefined;
}

/** How programs come to see a folder that is mounted in a namespace of its own. */
export interface Surroundings {
  /** Words put in front of the program, such as those of `nsenter`; nothing: it is started here. */
  readonly within?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface CaptureRequest extends Surroundings {
  /** Folder that is captured, as the programs of `within` see it. Nothing may change in it meanwhile. */
  readonly root: string;
  /** The file to make; complete and durable when it appears. */
  readonly path: string;
  readonly format: CaptureFormat;
  /** Seconds since the epoch: the time that every member gets. */
  readonly time: number;
  /** Patterns of what stays out, below the root: `dev/*` leaves the folder and takes nothing of what is in it. */
  readonly leaveOut?: readonly string[] | undefined;
  /** Of the compressor of a tar; its usual one when nothing is said (see `steadyCompressor`). File systems have theirs. */
  readonly level?: number | undefined;
  /** Needed for LXD, OCI and live images. */
  readonly image?: ImageFacts | undefined;
}

export interface Captured {
  readonly path: string;
  readonly sizeBytes: number;
  /** SHA-256 of the file, lower-case hexadecimal. */
  readonly digest: string;
  /** Members of the root: files, folders, links, devices. */
  readonly members: number;
}

export interface UnpackRequest extends Surroundings {
  readonly archive: string;
  /** A folder that is empty, as the programs of `within` see it. */
  readonly folder: string;
}
