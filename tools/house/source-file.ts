/** One arrow between files, as written. */
export interface ImportArrow {
  readonly specifier: string;
  readonly line: number;
  /** True when the arrow carries types only and is gone at run time. */
  readonly typeOnly: boolean;
}

export interface FunctionSize {
  readonly name: string;
  readonly line: number;
  readonly lines: number;
  readonly parameters: number;
}

/** What the rules need to know of one source file; `path` is relative to the repository, with slashes. */
export interface SourceFile {
  readonly path: string;
  readonly lines: number;
  readonly imports: readonly ImportArrow[];
  /** Uses of time, chance, environment and network that need no import, as `Date.now` or `process.env`. */
  readonly hiddenInputs: readonly { readonly name: string; readonly line: number }[];
  readonly functions: readonly FunctionSize[];
  /** The first syntax error, when there is one; the other fields are then incomplete. */
  readonly broken?: { readonly what: string; readonly line: number };
}

/** One breach of a house rule; `message` tells the offender what to do. */
export interface Offence {
  readonly rule: string;
  readonly path: string;
  readonly line: number;
  readonly message: string;
}
