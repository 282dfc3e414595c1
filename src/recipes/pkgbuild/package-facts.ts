/** What a publisher must know of a finished package besides its bytes; kept in the store as JSON. */
export interface PackageFacts {
  readonly fileName: string;
  readonly sizeBytes: number;
  /** Lower-case hexadecimal digests of the file as published. */
  readonly md5: string;
  readonly sha256: string;
  /** Text of `.PKGINFO`. */
  readonly pkginfo: string;
  /** Paths in the package, folders with a final slash, as the `files` entry of a database lists them. */
  readonly files: readonly string[];
}
