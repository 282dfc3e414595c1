import type { ArgSpec, ArgSpecArg, ArgSpecOrigin } from '../formats/pyresources/index.ts';
import type { GraphParameter, GraphSignature } from '../formats/python-graph/index.ts';
import type { GraphOfDistribution, Resource } from './graph-of-distribution.ts';
import { keyOf } from './symbol-graph.ts';

/** Signatures that the graph has (specification, 7.1): positional parameters first, then those by name alone. */
export async function argSpecsOf({ shards }: GraphOfDistribution): Promise<Resource | undefined> {
  const value = new Map<bigint, ArgSpec>();
  for await (const shard of shards) {
    for (const node of shard.nodes.values()) {
      if (node.reference === null && node.signature !== null) value.set(keyOf(node), argSpec(node.signature));
    }
  }
  return value.size === 0 ? undefined : { kind: 'ArgSpec', value };
}

const origins: Readonly<Record<GraphSignature['from'], ArgSpecOrigin>> = {
  stub: 'stub',
  typeshed: 'typeshed',
  source: 'source',
  runtime: 'runtime',
  docstring: 'docstring',
};

function argSpec({ parameters, returns, from }: GraphSignature): ArgSpec {
  const named = (kind: GraphParameter['kind']): string =>
    parameters.find((one) => one.kind === kind)?.name ?? '';
  const ordinary = parameters.filter(({ kind }) => !kind.startsWith('var-'));
  const isLate = ({ kind }: GraphParameter): boolean => kind === 'keyword-only';
  return {
    args: [...ordinary.filter((one) => !isLate(one)), ...ordinary.filter(isLate)].map(argument),
    vararg: named('var-positional'),
    kwarg: named('var-keyword'),
    returns: returns ?? '',
    origin: origins[from],
  };
}

function argument({ name, kind, defaultText, defaultType, annotation }: GraphParameter): ArgSpecArg {
  return {
    name,
    defaultType: defaultType ?? '',
    // an empty text as default is not the same as none
    defaultValue: defaultText === '' ? '""' : (defaultText ?? ''),
    keywordOnly: kind === 'keyword-only',
    positionalOnly: kind === 'positional-only',
    types: [],
    annotation: annotation ?? '',
  };
}
