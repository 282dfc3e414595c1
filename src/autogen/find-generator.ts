import { dirname, join } from 'node:path';
import { fault, type Place } from '../diagnostics/index.ts';
import { moduleSuffixes } from '../formats/gentoo/index.ts';
import { namesIn, pathKind } from '../host/index.ts';
import { nearestNames } from '../primitives/index.ts';
import { generatorFolders } from './generator-folders.ts';
import type { GeneratorModule } from './generator-module.ts';
import { stockGenerators } from './generators/index.ts';
import type { Overlay } from './overlay.ts';

/** Where a generator was found: a file, or one that comes with packmill. */
export type FoundGenerator =
  | { readonly path: string }
  | { readonly stock: string; readonly load: () => Promise<GeneratorModule> };

export interface GeneratorWish {
  /** Undefined: `generator.ts` beside the file. */
  readonly name: string | undefined;
  /** The `autogen.yaml`. */
  readonly file: string;
  readonly place: Place;
  readonly overlay: Overlay;
  /** Root of kit-fixups where there is one. */
  readonly fixups: string | undefined;
}

/**
 * Finds the generator of a rule (specification 1.7): beside the file, in the repository, in kit-fixups, then among
 * those of packmill. Throws AGN006 with the places that were looked at.
 */
export function findGenerator(wish: GeneratorWish): FoundGenerator {
  const { name, file, place, overlay, fixups } = wish;
  const beside = dirname(file);
  if (name === undefined) {
    const path = moduleAt(join(beside, 'generator'));
    if (path !== undefined) return { path };
    const python = join(beside, 'generator.py');
    if (pathKind(python) === 'file') throw inPython('generator', python, place);
    throw fault('AGN006', {
      what: `the rule names no generator, and there is no 'generator.ts' beside '${file}'`,
      place,
    });
  }
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.+-]*$/.test(name)) {
    throw fault('AGN006', { what: `'${name}' is no name of a generator`, place });
  }
  const folders = generatorFolders({ file, overlay, fixups });
  for (const folder of folders) {
    const path = moduleAt(join(folder, name));
    if (path !== undefined) return { path };
  }
  const stock = Object.hasOwn(stockGenerators, name) ? stockGenerators[name] : undefined;
  if (stock) return { stock: name, load: stock };
  throw notFound(wish, name, folders);
}

function notFound({ place }: GeneratorWish, name: string, folders: readonly string[]) {
  const python = folders
    .map((folder) => join(folder, `${name}.py`))
    .find((path) => pathKind(path) === 'file');
  if (python !== undefined) {
    return inPython(`generators/${name}`, python, place);
  }
  const known = folders.flatMap((folder) =>
    namesIn(folder)
      .filter((file) => moduleSuffixes.some((suffix) => file.endsWith(suffix)))
      .map((file) => file.replace(/\.m?[tj]s$/, '')),
  );
  const near = nearestNames(name, [...known, ...Object.keys(stockGenerators)])[0];
  return fault('AGN006', {
    what: `generator '${name}' is not found`,
    place,
    next:
      near === undefined
        ? `Looked in ${folders.map((folder) => `'${folder}'`).join(', ')} and among the generators of packmill.`
        : `Did you mean '${near}'?`,
  });
}

const inPython = (stem: string, file: string, place: Place) =>
  fault('AGN006', {
    what: `'${file}' is a generator written in Python`,
    place,
    next: `Write it as '${stem}.ts'.`,
  });

function moduleAt(stem: string): string | undefined {
  return moduleSuffixes.map((suffix) => `${stem}${suffix}`).find((path) => pathKind(path) === 'file');
}
