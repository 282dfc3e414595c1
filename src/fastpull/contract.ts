import type { Problem } from '../diagnostics/index.ts';
import type { HostPause } from '../fetcher/index.ts';
import type { BsonDocument } from '../formats/extended-json/index.ts';

/** The hashes by which a file is known, in lower-case hexadecimal digits, and its size. */
export interface Hashes {
  /** 128 digits; the name of the object. */
  readonly sha512: string;
  readonly sha256: string;
  /** BLAKE2b with 64 bytes, 128 digits. */
  readonly blake2b: string;
  readonly sizeBytes: number;
}

/** An object that is here: record and bytes, of the right size. */
export interface Blob extends Hashes {
  /** Of the bytes; read-only, and shared with the store: never write to it. */
  readonly path: string;
}

/** The objects themselves, by SHA-512 (specification, 4). */
export interface Blos {
  /** Undefined when record or bytes are missing, the record cannot be read, or the size differs. Bytes are not read. */
  find(sha512: string): Blob | undefined;
  /** Copies a file in, or takes it over with `move` (only files that nobody else may write to); durable on return. */
  insertFile(path: string, options?: { readonly move?: boolean | undefined }): Promise<Blob>;
  /** Reads all bytes again. Throws FPL002 when they are not what their name says. */
  verify(blob: Blob): Promise<void>;
  /** Every object that has a record, whether its bytes are there or not, by name. */
  list(): Iterable<string>;
}

/** Who used an object, and under which name. */
export interface Use {
  readonly autogenId: string;
  /** `category/name`. */
  readonly catpkg: string;
  readonly finalName: string;
}

/** What an integrity scope knows of an address. */
export interface IntegrityRecord {
  readonly url: string;
  readonly sha512: string;
  readonly updatedOn: Date;
  /** Undefined when the object is not here any more. */
  readonly blob: Blob | undefined;
  /** Newest first, one for each package. */
  readonly uses: readonly (Use & { readonly accessedOn: Date })[];
}

/** Address to hash, within one scope (specification, 4.1). */
export interface IntegrityScope {
  readonly scope: string;
  find(url: string): IntegrityRecord | undefined;
  /** 128 digits: SHA-512 of the canonical text. */
  indexOf(url: string): string;
  put(url: string, blob: Blob): Promise<void>;
  /** False when nothing was known of it. */
  forget(url: string): Promise<boolean>;
  noteUse(url: string, use: Use): Promise<void>;
  list(): Iterable<IntegrityRecord>;
}

/** What an archive is filed under: with `finalName` the name is part of the key (specification, 2.4). */
export interface DynamicKey {
  /** Default: no further key. Never changed. */
  readonly key?: BsonDocument | undefined;
  readonly finalName?: string | undefined;
}

export interface DynamicRecord {
  /** Of the record, 128 digits. */
  readonly index: string;
  /** As it is stored, `final_name` included when it belongs to it. */
  readonly key: BsonDocument;
  readonly metadata: BsonDocument;
  readonly sha512: string;
  readonly blob: Blob | undefined;
}

/** Key to archive, by exact match, within one scope (specification, 2.4 and 2.8). */
export interface DynamicStore {
  readonly scope: string;
  /** Only with a `blob` that is here. Throws EJS001 for a key with a value that is none, naming its place. */
  find(key: DynamicKey): (DynamicRecord & { readonly blob: Blob }) | undefined;
  /** Files an archive under a key, replacing what is there. `created_on` is set unless the metadata has it. */
  put(key: DynamicKey, blob: Blob, metadata?: BsonDocument): Promise<DynamicRecord & { readonly blob: Blob }>;
  /** 128 digits: SHA-512 of the canonical text. */
  indexOf(key: DynamicKey): string;
  /** One at a time for each key, in this process and across processes. */
  exclusively<Result>(key: DynamicKey, work: () => Promise<Result>): Promise<Result>;
  noteUse(index: string, use: Use): Promise<void>;
  read(index: string): DynamicRecord | undefined;
  /** False when there is none. The object stays. */
  remove(index: string): Promise<boolean>;
  list(): Iterable<DynamicRecord>;
}

/** Some or all hashes that a file must have. */
export interface ExpectedHashes {
  readonly sha512?: string | undefined;
  readonly sha256?: string | undefined;
  readonly blake2b?: string | undefined;
}

export interface DownloadRequest {
  readonly url: string;
  /** Decides what is verified (specification, 2.2); default: the end of the address. */
  readonly finalName?: string | undefined;
  /**
   * Where the bytes are asked for, in this order until one has them; default: the address. It stays the name of what is known:
   * a `mirror://` address is the same file whichever server has it.
   */
  readonly addresses?: readonly string[] | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly expectHashes?: ExpectedHashes | undefined;
  readonly expectSize?: number | undefined;
  /** Default: the scope that the service was opened with. */
  readonly scope?: string | undefined;
  /** Asks again although the address is known. */
  readonly refetch?: boolean | undefined;
  readonly use?: Use | undefined;
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
}

export interface DownloadProgress {
  /** Without user, password and query. */
  readonly address: string;
  readonly doneBytes: number;
  /** Undefined while the server does not say. */
  readonly totalBytes: number | undefined;
}

