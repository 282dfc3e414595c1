import { registerHooks } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { constants, Script } from 'node:vm';

/** What a module that we did not write exports. */
export type LoadedModule = Readonly<Record<string, unknown>>;

export interface LoadModuleOptions {
  /** Names of packages that the module may import, by their files: `packmill/autogen` and the like. */
  readonly packages?: Readonly<Record<string, string>>;
  /** Another one loads the file anew, as after a change. */
  readonly edition?: number;
}

const packages = new Map<string, string>();
const strangers = new Set<string>();
let isHooked = false;

/**
 * Loads a module in TypeScript or JavaScript that lies anywhere; types are stripped by Node, and it is taken for an
 * ES module whatever folder it is in. Throws what Node says of its syntax and imports, and what it throws itself.
 */
export async function loadModule(path: string, options: LoadModuleOptions = {}): Promise<LoadedModule> {
  for (const [name, file] of Object.entries(options.packages ?? {})) packages.set(name, file);
  hook();
  const url = pathToFileURL(path);
  strangers.add(url.href);
  if (options.edition !== undefined) url.searchParams.set('edition', String(options.edition));
  return (await nativeImport(url.href)) as LoadedModule;
}

/** Node's own import, also where a test runner puts another one in its place. */
const nativeImport = new Script('(url) => import(url)', {
  importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
}).runInThisContext() as (url: string) => Promise<unknown>;

/** Teaches Node our packages, and that a file without a package beside it is an ES module. */
function hook(): void {
  if (isHooked) return;
  isHooked = true;
  registerHooks({
    resolve: (specifier, context, next) => {
      const file = packages.get(specifier);
      if (file !== undefined) return { url: pathToFileURL(file).href, shortCircuit: true };
      const found = next(specifier, context);
      // what a module loads from its own folder is as new as the module
      const edition = /\?edition=\d+$/.exec(context.parentURL ?? '')?.[0];
      return edition !== undefined && specifier.startsWith('.')
        ? { ...found, url: found.url + edition }
        : found;
    },
    load: (url, context, next) => {
      const bare = url.split('?')[0] ?? url;
      if (!strangers.has(bare)) return next(url, context);
      const isTypeScript = /\.m?ts$/.test(fileURLToPath(bare));
      return next(url, { ...context, format: isTypeScript ? 'module-typescript' : 'module' });
    },
  });
}
