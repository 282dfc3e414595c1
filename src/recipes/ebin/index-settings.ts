import type { Digest } from '../../primitives/index.ts';

/** A distfile of an ebin as the farm keeps it. */
export interface KeptDistfile {
  readonly sha512: string;
  readonly object: Digest;
  readonly sizeBytes: number;
}

/** What the manager says to jobs that make ebuilds of binary packages. */
export interface IndexSettings {
  /** Text of `ebins.json`. */
  readonly text: string;
  /** Folders of the host that options name; they are where they are, read-only. */
  readonly folders: readonly string[];
  readonly signatures: 'auto' | 'require' | 'ignore';
  /** Files with public keys. */
  readonly keys: readonly string[];
  /** Whether versions go of which there is no build any more. */
  readonly prune: boolean;
  /** The Node that runs packmill, and folders and files of packmill by their names in its folder. */
  readonly runtime: string;
  readonly program: readonly { readonly name: string; readonly path: string }[];
  /** What is published of a job: a folder with the tree, and the names of its packages in it. */
  readonly published: (job: string) => { readonly tree: string; readonly packages: readonly string[] };
  /**
   * Keeps an object of a package, the bytes of which are at `path` or with the farm already; undefined when they are nowhere.
   * Throws EBN013 for a file of other bytes.
   */
  readonly keepObject: (object: {
    readonly of: string;
    readonly sha512: string;
    readonly sizeBytes: number;
    readonly path: string;
  }) => Promise<KeptDistfile | undefined>;
}
