import {
  array,
  bool,
  f64,
  type Infer,
  int,
  internedStr,
  type MapCodec,
  map,
  nullable,
  oneOf,
  repeated,
  str,
  struct,
  u64,
} from './codec.ts';
import type {
  ArgSpec,
  Documentation,
  DottedPath,
  Kwargs,
  NodeRef,
  PopularSignature,
  ResourceKind,
  ResourceTypes,
  SignatureStats,
  SymbolCounts,
  SymbolGraph,
  SymbolNode,
  SymbolTypes,
  ToplevelFacts,
} from './entities.ts';
import type { Holds, SameType } from './same-type.ts';

const dottedPath = struct('DottedPath', { hash: u64, parts: array(internedStr) }, (of, from) => ({
  hash: of.hash.read(from),
  parts: of.parts.read(from),
}));
const nodeRef = repeated(
  struct('NodeRef', { internal: int, external: dottedPath }, (of, from) => ({
    internal: of.internal.read(from),
    external: of.external.read(from),
  })),
);
const symbolKind = oneOf(['none', 'function', 'type', 'module', 'descriptor', 'object']);

/** One node of a symbol graph, as the original writes it. */
export const symbolNode = struct(
  'Node',
  {
    canonical: dottedPath,
    // The original finds empty names in some distributions and drops them.
    children: map(internedStr, nodeRef, { drop: (name) => name === '' }),
    type: nullable(nodeRef),
    bases: array(nodeRef),
    kind: symbolKind,
  },
  (of, from) => ({
    canonical: of.canonical.read(from),
    children: of.children.read(from),
    type: of.type.read(from),
    bases: of.bases.read(from),
    kind: of.kind.read(from),
  }),
);
const symbolGraph = map(internedStr, array(symbolNode));

const symbolTypes = struct('SymbolTypes', {
  kind: symbolKind,
  type: nullable(dottedPath),
  bases: array(dottedPath),
});

const argument = repeated(
  struct(
    'Arg',
    {
      name: internedStr,
      defaultType: internedStr,
      defaultValue: internedStr,
      keywordOnly: bool,
      positionalOnly: bool,
      types: array(internedStr),
      annotation: internedStr,
    },
    (of, from) => ({
      name: of.name.read(from),
      defaultType: of.defaultType.read(from),
      defaultValue: of.defaultValue.read(from),
      keywordOnly: of.keywordOnly.read(from),
      positionalOnly: of.positionalOnly.read(from),
      types: of.types.read(from),
      annotation: of.annotation.read(from),
    }),
  ),
);
const argSpec = struct(
  'ArgSpec',
  {
    args: array(argument),
    vararg: internedStr,
    kwarg: internedStr,
    returns: internedStr,
    origin: oneOf(['unknown', 'stub', 'typeshed', 'source', 'runtime', 'docstring']),
  },
  (of, from) => ({
    args: of.args.read(from),
    vararg: of.vararg.read(from),
    kwarg: of.kwarg.read(from),
    returns: of.returns.read(from),
    origin: of.origin.read(from),
  }),
);

const documentation = struct('Documentation', { html: str, text: str }, (of, from) => ({
  html: of.html.read(from),
  text: of.text.read(from),
}));

const symbolCounts = struct('SymbolCounts', {
  imports: int,
  names: int,
  attributes: int,
  expressions: int,
  importsOfThis: int,
  aliases: map(internedStr, int),
});

const kwargs = struct('Kwargs', {
  name: internedStr,
  kwargs: array(struct('KeywordName', { name: internedStr, types: array(internedStr) })),
});

const returnTypes = map(internedStr, int);

const parameterExample = struct('ParameterExample', {
  name: internedStr,
  types: array(
    nullable(
      struct('ParameterType', {
        id: struct('Id', { id: internedStr, language: int }),
        name: internedStr,
        examples: array(str),
        frequency: f64,
      }),
    ),
  ),
});
const popularSignature = struct('Signature', {
  args: array(nullable(parameterExample)),
  languageDetails: struct('LanguageDetails', {
    python: nullable(struct('PythonDetails', { kwargs: array(nullable(parameterExample)) })),
  }),
  frequency: f64,
});

const argStat = struct('ArgStat', {
  name: internedStr,
  count: int,
  types: array(struct('ArgTypeCount', { path: internedStr, distribution: internedStr, count: int })),
});
const signatureStats = struct('SignatureStats', {
  positional: array(argStat),
  argsByName: map(internedStr, argStat),
  count: int,
});

const toplevelFacts = struct('ToplevelFacts', {
  docs: nullable(documentation),
  counts: nullable(symbolCounts),
});

type CodecOf<Table> = Table extends ReadonlyMap<infer K, infer V> ? MapCodec<K, V> : never;

/** How each kind of datafile is written and read. */
export const resourceCodecs: { readonly [K in ResourceKind]: CodecOf<ResourceTypes[K]> } = {
  ArgSpec: map(u64, argSpec),
  Documentation: map(u64, documentation),
  Kwargs: map(u64, kwargs),
  PopularSignatures: map(u64, array(nullable(popularSignature))),
  ReturnTypes: map(u64, returnTypes),
  SignatureStats: map(u64, signatureStats),
  SymbolCounts: map(str, symbolCounts),
  SymbolGraph: symbolGraph,
  SymbolTypes: map(u64, symbolTypes),
  TypeshedArgSpec: map(u64, argSpec),
};

/** What is shown of each top-level of each distribution: by `distributionKey`, then by top-level. */
export const toplevelCodec = map(str, map(str, toplevelFacts));

/** Folder of each kind below that of a distribution. */
export const resourceFolders: { readonly [K in ResourceKind]: string } = {
  ArgSpec: 'argspecEntities',
  Documentation: 'docsEntities',
  Kwargs: 'kwargsEntities',
  PopularSignatures: 'popularsignaturesEntities',
  ReturnTypes: 'returntypesEntities',
  SignatureStats: 'sigstatsEntities',
  SymbolCounts: 'symbolcountsEntities',
  SymbolGraph: 'symgraphGraph',
  SymbolTypes: 'symtypesEntities',
  TypeshedArgSpec: 'typeshedEntities',
};

/** Does not compile when a codec and the type of what it holds differ in a field, its type, or whether it may be missing. */
export type CodecsFit = [
  Holds<SameType<Infer<typeof dottedPath>, DottedPath>>,
  Holds<SameType<Infer<typeof nodeRef>, NodeRef>>,
  Holds<SameType<Infer<typeof symbolNode>, SymbolNode>>,
  Holds<SameType<Infer<typeof symbolGraph>, SymbolGraph>>,
  Holds<SameType<Infer<typeof symbolTypes>, SymbolTypes>>,
  Holds<SameType<Infer<typeof argSpec>, ArgSpec>>,
  Holds<SameType<Infer<typeof documentation>, Documentation>>,
  Holds<SameType<Infer<typeof symbolCounts>, SymbolCounts>>,
  Holds<SameType<Infer<typeof kwargs>, Kwargs>>,
  Holds<SameType<Infer<typeof popularSignature>, PopularSignature>>,
  Holds<SameType<Infer<typeof signatureStats>, SignatureStats>>,
  Holds<SameType<Infer<typeof toplevelFacts>, ToplevelFacts>>,
];
