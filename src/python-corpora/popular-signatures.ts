import {
  type ArgSpec,
  type ArgStat,
  compareDistributions,
  distributionText,
  type ParameterExample,
  type ParameterType,
  type PopularSignature,
  type SignatureStats,
} from '../formats/pyresources/index.ts';
import { compareBytes } from '../primitives/index.ts';
import {
  type CallPattern,
  callerArgs,
  type PooledArgument,
  type PooledCalls,
  type TypeOfValues,
} from './pooled-calls.ts';

/** What is kept (specification, 7.7). */
const limits = {
  leastShare: 0.02,
  signatures: 5,
  types: 4,
  examples: 3,
  statTypes: 5,
  leastNameShare: 0.04,
} as const;
/** The number of Python among the languages of the original. */
const python = 5;

/**
 * The ways in which code calls a function, the most frequent first: those that the signature accepts, that are frequent enough, in
 * which each argument has a name of its own, and that tell more than the signature does.
 */
export function popularSignatures(
  calls: PooledCalls,
  argSpec: ArgSpec | undefined,
): readonly PopularSignature[] {
  const found: PopularSignature[] = [];
  for (const pattern of calls.patterns) {
    const frequency = calls.count === 0 ? 0 : pattern.count / calls.count;
    if (frequency < limits.leastShare || found.length >= limits.signatures) break;
    if (argSpec !== undefined && argumentsOf(pattern).length < required(argSpec)) continue;
    if (!areDistinct(pattern)) continue;
    const signature = signatureOf(pattern, frequency);
    if (signature === undefined) continue;
    // one way at least is told of each function
    if (found.length > 0 && hasRareName(pattern, signature)) continue;
    if (argSpec !== undefined && calls.patterns.length === 1 && isRestated(signature, argSpec)) continue;
    found.push(signature);
  }
  return found;
}

/** How often each argument was passed, by place and by name, and what it was. */
export function signatureStats({ positional, byName, count }: PooledCalls): SignatureStats {
  return {
    positional: positional.map(statOf),
    argsByName: new Map([...byName].map(([name, argument]) => [name, { ...statOf(argument), name }])),
    count,
  };
}

const argumentsOf = ({ positional, keywords }: CallPattern): readonly PooledArgument[] => [
  ...positional,
  ...keywords.values(),
];

const required = (argSpec: ArgSpec): number =>
  callerArgs(argSpec).filter(({ defaultValue }) => defaultValue === '').length;

function areDistinct(pattern: CallPattern): boolean {
  const names = argumentsOf(pattern).map(({ name, sources }) => name || (byFrequency(sources)[0]?.[0] ?? ''));
  return new Set(names).size === names.length;
}

function hasRareName({ positional, count }: CallPattern, { args }: PopularSignature): boolean {
  return positional.some(({ name, sources }, at) => {
    const invented = args[at]?.name ?? '';
    return name === '' && (sources.get(invented) ?? 0) < limits.leastNameShare * count;
  });
}

/** Of a function with one parameter at most: what must be given, or all that may be given by place, and nothing else. */
function isRestated({ args, languageDetails }: PopularSignature, argSpec: ArgSpec): boolean {
  const all = callerArgs(argSpec);
  if (all.length > 1 || (languageDetails.python?.kwargs.length ?? 0) > 0) return false;
  const byPlace = all.filter(({ keywordOnly }) => !keywordOnly);
  return (
    args.length === byPlace.length || args.length === byPlace.filter((one) => one.defaultValue === '').length
  );
}

function signatureOf({ positional, keywords }: CallPattern, frequency: number): PopularSignature | undefined {
  const args = positional.map(exampleOf);
  const named = [...keywords]
    .sort(([a], [b]) => compareBytes(a, b))
    .map(([, argument]) => exampleOf(argument));
  if ([...args, ...named].includes(undefined)) return undefined;
  const isThere = (one: ParameterExample | undefined): one is ParameterExample => one !== undefined;
  return {
    args: args.filter(isThere),
    languageDetails: { python: { kwargs: named.filter(isThere) } },
    frequency,
  };
}

function exampleOf(argument: PooledArgument): ParameterExample | undefined {
  const types = frequentTypes(argument, limits.types);
  const name = argument.name || inventedName(argument, types);
  if (name === undefined) return undefined;
  const sum = types.reduce((all, { count }) => all + count, 0);
  return { name, types: types.map((type) => typeExample(type, sum)) };
}

/** The most frequent identifier that is written for the argument, at first among all values, then among those of each type. */
function inventedName({ sources }: PooledArgument, types: readonly TypeOfValues[]): string | undefined {
  for (const table of [sources, ...types.map((type) => type.sources)]) {
    const name = byFrequency(table).find(([text]) => isNameOfValue(text))?.[0];
    if (name !== undefined) return name;
  }
  return undefined;
}

const noNames: ReadonlySet<string> = new Set(['None', 'True', 'False', 'self']);
const isNameOfValue = (text: string): boolean => /^[\p{L}_][\p{L}\p{N}_]*$/u.test(text) && !noNames.has(text);

/** By count; names of three letters are the best, and what is left is in the order of letters. */
function byFrequency(counts: ReadonlyMap<string, number>): readonly (readonly [string, number])[] {
  const oddness = (text: string): number => Math.abs(text.length - 3);
  return [...counts].sort(([a, x], [b, y]) => y - x || oddness(a) - oddness(b) || compareBytes(a, b));
}

function frequentTypes({ types }: PooledArgument, most: number): readonly TypeOfValues[] {
  return [...types.values()].sort(byCountThenSymbol).slice(0, most);
}

const byCountThenSymbol = (a: TypeOfValues, b: TypeOfValues): number =>
  b.count - a.count ||
  compareDistributions(a.distribution, b.distribution) ||
  a.parts.length - b.parts.length ||
  compareBytes(a.parts.join('.'), b.parts.join('.'));

/** Types of the interpreter live in `types`, whatever they call themselves. */
const interpreterTypes: ReadonlyMap<string, string> = new Map([
  ['builtins.builtin_function_or_method', 'types.BuiltinFunctionType'],
  ['builtins.classobj', 'types.ClassType'],
  ['builtins.function', 'types.FunctionType'],
  ['builtins.instancemethod', 'types.MethodType'],
  ['builtins.module', 'types.ModuleType'],
  ['builtins.NotImplementedType', 'types.NotImplementedType'],
]);

const pathOf = ({ parts }: TypeOfValues): string => {
  const path = parts.join('.');
  return interpreterTypes.get(path) ?? path;
};

function typeExample(type: TypeOfValues, sum: number): ParameterType {
  const path = pathOf(type);
  const examples = byFrequency(type.sources)
    .slice(0, limits.examples)
    .map(([text]) => (path === 'builtins.str' ? quoted(text) : text).replace(/\n\s*/gu, ''));
  return {
    id: { id: path, language: python },
    name: path.slice(path.lastIndexOf('.') + 1),
    examples,
    frequency: sum === 0 ? 0 : type.count / sum,
  };
}

/** A text as a literal, unless it is written as one. */
const quoted = (text: string): string => (/^[a-z]{0,2}['"]/iu.test(text) ? text : `"${text}"`);

function statOf(argument: PooledArgument): ArgStat {
  const types = frequentTypes(argument, limits.statTypes).map((type) => ({
    path: pathOf(type),
    distribution: distributionText(type.distribution),
    count: type.count,
  }));
  return { name: argument.name, count: argument.count, types };
}
