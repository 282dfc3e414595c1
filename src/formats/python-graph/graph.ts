/**
 * What an exploration says of one Python distribution: a graph of its objects, in shards of one top-level each.
 *
 * A *raw* graph is what the explorer writes. A *valid* one has gone through `validateShard`: same types, and in each shard
 * every internal node can be reached from the root by members, every member is there, and a canonical name leads from the
 * root to its node. Ids are dense whole numbers within a shard and mean nothing outside of it.
 */

/** A distribution by its name as published and its version; an empty version where none is known. */
export interface PythonDistribution {
  readonly name: string;
  readonly version: string;
}

/** The standard library of an interpreter, as a distribution. */
export const standardLibraryName = 'builtin-stdlib';

/** What a node is. A `descriptor` is a property, slot or the like; an `object` is any other value. */
export type NodeKind = 'function' | 'type' | 'module' | 'descriptor' | 'object';

/** How an argument may be given, in the words of `inspect.Parameter`. */
export type ParameterKind =
  | 'positional-only'
  | 'positional-or-keyword'
  | 'var-positional'
  | 'keyword-only'
  | 'var-keyword';

export interface GraphParameter {
  readonly name: string;
  readonly kind: ParameterKind;
  /**
   * Text of the default: that of a literal as `str()` gives it (so `x` for `'x'`, and an empty text for `''`), of any other
   * expression its source. Null: there is none, the argument is needed. At most 256 characters.
   */
  readonly defaultText: string | null;
  /** Dotted name of the default's class, such as `builtins.str` or `types.NoneType`; null where it is not known. */
  readonly defaultType: string | null;
  /** Annotation as the source has it; null: none. */
  readonly annotation: string | null;
}

/** Where a signature comes from, the most trusted first. */
export type SignatureSource = 'stub' | 'typeshed' | 'source' | 'runtime' | 'docstring';

export interface GraphSignature {
  /** All of them in order. Methods have their receiver (`self`, `cls`); the signature of a class has none. */
  readonly parameters: readonly GraphParameter[];
  /** Return annotation as the source has it; null: none. */
  readonly returns: string | null;
  readonly from: SignatureSource;
}

/** Facts about functions, methods and classes that their kind does not tell. */
export type Trait =
  | 'abstract'
  | 'async'
  | 'classmethod'
  | 'final'
  | 'generator'
  | 'property'
  | 'staticmethod';

/**
 * One object. A node with a `reference` is external: it belongs to another top-level, and of the other fields only
 * `canonical` and `origin` may say something.
 */
export interface GraphNode {
  readonly id: number;
  /** Dotted path that leads to the object; null where its own names do not. Never null in a valid graph's internal nodes. */
  readonly canonical: string | null;
  /** Dotted path of an object elsewhere, as it was imported or as it calls itself; null: the node is internal. */
  readonly reference: string | null;
  /** Distribution that a reference leads to, where the environment tells (`builtin-stdlib` for the standard library). */
  readonly origin: PythonDistribution | null;
  /** Null for references. */
  readonly kind: NodeKind | null;
  /** Id of its class; null where it is not known. */
  readonly type: number | null;
  /** Ids of the base classes, in order. */
  readonly bases: readonly number[];
  /** Names of attributes and their ids, by name in the order of bytes. */
  readonly members: ReadonlyMap<string, number>;
  /** As `inspect.getdoc` has it; empty: none. */
  readonly docstring: string;
  /** Whether the documentation is that of the object's class or of a class above. */
  readonly docInherited: boolean;
  readonly signature: GraphSignature | null;
  /** Of a stub or a source with `@overload`: each way to call it. */
  readonly overloads: readonly GraphSignature[];
  /** What a decorator hides, when it hides it. */
  readonly undecorated: GraphSignature | null;
  readonly traits: readonly Trait[];
  /** Annotations of its own attributes (of modules and types) as the source has them. */
  readonly annotations: ReadonlyMap<string, string>;
  /** Of constants of the simple types: their text, at most 256 characters. */
  readonly value: string | null;
  /** File, below the folder of the site or of the standard library, and the line (from 1) where it begins. */
  readonly source: { readonly path: string; readonly line: number } | null;
}

/** Everything below one top-level. */
export interface GraphShard {
  readonly toplevel: string;
  /** Id of the module itself; null when an exploration ended before it. */
  readonly root: number | null;
  readonly nodes: ReadonlyMap<number, GraphNode>;
  /** False: the exploration of this top-level was cut short, and what follows the last node is missing. */
  readonly complete: boolean;
}

/** Whether a graph keeps the promises of a valid one. */
export type GraphState = 'raw' | 'valid';

/**
 * By which rules an exploration went: those of packmill, or those of the original explorer with the deviations from its
 * documented contract that its numbers depend on.
 */
export type ExplorationRules = 'packmill' | 'original';

export interface GraphHeader {
  readonly state: GraphState;
  readonly distribution: PythonDistribution;
  /** The interpreter: `CPython` and `3.11.7`; empty where a graph of others does not tell. */
  readonly python: { readonly implementation: string; readonly version: string };
  readonly rules: ExplorationRules;
}

/** What went wrong on the way, kept beside the facts instead of ending the work. */
export interface GraphTrouble {
  /** A code of the catalogue, MPY001 and on. */
  readonly code: string;
  /** Lower case, no full stop. */
  readonly what: string;
  readonly toplevel: string | null;
  /** Module or path that it happened at. */
  readonly at: string | null;
  /** Last lines of a trace or the reason; empty: none. */
  readonly why: string;
}

/** A graph piece by piece, in the order of its file; shards follow one another and never mix. */
export type GraphEvent =
  | { readonly event: 'header'; readonly header: GraphHeader }
  | { readonly event: 'shard'; readonly toplevel: string }
  | { readonly event: 'node'; readonly node: GraphNode }
  | {
      readonly event: 'shard-end';
      readonly toplevel: string;
      readonly root: number | null;
      readonly complete: boolean;
    }
  | { readonly event: 'trouble'; readonly trouble: GraphTrouble }
  /** `complete` is false when the file ended too early. */
  | { readonly event: 'end'; readonly complete: boolean };

/** A node with nothing known but what is given. */
export function graphNode(known: Pick<GraphNode, 'id'> & Partial<GraphNode>): GraphNode {
  return { ...nothingKnown, ...known };
}

const nothingKnown = {
  canonical: null,
  reference: null,
  origin: null,
  kind: null,
  type: null,
  bases: [],
  members: new Map<string, number>(),
  docstring: '',
  docInherited: false,
  signature: null,
  overloads: [],
  undecorated: null,
  traits: [],
  annotations: new Map<string, string>(),
  value: null,
  source: null,
} as const satisfies Omit<GraphNode, 'id'>;
