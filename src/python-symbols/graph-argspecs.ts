import { type ArgSpec, type ArgSpecArg, hashPath } from '../formats/pyresources/index.ts';
import type { GraphNode, GraphParameter, GraphShard, GraphSignature } from '../formats/python-graph/index.ts';
import { type DocstringRules, docstringSignature } from './docstring-signature.ts';

/**
 * Signatures that a valid shard has, by the hash of the symbol's path (specification, 7.1): those of the graph, and for
 * functions and classes without one that which their documentation begins with. Documentation that is inherited tells nothing
 * of them; the original asks it too.
 */
export function graphArgSpecs(
  shard: GraphShard,
  rules: DocstringRules = 'packmill',
): ReadonlyMap<bigint, ArgSpec> {
  const found = new Map<bigint, ArgSpec>();
  for (const node of shard.nodes.values()) {
    const { reference, canonical, signature } = node;
    if (reference !== null || canonical === null) continue;
    const argSpec = signature === null ? documentedArgSpec(node, rules) : graphArgSpec(signature);
    if (argSpec !== undefined) found.set(hashPath(canonical), argSpec);
  }
  return found;
}

/** The signature that the documentation of a function or class begins with; undefined where it tells none of its own. */
export function documentedArgSpec(
  { canonical, kind, docstring, docInherited }: GraphNode,
  rules: DocstringRules = 'packmill',
): ArgSpec | undefined {
  if (canonical === null || (kind !== 'function' && kind !== 'type')) return undefined;
  if (docstring === '' || (docInherited && rules === 'packmill')) return undefined;
  const read = docstringSignature(docstring, rules);
  if (!read.found) return undefined;
  // the documentation of a class may begin with the call of another thing
  const last = canonical.slice(canonical.lastIndexOf('.') + 1);
  const isOwn = rules === 'original' || read.name.split('.').at(-1) === last || last === '__init__';
  return isOwn ? read.argSpec : undefined;
}

/** A signature of a graph: positional parameters first, then those by name alone. */
export function graphArgSpec({ parameters, returns, from }: GraphSignature): ArgSpec {
  const named = (kind: GraphParameter['kind']): string =>
    parameters.find((one) => one.kind === kind)?.name ?? '';
  const ordinary = parameters.filter(({ kind }) => !kind.startsWith('var-'));
  const isLate = ({ kind }: GraphParameter): boolean => kind === 'keyword-only';
  return {
    args: [...ordinary.filter((one) => !isLate(one)), ...ordinary.filter(isLate)].map(argument),
    vararg: named('var-positional'),
    kwarg: named('var-keyword'),
    returns: returns ?? '',
    origin: from,
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
