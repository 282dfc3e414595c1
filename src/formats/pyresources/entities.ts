/**
 * What the datafiles of a Python distribution hold: the types that everybody works with. How they look on disk is said in
 * `entity-codecs.ts`, and a compile-time check holds the two together.
 */

/** A dotted path: its parts, and the hash of its text by `hashPath`. The empty path has no parts and the hash 0. */
export interface DottedPath {
  readonly hash: bigint;
  readonly parts: readonly string[];
}

/** What a symbol is; `none` where nobody knows. */
export type SymbolKind = 'none' | 'function' | 'type' | 'module' | 'descriptor' | 'object';

/**
 * Where a child, a class or a base is: with a path in `external` it is that path, looked up among all distributions;
 * otherwise `internal` is the index of a node of the same top-level.
 */
export interface NodeRef {
  readonly internal: number;
  readonly external: DottedPath;
}

export interface SymbolNode {
  readonly canonical: DottedPath;
  readonly children: ReadonlyMap<string, NodeRef>;
  readonly type: NodeRef | null;
  readonly bases: readonly NodeRef[];
  readonly kind: SymbolKind;
}

/** The nodes of each top-level of a distribution; the first one is the top-level itself. */
export type SymbolGraph = ReadonlyMap<string, readonly SymbolNode[]>;

/** Kind, class and bases of one symbol with internal places written as canonical paths. */
export interface SymbolTypes {
  readonly kind: SymbolKind;
  readonly type: DottedPath | null;
  readonly bases: readonly DottedPath[];
}

export interface ArgSpecArg {
  readonly name: string;
  /** Dotted path of the default's class; empty where there is no default or its class is not known. */
  readonly defaultType: string;
  /** Text of the default; empty: the argument is needed. An empty text as default is written `""`. */
  readonly defaultValue: string;
  readonly keywordOnly: boolean;
  readonly positionalOnly: boolean;
  /** Dotted paths of types it may have. */
  readonly types: readonly string[];
  /** As the source or stub has it; empty: none. */
  readonly annotation: string;
}

/** Where a signature was found. */
export type ArgSpecOrigin = 'unknown' | 'stub' | 'typeshed' | 'source' | 'runtime' | 'docstring';

export interface ArgSpec {
  readonly args: readonly ArgSpecArg[];
  /** Name of `*args`; empty: none. */
  readonly vararg: string;
  /** Name of `**kwargs`; empty: none. */
  readonly kwarg: string;
  /** Return annotation; empty: none. */
  readonly returns: string;
  readonly origin: ArgSpecOrigin;
}

export interface Documentation {
  /** Empty: none. */
  readonly html: string;
  readonly text: string;
}

/** How often code was seen to use a symbol, by what it did with it. */
export interface SymbolCounts {
  readonly imports: number;
  readonly names: number;
  readonly attributes: number;
  readonly expressions: number;
  /** Imports of exactly this path. */
  readonly importsOfThis: number;
  /** Names it was imported as, and how often. */
  readonly aliases: ReadonlyMap<string, number>;
}

export interface KeywordName {
  readonly name: string;
  readonly types: readonly string[];
}

/** Names that code passes through a function's `**kwargs`. */
export interface Kwargs {
  readonly name: string;
  readonly kwargs: readonly KeywordName[];
}

/** Bits of where a return type was found. */
export const returnTypeSources = {
  stub: 1,
  numpydoc: 2,
  epytext: 4,
  dynamic: 8,
  attributeModel: 16,
} as const;

/** Types that a function returns, by dotted path, with the bits of `returnTypeSources`. */
export type ReturnTypes = ReadonlyMap<string, number>;

/** A text of an identifier and the number of its language (Python is 5). */
export interface LanguageId {
  readonly id: string;
  readonly language: number;
}

export interface ParameterType {
  readonly id: LanguageId;
  readonly name: string;
  readonly examples: readonly string[];
  readonly frequency: number;
}

export interface ParameterExample {
  readonly name: string;
  readonly types: readonly (ParameterType | null)[];
}

export interface PythonDetails {
  readonly kwargs: readonly (ParameterExample | null)[];
}

export interface LanguageDetails {
  readonly python: PythonDetails | null;
}

/** One way in which code calls a function. */
export interface PopularSignature {
  readonly args: readonly (ParameterExample | null)[];
  readonly languageDetails: LanguageDetails;
  /** Share of all calls, from 0 to 1. */
  readonly frequency: number;
}

export interface ArgTypeCount {
  readonly path: string;
  readonly distribution: string;
  readonly count: number;
}

export interface ArgStat {
  readonly name: string;
  readonly count: number;
  readonly types: readonly ArgTypeCount[];
}

export interface SignatureStats {
  readonly positional: readonly ArgStat[];
  readonly argsByName: ReadonlyMap<string, ArgStat>;
  /** Calls that were counted. */
  readonly count: number;
}

/** What each kind of datafile holds. Keys of 64 bits are hashes of canonical paths; those of `SymbolCounts` are path texts. */
export interface ResourceTypes {
  readonly ArgSpec: ReadonlyMap<bigint, ArgSpec>;
  readonly Documentation: ReadonlyMap<bigint, Documentation>;
  readonly Kwargs: ReadonlyMap<bigint, Kwargs>;
  readonly PopularSignatures: ReadonlyMap<bigint, readonly (PopularSignature | null)[]>;
  readonly ReturnTypes: ReadonlyMap<bigint, ReturnTypes>;
  readonly SignatureStats: ReadonlyMap<bigint, SignatureStats>;
  readonly SymbolCounts: ReadonlyMap<string, SymbolCounts>;
  readonly SymbolGraph: SymbolGraph;
  readonly SymbolTypes: ReadonlyMap<bigint, SymbolTypes>;
  readonly TypeshedArgSpec: ReadonlyMap<bigint, ArgSpec>;
}

/** A kind of datafile, as manifests call it. */
export type ResourceKind = keyof ResourceTypes;

/** What is shown of a top-level before its distribution is loaded. */
export interface ToplevelFacts {
  readonly docs: Documentation | null;
  readonly counts: SymbolCounts | null;
}
