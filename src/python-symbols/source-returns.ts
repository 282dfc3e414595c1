import { returnTypeSources } from '../formats/pyresources/index.ts';
import { annotationNames } from './annotation-names.ts';
import { noneType, type ReturnTable } from './doc-returns.ts';
import { typeOfName } from './function-returns.ts';
import { StubNames } from './stub-names.ts';
import type { StubPart } from './stub-resource.ts';
import type { StubClass, StubEntry, StubFunction, StubModule } from './stub-tree.ts';

/**
 * What functions return as the sources of a part tell it (specification, 6.6 and 7.10), by path: by their annotation, else by what
 * they are seen to return. Calls are followed within the part; what a call of another distribution gives is known only when that
 * is a class.
 */
export function sourceReturns({ modules }: StubPart): ReturnTable {
  return new SourceReturns(new StubNames(modules)).table();
}

interface Place {
  readonly module: StubModule;
  /** The class that a function stands in, and its path. */
  readonly within: { readonly entry: StubClass; readonly path: string } | undefined;
}

/** Decorators behind which a function still gives what it returns. */
const transparent =
  /^(?:property|staticmethod|classmethod|(?:abc\.)?abstractmethod|(?:functools\.)?(?:cache|cached_property|lru_cache(?:\(.*\))?|wraps\(.*\))|(?:typing\.)?(?:final|override)|\w+\.setter)$/su;
/** Functions of the interpreter that return one type, whatever they are given. */
const builtinReturns: ReadonlyMap<string, string> = new Map(
  Object.entries({
    bool: 'all any callable hasattr isinstance issubclass',
    dict: 'globals locals',
    int: 'hash id len ord',
    list: 'dir sorted',
    str: 'ascii bin chr format hex input oct repr',
  }).flatMap(([type, names]) =>
    names.split(' ').map((name) => [`builtins.${name}`, `builtins.${type}`] as const),
  ),
);
/** A call leads to a function that returns another call, and so on; farther nobody looks. */
const deepest = 4;

class SourceReturns {
  readonly #names: StubNames;
  readonly #table = new Map<string, ReadonlyMap<string, number>>();

  constructor(names: StubNames) {
    this.#names = names;
  }

  table(): ReturnTable {
    for (const module of this.#names.modules)
      this.#walk({ module, within: undefined }, module.module, module.body);
    return this.#table;
  }

  #walk(place: Place, path: string, body: readonly StubEntry[]): void {
    for (const entry of body) {
      const own = `${path}.${entry.name}`;
      if (entry.kind === 'class') this.#walk({ ...place, within: { entry, path: own } }, own, entry.body);
      if (entry.kind !== 'function' || this.#table.has(own)) continue;
      const types = this.#typesOf(entry, place, 0);
      if (types.size > 0)
        this.#table.set(own, new Map([...types].map((type) => [type, returnTypeSources.stub])));
    }
  }

  #typesOf(entry: StubFunction, place: Place, depth: number): ReadonlySet<string> {
    const types = new Set<string>();
    if (entry.async || depth > deepest || !entry.decorators.every((one) => transparent.test(one)))
      return types;
    if (entry.returns !== null) {
      for (const name of annotationNames(entry.returns)) {
        const type = typeOfName(this.#names, place.module, { name, self: place.within?.path });
        if (type !== undefined) types.add(type);
      }
      return types;
    }
    for (const item of entry.returned ?? []) {
      if (item === 'none') types.add(noneType);
      else if (item === 'self') {
        if (place.within !== undefined) types.add(place.within.path);
      } else if (item.startsWith('type:')) types.add(item.slice('type:'.length));
      else for (const type of this.#called(item.slice('call:'.length), place, depth)) types.add(type);
    }
    return types;
  }

  #called(name: string, place: Place, depth: number): Iterable<string> {
    const [first = '', method, ...rest] = name.split('.');
    if (first === 'self' || first === 'cls') {
      const { within } = place;
      if (within === undefined || method === undefined || rest.length > 0) return [];
      const found = this.#names.table(within.entry.body).get(method);
      return found?.kind === 'function' ? this.#typesOf(found, place, depth + 1) : [];
    }
    const target = this.#names.resolve(place.module, name);
    // a class of another distribution; what is none is left out when types are looked up
    if (target.at === 'elsewhere') return [builtinReturns.get(target.path) ?? target.path];
    if (target.at !== 'entry') return [];
    if (target.entry.kind === 'class') return [target.path];
    return target.entry.kind === 'function'
      ? this.#typesOf(target.entry, this.#placeOf(target.path), depth + 1)
      : [];
  }

  /** Where an entry stands, by its path. */
  #placeOf(path: string): Place {
    const parts = path.split('.').slice(0, -1);
    for (let count = parts.length; count > 0; count -= 1) {
      const module = this.#names.module(parts.slice(0, count).join('.'));
      if (module === undefined) continue;
      const above = parts.join('.');
      const entry = count < parts.length ? this.#names.classAt(above) : undefined;
      return { module, within: entry === undefined ? undefined : { entry, path: above } };
    }
    throw new Error(`nothing is above '${path}'`);
  }
}
