import type { Place } from '../../diagnostics/index.ts';

/** A repository that kits take packages, eclasses and licences from. */
export interface SourceRepository {
  readonly name: string;
  readonly place: Place;
  readonly url?: string;
  readonly branch?: string;
  /** The commit that is pinned; the branch's newest otherwise. */
  readonly sha1?: string;
  readonly copyright?: string;
  readonly notes?: string;
  readonly eclasses?: readonly string[];
}

/** Where a kit that is taken over whole comes from: a branch or a commit. */
export interface SourcedKit {
  readonly url: string;
  readonly branch?: string;
  readonly sha1?: string;
}

/** One branch of one kit. */
export interface KitDefinition {
  readonly name: string;
  readonly place: Place;
  /** `auto` is put together from packages, `sourced` is taken over whole. */
  readonly kind: 'auto' | 'sourced';
  /** Name of a collection for `auto`. */
  readonly source?: string | SourcedKit;
  readonly branch?: string;
  readonly masters: readonly string[];
  readonly aliases: readonly string[];
  readonly priority?: number;
  readonly stability?: string;
  readonly eclasses: {
    /** By repository: names of eclasses, or `*`. */
    readonly include: ReadonlyMap<string, readonly string[]>;
    readonly mask: readonly string[];
  };
  /** Texts as written; `has_python: 3.10` is 3.10. */
  readonly settings: Readonly<Record<string, string>>;
  readonly syncUrl?: string;
}

/** A value as JSON has it. */
export type PlainValue =
  | string
  | number
  | null
  | readonly PlainValue[]
  | { readonly [name: string]: PlainValue };

/** A release: what its kits are made of and where they go. */
export interface ReleaseDefinition {
  /** Whatever stands there, for `metadata/version.json`. */
  readonly metadata: PlainValue;
  /** With `{{cur_year}}` as written. */
  readonly copyright?: string;
  readonly metaRepoBranch?: string;
  readonly repositories: ReadonlyMap<string, SourceRepository>;
  /** Repositories of a collection in order; later ones come first for licences. */
  readonly collections: ReadonlyMap<string, readonly SourceRepository[]>;
  /** `dev` and `prod`; addresses have `{repo}` where the name belongs. */
  readonly remotes: ReadonlyMap<string, { readonly url: string; readonly mirrors: readonly string[] }>;
  /** In the order of the file; of several branches of one kit the first is the primary one. */
  readonly kits: readonly KitDefinition[];
}
