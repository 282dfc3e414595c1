import { dirname, join, sep } from 'node:path';
import { type Place, type Problem, problem } from '../diagnostics/index.ts';
import { copyOf, mergeSettings } from './merge-settings.ts';
import { autogenIdOf, type Overlay, partsBelow } from './overlay.ts';
import type { PkgInfo, PkgSettings } from './pkg-info.ts';

/** Where an autogen lies, and what packages know of that (specification 1.5, 1.8). */
export interface AutogenPlace {
  readonly file: string;
  readonly folder: string;
  readonly autogenId: string;
  readonly settings: PkgSettings;
  /** Category by the first part of the path; undefined at the overlay root. */
  readonly category: string | undefined;
}

/** The place of an autogen. Throws AGN001 when it is not below the overlay root. */
export function autogenPlace(overlay: Overlay, file: string, genPathPrefix: string): AutogenPlace {
  const folder = dirname(file);
  const parts = partsBelow(overlay.root, folder);
  return {
    file,
    folder,
    autogenId: autogenIdOf(overlay.root, folder),
    category: parts[0],
    settings: {
      template_path: join(folder, 'templates'),
      sub_path: file,
      gen_path: [genPathPrefix, ...parts].join('/'),
    },
  };
}

/** Name and category of a stand-alone autogen: its folder and the one above (specification 1.5). */
export function namesOfFolder(folder: string): { readonly name: string; readonly cat: string } {
  const [cat = '', name = ''] = folder.split(sep).slice(-2);
  return { name, cat };
}

/** Layers of one package, the lowest first. */
export interface PackageLayers {
  readonly place: AutogenPlace;
  readonly layers: readonly PkgSettings[];
  /** Where the package stands, for messages. */
  readonly at: Place;
}

/** Replacing these is what they are for. */
const quietlyReplaced: ReadonlySet<string> = new Set(['cat', 'python_compat', 'name', 'version']);

/** A package with all its layers merged, and warnings for what was replaced (specification 1.8). */
export function assemblePackage(package_: PackageLayers): {
  readonly pkg: PkgInfo;
  readonly problems: readonly Problem[];
} {
  const { place, layers, at } = package_;
  const problems: Problem[] = [];
  const merged = mergeSettings(layers, {
    onReplaced: (name) => {
      if (quietlyReplaced.has(name)) return;
      problems.push(problem('AGN011', { what: `setting '${name}' is replaced`, place: at }));
    },
  });
  Object.assign(merged, place.settings, { autogen_id: place.autogenId });
  return { pkg: withShortNames(merged), problems };
}

/** A package of its own for one `generate`: nothing in it is shared, and the camel-case names are there. */
export function ownPackage(pkg: PkgInfo): PkgInfo {
  return withShortNames(copyOf({ ...pkg }) as Record<string, unknown>);
}

const camelNames = {
  templatePath: 'template_path',
  subPath: 'sub_path',
  genPath: 'gen_path',
  autogenId: 'autogen_id',
} as const;

function withShortNames(settings: Record<string, unknown>): PkgInfo {
  for (const [camel, snake] of Object.entries(camelNames)) {
    if (Object.hasOwn(settings, camel)) continue;
    // not enumerable: a copy by spreading has one spelling only, so that the two cannot disagree
    Object.defineProperty(settings, camel, {
      get(this: Record<string, unknown>) {
        return this[snake];
      },
      enumerable: false,
      configurable: true,
    });
  }
  return settings as unknown as PkgInfo;
}
