import type { ArgSpec, ArgSpecArg } from '../formats/pyresources/index.ts';
import type { StubEntry, StubFunction, StubModule, StubParameter } from './stub-tree.ts';

/** What does not fit: the path, and why it has no signature or which one counts (`MPY402`). */
export interface StubConflict {
  readonly path: string;
  readonly what: string;
}

export interface StubArgSpecs {
  /** By path, in the order of modules. Of a class also that of its `__init__`, without the receiver. */
  readonly argSpecs: ReadonlyMap<string, ArgSpec>;
  readonly conflicts: readonly StubConflict[];
}

/**
 * Signatures that stubs declare (specification, 7.1): functions and methods with all definitions of one name united, and
 * those of classes by their `__init__` or `__new__`. Other names with two underscores on both sides are left out. Of two
 * modules with one name the first counts.
 */
export function stubArgSpecs(modules: Iterable<StubModule>): StubArgSpecs {
  const argSpecs = new Map<string, ArgSpec>();
  const conflicts: StubConflict[] = [];
  const seen = new Set<string>();
  for (const { module, body } of modules) {
    if (seen.has(module)) continue;
    seen.add(module);
    collect(module, body, { argSpecs, conflicts, isClass: false });
  }
  return { argSpecs, conflicts };
}

interface Collecting {
  readonly argSpecs: Map<string, ArgSpec>;
  readonly conflicts: StubConflict[];
  readonly isClass: boolean;
}

function collect(path: string, body: readonly StubEntry[], work: Collecting): void {
  const functions = new Map<string, StubFunction[]>();
  for (const entry of body) {
    if (entry.kind === 'class') collect(`${path}.${entry.name}`, entry.body, { ...work, isClass: true });
    if (entry.kind !== 'function') continue;
    const known = functions.get(entry.name);
    if (known === undefined) functions.set(entry.name, [entry]);
    else known.push(entry);
  }
  for (const [name, definitions] of functions) {
    const isMaker = work.isClass && (name === '__init__' || name === '__new__');
    if (/^__.*__$/u.test(name) && !isMaker) continue;
    // a property that may be set is declared twice, and what it gives is the first one
    const isProperty = definitions[0]?.decorators.some((one) => one === 'property') === true;
    const found = unite(isProperty ? definitions.slice(0, 1) : definitions);
    if (typeof found === 'string') {
      work.conflicts.push({ path: `${path}.${name}`, what: found });
      continue;
    }
    work.argSpecs.set(`${path}.${name}`, found);
    if (isMaker && (name === '__init__' || !functions.has('__init__')))
      work.argSpecs.set(path, { ...found, args: found.args.slice(1), returns: '' });
  }
}

/** One signature of several definitions: what each call may give is in it. A text says why there is none. */
export function unite(definitions: readonly StubFunction[]): ArgSpec | string {
  const rows = definitions.map(({ parameters }) => parameters);
  const positional = uniteRows(rows.map((row) => row.filter(({ kind }) => kind.startsWith('positional-'))));
  if (typeof positional === 'string') return positional;
  const late = uniteByName(rows.map((row) => row.filter(({ kind }) => kind === 'keyword-only')));
  // a name may be positional in one definition and by keyword alone in another one
  const twice = new Set(late.map(({ name }) => name));
  const args = [
    ...positional.map((one) =>
      twice.has(one.name) ? { ...one, defaultValue: one.defaultValue || '...' } : one,
    ),
    ...late.filter(({ name }) => !positional.some((one) => one.name === name)),
  ];
  const named = (kind: StubParameter['kind']): string =>
    rows.flatMap((row) => row.filter((one) => one.kind === kind).map(({ name }) => name)).sort()[0] ?? '';
  const returns = new Set(definitions.flatMap((one) => one.returns ?? []));
  return {
    args: args.map(withoutGap(args)),
    vararg: named('var-positional'),
    kwarg: named('var-keyword'),
    returns: [...returns].join(' | '),
    origin: 'typeshed',
  };
}

/** Behind an argument with a default, others that are not by keyword alone have one too. */
const withoutGap =
  (all: readonly ArgSpecArg[]) =>
  (one: ArgSpecArg, at: number): ArgSpecArg => {
    const isBehind = all.slice(0, at).some((before) => !before.keywordOnly && before.defaultValue !== '');
    return !one.keywordOnly && one.defaultValue === '' && isBehind ? { ...one, defaultValue: '...' } : one;
  };

function uniteRows(rows: readonly (readonly StubParameter[])[]): readonly ArgSpecArg[] | string {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const args: ArgSpecArg[] = [];
  for (let at = 0; at < count; at += 1) {
    const there = rows.flatMap((row) => row[at] ?? []);
    const names = new Set(
      there.map(({ name, kind }) => (kind === 'positional-only' ? name.replace(/^__/u, '') : name)),
    );
    const shown = [...names];
    if (shown.length > 1) return `the argument ${at + 1} is '${shown[0]}' and '${shown[1]}'`;
    args.push(uniteOne(shown[0] ?? '', there, there.length < rows.length));
  }
  return args;
}

function uniteByName(rows: readonly (readonly StubParameter[])[]): readonly ArgSpecArg[] {
  const names = new Set(rows.flatMap((row) => row.map(({ name }) => name)));
  return [...names].map((name) => {
    const there = rows.flatMap((row) => row.filter((one) => one.name === name));
    return uniteOne(name, there, there.length < rows.length);
  });
}

function uniteOne(name: string, there: readonly StubParameter[], isMissing: boolean): ArgSpecArg {
  const defaults = new Set(there.map(({ defaultText }) => defaultText));
  const [only = null] = defaults;
  const annotations = new Set(there.flatMap(({ annotation }) => annotation ?? []));
  const defaultValue = defaults.size > 1 || (isMissing && only === null) ? '...' : defaultOf(only);
  return {
    name,
    defaultType: '',
    defaultValue,
    keywordOnly: there.some(({ kind }) => kind === 'keyword-only'),
    positionalOnly: there.every(({ kind }) => kind === 'positional-only'),
    types: [],
    annotation: [...annotations].join(' | '),
  };
}

/** The source of a default as the text that other sources have: without quotes. */
function defaultOf(source: string | null): string {
  if (source === null) return '';
  const inner = /^(['"])([^'"\\]*)\1$/u.exec(source)?.[2];
  return inner === undefined ? source : inner === '' ? '""' : inner;
}
