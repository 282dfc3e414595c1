/** How many requests a server gets from us, and how fast. */
export interface HostBudget {
  /** Requests under way at the same time. */
  readonly atOnce: number;
  /** Milliseconds between the beginnings of two requests. */
  readonly gapMs: number;
}

/** What a request may ask for beyond its address. */
export interface FetchOptions {
  /** Default: everything. */
  readonly accept?: string | undefined;
  /** Further headers. They are not passed on when a server sends us to another one. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Of the body, packed and unpacked; default 32 MiB. */
  readonly maxBytes?: number | undefined;
  /**
   * For one exchange up to the last byte, waiting for a turn not counted; default 30,000. The head of the answer has to
   * come within 30,000 anyway. As long again for unpacking what came.
   */
  readonly timeoutMs?: number | undefined;
  /** URL of an HTTP proxy for this request; undefined: what the environment says. */
  readonly proxy?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The document is a gzip file and its contents are wanted, whether the server calls gzip its format or its coding. */
  readonly unpackGzip?: boolean | undefined;
  /** Default `GET`; only answers to `GET` are kept. A `POST` must be a question: it is repeated like one. */
  readonly method?: 'GET' | 'HEAD' | 'POST' | undefined;
  /** Of a `POST`. */
  readonly body?: Uint8Array | undefined;
  /** `false`: a redirect is the answer. */
  readonly followRedirects?: boolean | undefined;
  /** 304 is an answer: the caller has sent conditions of its own. */
  readonly unchangedIsAnswer?: boolean | undefined;
  /** How many times a server with trouble is asked in all; default 4. */
  readonly tries?: number | undefined;
}

/** What the download of a file may ask for. */
export interface DownloadOptions {
  /** They are not passed on when a server sends us to another one. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly proxy?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** For the head of an answer; default 30,000. */
  readonly headTimeoutMs?: number | undefined;
  /** How long nothing may come in the middle of a body; default 60,000. */
  readonly idleMs?: number | undefined;
  /** Of the file; default: no limit. */
  readonly maxBytes?: number | undefined;
  readonly onProgress?: ((doneBytes: number, totalBytes: number | undefined) => void) | undefined;
}

/** A file that was downloaded. */
export interface DownloadedFile {
  /** Where it came from, after redirects. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly sizeBytes: number;
}

/** An answer with a status from 200 to 299, or a redirect that was not to be followed. */
export interface FetchAnswer {
  readonly status: number;
  /** A header's value by its lower-case name; several of one name are joined by commas. */
  readonly headers: Readonly<Record<string, string>>;
  /** Where the answer came from, after redirects. */
  readonly url: string;
  /** Whether the server said that nothing changed and the bytes come from the cache. */
  readonly fromCache: boolean;
  /** The body, unpacked. */
  readonly bytes: Uint8Array;
}

/** The same with a body that is unpacked while it is read; for bodies that are far larger unpacked. */
export interface FetchStream extends Omit<FetchAnswer, 'bytes'> {
  /**
   * Throws FET002 when their unpacking takes longer than `timeoutMs`, FET008 when there are more bytes than `maxBytes`,
   * FET014 when they are damaged, FET015 when they are called off.
   */
  pieces(): AsyncIterable<Uint8Array>;
}
