import type { ArgSpec, ArgSpecArg } from '../formats/pyresources/index.ts';
import type { PythonDistribution } from '../formats/python-graph/index.ts';
import { compareText } from '../primitives/index.ts';
import type { SeenCall, SeenSymbol, SeenValues } from './seen-calls.ts';

/** A symbol that values were seen to be, with what counts for it. */
export interface TypeOfValues {
  readonly distribution: PythonDistribution;
  readonly parts: readonly string[];
  count: number;
  readonly sources: Map<string, number>;
}

/** All that was seen of one argument, whether it was passed by position or by name. */
export interface PooledArgument {
  /** Of the parameter; empty where the signature does not tell it. */
  readonly name: string;
  count: number;
  readonly sources: Map<string, number>;
  /** By distribution and path. */
  readonly types: Map<string, TypeOfValues>;
}

/** One way to call a function. */
export interface CallPattern {
  readonly count: number;
  readonly positional: readonly PooledArgument[];
  readonly keywords: ReadonlyMap<string, PooledArgument>;
}

export interface PooledCalls {
  /** The most frequent first. */
  readonly patterns: readonly CallPattern[];
  readonly positional: readonly PooledArgument[];
  readonly byName: ReadonlyMap<string, PooledArgument>;
  /** Calls in all. */
  readonly count: number;
}

/** Parameters that a caller gives: those of a signature without the receiver. */
export function callerArgs({ args }: Pick<ArgSpec, 'args'>): readonly ArgSpecArg[] {
  const first = args[0]?.name;
  return first === 'self' || first === 'cls' ? args.slice(1) : args;
}

/** Whether a signature accepts a call (specification, 7.7): not too many arguments, no unknown name, none twice. */
export function accepts(argSpec: ArgSpec, { positional, keywords }: SeenCall): boolean {
  const args = callerArgs(argSpec);
  const byPlace = args.filter(({ keywordOnly }) => !keywordOnly);
  if (positional.length > byPlace.length && argSpec.vararg === '') return false;
  const filled = new Set(byPlace.slice(0, positional.length).map(({ name }) => name));
  const names = new Set(args.filter(({ positionalOnly }) => !positionalOnly).map(({ name }) => name));
  return [...keywords.keys()].every((name) => (names.has(name) ? !filled.has(name) : argSpec.kwarg !== ''));
}

/** Finds the symbol that something seen is; undefined where no distribution has it. */
export type FindSymbol = (
  seen: SeenSymbol,
) => { readonly distribution: PythonDistribution; readonly parts: readonly string[] } | undefined;

/** Puts together what the calls that a signature accepts tell of each argument. */
export function poolCalls(
  calls: readonly SeenCall[],
  argSpec: ArgSpec | undefined,
  find: FindSymbol,
): PooledCalls {
  const good = argSpec === undefined ? calls : calls.filter((call) => accepts(argSpec, call));
  const byPlace = argSpec === undefined ? [] : callerArgs(argSpec).filter(({ keywordOnly }) => !keywordOnly);
  const byName = new Map<string, PooledArgument>();
  // one parameter is one argument, by whichever way it is passed
  const places = Math.max(0, ...good.map(({ positional }) => positional.length));
  const positional = Array.from({ length: places }, (_, at) => {
    const argument = pooled(byPlace[at]?.name ?? '');
    if (argument.name !== '') byName.set(argument.name, argument);
    return argument;
  });
  const patterns = good.map((call): CallPattern => {
    for (const [at, values] of call.positional.entries())
      addValues(positional[at] as PooledArgument, values, find);
    const keywords = new Map<string, PooledArgument>();
    for (const [name, values] of call.keywords) {
      const argument = byName.get(name) ?? pooled(name);
      byName.set(name, argument);
      addValues(argument, values, find);
      keywords.set(name, argument);
    }
    return { count: call.count, positional: positional.slice(0, call.positional.length), keywords };
  });
  const count = good.reduce((sum, call) => sum + call.count, 0);
  return { patterns: united(patterns), positional, byName, count };
}

const pooled = (name: string): PooledArgument => ({
  ...{ name, count: 0 },
  sources: new Map<string, number>(),
  types: new Map<string, TypeOfValues>(),
});

const shapeOf = ({ positional, keywords }: CallPattern): string =>
  `${String(positional.length).padStart(6, '0')} ${[...keywords.keys()].sort().join(',')}`;

/** One pattern of several with the same number of places and the same names. */
function united(patterns: readonly CallPattern[]): readonly CallPattern[] {
  const byShape = new Map<string, CallPattern>();
  for (const pattern of patterns) {
    const known = byShape.get(shapeOf(pattern));
    byShape.set(shapeOf(pattern), { ...pattern, count: pattern.count + (known?.count ?? 0) });
  }
  return [...byShape.values()].sort(byCount);
}

const byCount = (a: CallPattern, b: CallPattern): number =>
  b.count - a.count || compareText(shapeOf(a), shapeOf(b));

function addValues(argument: PooledArgument, all: readonly SeenValues[], find: FindSymbol): void {
  for (const { symbols, count, sources } of all) {
    argument.count += count;
    addCounts(argument.sources, sources);
    for (const seen of symbols) {
      const symbol = find(seen);
      if (symbol === undefined) continue;
      const { distribution, parts } = symbol;
      const key = `${distribution.name}\n${distribution.version}\n${parts.join('.')}`;
      const type = argument.types.get(key) ?? {
        ...{ distribution, parts, count: 0 },
        sources: new Map<string, number>(),
      };
      argument.types.set(key, type);
      type.count += count;
      addCounts(type.sources, sources);
    }
  }
}

function addCounts(sum: Map<string, number>, more: ReadonlyMap<string, number>): void {
  for (const [text, count] of more) sum.set(text, (sum.get(text) ?? 0) + count);
}