export interface Download {
  readonly blob: Blob;
  /** Which address the bytes came from. */
  readonly url: string;
  /** `store`: nothing was asked. `joined`: somebody else in this process asked. */
  readonly from: 'network' | 'store' | 'joined';
}

export interface PageRequest {
  readonly url: string;
  /** A label of the WHATWG encoding standard; default: what the answer says, else UTF-8, else Latin-1. */
  readonly encoding?: string | undefined;
  /** The page must be JSON; its text is kept. */
  readonly isJson?: boolean | undefined;
  /** How old a kept page may be that is used without asking; default 15 minutes. */
  readonly refreshMs?: number | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

export interface Page {
  readonly text: string;
  /** Of a JSON page. */
  readonly value?: unknown;
  readonly fetchedOn: Date;
  /** `kept`: not asked; `unchanged`: the server said so; `stale`: the server failed, and this is what was there. */
  readonly from: 'network' | 'kept' | 'unchanged' | 'stale';
}

/** A page that was used although its server failed. */
export interface StaleUse {
  readonly address: string;
  readonly fetchedOn: Date;
  readonly because: Problem;
}

/** Pages and answers of APIs (specification, 5.2 and 5.3). Throws the FET problems of the last attempt. */
export interface Pages {
  get(request: PageRequest): Promise<Page>;
  /** Where a redirect leads, absolute. Throws FPL020 when the answer is none. */
  redirect(url: string): Promise<string>;
  /** By lower-case name, of the last answer after redirects. */
  headers(url: string): Promise<Readonly<Record<string, string>>>;
  /** The name that the server gives its answer (RFC 6266). */
  filename(url: string): Promise<string | undefined>;
  /** In the order in which they happened. */
  readonly staleUses: readonly StaleUse[];
}

export interface PackOptions {
  /** Seconds since the epoch for every member; default 0. */
  readonly mtime?: number | undefined;
  /** Otherwise a folder without members is FPL011. */
  readonly allowEmpty?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Packed {
  readonly blob: Blob;
  readonly members: number;
  /** Version control folders among the members, whose contents differ from clone to clone. */
  readonly versionControlFolders: readonly string[];
}

export interface UnpackOptions {
  readonly signal?: AbortSignal | undefined;
  /** Of all members together; default 64 GiB. */
  readonly maxBytes?: number | undefined;
}

/** What is written down of a file that was made, for cleaning up later (specification, 2.7 and 3.5). */
export interface LedgerEntry {
  /** Absolute. */
  readonly path: string;
  readonly sha512: string;
  readonly autogenId: string;
  readonly writtenOn: Date;
}

export interface Ledger {
  note(entry: LedgerEntry): Promise<void>;
  find(path: string): LedgerEntry | undefined;
  forget(path: string): Promise<boolean>;
  list(): Iterable<LedgerEntry>;
}

/** Everything between autogens and files of others: stores, downloads, pages, archives. */
export interface Fastpull {
  /** The folder `stores`. */
  readonly storesFolder: string;
  /** The scope of downloads and archives unless a call names another. */
  readonly scope: string;
  /** A folder of this run alone, removed by `close`. */
  temporaryFolder(purpose: string): string;
  readonly blos: Blos;
  integrity(scope?: string): IntegrityScope;
  dynamic(scope?: string): DynamicStore;
  /**
   * A file by its address: at most one download of it in this process, none when it is known. Throws FET problems,
   * FPL003 when hashes or size are not the expected ones, FPL004 when the file is damaged.
   */
  download(request: DownloadRequest): Promise<Download>;
  readonly pages: Pages;
  /** Told of each pause that a server asks for; returns what ends that. */
  watchPauses(listener: (pause: HostPause) => void): () => void;
  /** Packs what is in a folder into an archive whose format its name tells, and stores it. The same contents give the same bytes. */
  pack(folder: string, finalName: string, options?: PackOptions): Promise<Packed>;
  /**
   * Unpacks a file into a folder, which is emptied first. `finalName` tells whether it is a zip file. Throws FPL012 for
   * a member that would land outside.
   */
  unpack(
    of: { readonly path: string; readonly finalName: string },
    folder: string,
    options?: UnpackOptions,
  ): Promise<void>;
  /** `generated`: ebuilds; `distdir`: copies of archives. */
  ledger(name: 'generated' | 'distdir'): Ledger;
  /** Public address of an object: `<distfiles host>/aa/bb/cc/<sha512>`. Throws FPL017 when no host is set. */
  addressOf(sha512: string): string;
  /**
   * When it returns, what was stored and recorded until now survives a power loss. Before, everybody sees it complete, but a
   * power loss may take it back. Throws SYS004.
   */
  settle(): Promise<void>;
  /** Settles, removes temporary folders and closes connections that this object opened. Throws SYS004. */
  close(): Promise<void>;
}

/** Name and password, or a token, for one host. */
export interface Credentials {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly token?: string | undefined;
  /** Also for downloads of files; otherwise for pages only. */
  readonly forFiles?: boolean | undefined;
}
