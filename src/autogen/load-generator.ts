import { fault, messageOf, type Place } from '../diagnostics/index.ts';
import { type LoadedModule, loadModule } from '../host/index.ts';
import type { GeneratorModule } from './generator-module.ts';
import { isMapping } from './merge-settings.ts';

const asyncFunction: unknown = Object.getPrototypeOf(async () => {});

/** Loads modules that write ebuilds, each file once. */
export class ModuleLoader {
  readonly #packages: Readonly<Record<string, string>>;
  readonly #edition: number | undefined;
  readonly #loaded = new Map<string, Promise<GeneratorModule>>();

  /** `packages`: files behind names that modules may import. `edition`: loads anew what an earlier run loaded. */
  constructor(packages: Readonly<Record<string, string>>, edition?: number) {
    this.#packages = packages;
    this.#edition = edition;
  }

  /** The module of a file. Throws AGN007 when it does not load and AGN008 when it cannot generate. */
  load(path: string): Promise<GeneratorModule> {
    const known = this.#loaded.get(path);
    if (known) return known;
    const loading = this.#load(path);
    this.#loaded.set(path, loading);
    // each one who asks handles the failure
    loading.catch(() => undefined);
    return loading;
  }

  async #load(path: string): Promise<GeneratorModule> {
    const edition = this.#edition;
    let loaded: LoadedModule;
    try {
      loaded = await loadModule(path, {
        packages: this.#packages,
        ...(edition === undefined ? {} : { edition }),
      });
    } catch (error) {
      const place = placeOf(error, path);
      throw fault('AGN007', { what: `'${path}' does not load: ${firstLine(error)}`, place, cause: error });
    }
    return readModule(loaded, path);
  }
}

/** What a module exports, in either spelling of the names. Throws AGN008. */
export function readModule(loaded: LoadedModule, path: string): GeneratorModule {
  const { generate } = loaded;
  const place = { file: path };
  if (typeof generate !== 'function') throw fault('AGN008', { what: `'${path}' exports no generate`, place });
  if (Object.getPrototypeOf(generate) !== asyncFunction) {
    throw fault('AGN008', { what: `generate of '${path}' is not async`, place });
  }
  const defaults = loaded['globalDefaults'] ?? loaded['GLOBAL_DEFAULTS'];
  const preprocess = loaded['preprocessPackages'] ?? loaded['preprocess_packages'];
  return {
    generate: generate as GeneratorModule['generate'],
    ...(isMapping(defaults) ? { globalDefaults: defaults } : {}),
    ...(typeof preprocess === 'function'
      ? { preprocessPackages: preprocess as NonNullable<GeneratorModule['preprocessPackages']> }
      : {}),
  };
}

/** Where a module is broken: Node puts `file:line` into the first line of the stack. */
function placeOf(error: unknown, path: string): Place {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const found = /(?:file:\/\/)?(\/[^\n?:]+)(?:\?[^\n:]*)?:(\d+)(?::(\d+))?/.exec(stack);
  if (found?.[1] === undefined) return { file: path };
  // of a module that could not be found, the importing one
  if (!found[1].endsWith('.ts') && !/\.m?js$/.test(found[1])) return { file: path };
  return { file: found[1], line: Number(found[2]) };
}

function firstLine(error: unknown): string {
  return messageOf(error).trim().split('\n')[0] ?? '';
}
