import type { Problem } from '../diagnostics/index.ts';
import type {
  BuildFacts,
  CanonicalOptions,
  Compression,
  ImageEntry,
  PartRule,
} from '../formats/gentoo/index.ts';

/** How far signatures count (specification 2.8). `auto`: those that are there must all be good, and none need be there. */
export type SignaturePolicy = 'auto' | 'require' | 'ignore';

/** How a package is to be read. */
export interface OpenOptions {
  /** Default `auto`. */
  readonly signatures?: SignaturePolicy | undefined;
  /** Files with public keys (armored or not) that are trusted fully. */
  readonly keys?: readonly string[] | undefined;
  /** A home of GnuPG whose trust counts, instead of `keys`. */
  readonly keyHome?: string | undefined;
  readonly allowPrefix?: boolean | undefined;
  readonly allowQuickpkg?: boolean | undefined;
  /** Most bytes of the unpacked tar of an image; default 32 GiB. */
  readonly maxImageBytes?: number | undefined;
  /** `metadata`: digests of the image are not compared, which saves reading it; default `all`. */
  readonly check?: 'all' | 'metadata' | undefined;
  /** What an index says of the file; compared before anything else. */
  readonly listed?: ListedFile | undefined;
  /** Folder for unpacked images while they are open; default: one where the system keeps temporary files. */
  readonly temporaryFolder?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What an index says of a package file; absent values are not compared. Hexadecimal, lower case. */
export interface ListedFile {
  readonly sizeBytes?: number | undefined;
  readonly md5?: string | undefined;
  readonly sha1?: string | undefined;
}

/** A build whose container was read and found in order. */
export interface OpenedBuild extends BuildFacts {
  /** The file that was read. */
  readonly file: string;
  readonly sizeBytes: number;
  /** Warnings: they do not keep the build from being used. */
  readonly problems: readonly Problem[];
  readonly isSigned: boolean;
  /** Metadata as it is in the container. */
  readonly records: ReadonlyMap<string, Uint8Array>;
  readonly container: ContainerFacts;
  /** `environment.bz2`, unpacked; undefined when there is none. Never to be executed. Throws EBN001. */
  environment(): Promise<string | undefined>;
  /** Unpacks the image (if it is compressed) and lists it. To be closed. Throws EBN001, EBN004, EBN006, EBN008. */
  openImage(): Promise<OpenedImage>;
}

/** What the container itself is like. */
export interface ContainerFacts {
  readonly compression: Compression;
  /** Where in the file the compressed tar of the image lies. */
  readonly imageOffset: number;
  readonly imageBytes: number;
  /** Of a GPKG: names and sizes of the members, in their order. Of an XPAK: its records. */
  readonly members: readonly { readonly name: string; readonly sizeBytes: number }[];
  /** The folder in front of the names of a GPKG's members. */
  readonly base?: string | undefined;
}

/** An image of which all bytes are at hand. */
export interface OpenedImage {
  /** In the order of the tar. */
  readonly entries: readonly ImageEntry[];
  /** Warnings that only the image tells: EBN010, EBN011. */
  readonly problems: readonly Problem[];
  /** Bytes of the image's tar. */
  read(offset: number, length: number): Promise<Uint8Array>;
  /** The same in pieces, for many. */
  pieces(offset: number, length: number): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

/** How images become objects. */
export interface PartOptions {
  readonly rules?: readonly PartRule[] | undefined;
  readonly mtime?: CanonicalOptions['mtime'];
  readonly signal?: AbortSignal | undefined;
}

/** One part of one image, as the tar that decides over sharing. */
export interface CanonicalPart {
  /** `main`, `splitdebug`, `installsources`, or an operator's class. */
  readonly part: string;
  /** SHA-512 of the tar, hexadecimal. */
  readonly canonical: string;
  /** Of the tar. */
  readonly sizeBytes: number;
  readonly members: number;
  /** The tar once more. */
  pieces(): AsyncIterable<Uint8Array>;
}

/** How objects are compressed. */
export type Codec = 'xz' | 'zstd' | 'gzip';

/** An object of the store: a compressed canonical tar. Digests are hexadecimal. */
export interface ContentObject {
  readonly canonical: string;
  readonly sha512: string;
  /** BLAKE2b with 512 bits. */
  readonly blake2b: string;
  /** Bytes, compressed. */
  readonly size: number;
  readonly codec: Codec;
  /** The part it was first made for. */
  readonly part: string;
  /** Seconds since the epoch. */
  readonly created: number;
}
