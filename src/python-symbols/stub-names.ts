import type { StubClass, StubEntry, StubModule } from './stub-tree.ts';

/** What a name in a stub leads to: an entry of a stub with its own path, or a path that no stub here has. */
export type StubTarget =
  | { readonly at: 'module'; readonly path: string; readonly module: StubModule }
  | { readonly at: 'entry'; readonly path: string; readonly entry: StubEntry }
  | { readonly at: 'elsewhere'; readonly path: string };

const deepest = 16;

/** Stubs by module, in which names are followed through imports and other names. */
export class StubNames {
  readonly #modules: ReadonlyMap<string, StubModule>;
  readonly #tables = new Map<readonly StubEntry[], ReadonlyMap<string, StubEntry>>();

  constructor(modules: Iterable<StubModule>) {
    const known = new Map<string, StubModule>();
    for (const one of modules) if (!known.has(one.module)) known.set(one.module, one);
    this.#modules = known;
  }

  module(name: string): StubModule | undefined {
    return this.#modules.get(name);
  }

  get modules(): Iterable<StubModule> {
    return this.#modules.values();
  }

  /** The entries of a module or class by name: of several definitions the first, of which others are overloads. */
  table(body: readonly StubEntry[]): ReadonlyMap<string, StubEntry> {
    const known = this.#tables.get(body);
    if (known !== undefined) return known;
    const table = new Map<string, StubEntry>();
    for (const entry of body) if (entry.name !== '*' && !table.has(entry.name)) table.set(entry.name, entry);
    this.#tables.set(body, table);
    return table;
  }

  /** Names that others may take from a module: its own, what it imports to pass on, and what `*` brings. */
  exports(module: StubModule, depth = 0): ReadonlyMap<string, string> {
    const names = new Map<string, string>();
    const listed = new Set(module.body.flatMap((one) => (one.kind === 'value' ? (one.names ?? []) : [])));
    for (const entry of module.body) {
      if (entry.kind !== 'import') names.set(entry.name, `${module.module}.${entry.name}`);
      else if (entry.name === '*') {
        const other = depth < deepest ? this.#modules.get(entry.path) : undefined;
        if (other !== undefined)
          for (const [name, path] of this.exports(other, depth + 1)) names.set(name, path);
      } else if (entry.exported || listed.has(entry.name)) names.set(entry.name, entry.path);
    }
    return names;
  }

  /** Follows a path from a module on. */
  follow(path: string, depth = 0): StubTarget {
    if (depth > deepest) return { at: 'elsewhere', path };
    const parts = path.split('.');
    for (let count = parts.length; count > 0; count -= 1) {
      const module = this.#modules.get(parts.slice(0, count).join('.'));
      if (module === undefined) continue;
      const rest = parts.slice(count);
      return rest.length === 0 ? { at: 'module', path, module } : this.#within(module, rest, depth);
    }
    return { at: 'elsewhere', path };
  }

  #within(module: StubModule, rest: readonly string[], depth: number): StubTarget {
    let body = module.body;
    let path = module.module;
    for (const [at, part] of rest.entries()) {
      const last = at === rest.length - 1;
      const entry = this.table(body).get(part) ?? (at === 0 ? this.#starred(module, part) : undefined);
      const behind = rest.slice(at + 1);
      if (typeof entry === 'string') return this.follow([entry, ...behind].join('.'), depth + 1);
      if (entry === undefined) return { at: 'elsewhere', path: [path, ...rest.slice(at)].join('.') };
      if (entry.kind === 'import') return this.follow([entry.path, ...behind].join('.'), depth + 1);
      if (entry.kind === 'value' && entry.target !== null && entry.annotation === null) {
        const isInClass = at > 0 && this.table(body).has(entry.target.split('.')[0] ?? '');
        if (isInClass) return this.follow([path, entry.target, ...behind].join('.'), depth + 1);
        return this.resolve(module, [entry.target, ...behind].join('.'), depth + 1);
      }
      path = `${path}.${part}`;
      if (last) return { at: 'entry', path, entry };
      if (entry.kind !== 'class') return { at: 'elsewhere', path: [path, ...behind].join('.') };
      body = entry.body;
    }
    return { at: 'module', path, module };
  }

  #starred(module: StubModule, name: string): string | undefined {
    for (const entry of module.body) {
      if (entry.kind !== 'import' || entry.name !== '*') continue;
      const other = this.#modules.get(entry.path);
      const path = other === undefined ? undefined : this.exports(other).get(name);
      if (path !== undefined) return path;
    }
    return undefined;
  }

  /** Follows a name as it stands in a module; what the module does not have is one of `builtins`. */
  resolve(module: StubModule, name: string, depth = 0): StubTarget {
    const [first = ''] = name.split('.');
    const isHere = this.table(module.body).has(first) || this.#starred(module, first) !== undefined;
    if (isHere) return this.follow(`${module.module}.${name}`, depth + 1);
    const submodule = `${module.module}.${first}`;
    if (this.#modules.has(submodule)) return this.follow(`${module.module}.${name}`, depth + 1);
    return module.module === 'builtins'
      ? { at: 'elsewhere', path: `builtins.${name}` }
      : this.follow(`builtins.${name}`, depth + 1);
  }

  /** The class that a path means; undefined for another thing. */
  classAt(path: string): StubClass | undefined {
    const found = this.follow(path);
    return found.at === 'entry' && found.entry.kind === 'class' ? found.entry : undefined;
  }
}
