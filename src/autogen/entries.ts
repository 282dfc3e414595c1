import { fault, isFault, type Place, type Problem, problem } from '../diagnostics/index.ts';
import { textIfThere } from '../host/index.ts';
import { type AutogenPlace, autogenPlace, namesOfFolder } from './assemble.ts';
import { type Rule, readAutogenYaml } from './autogen-yaml.ts';
import type { AutogenFile } from './discover.ts';
import { findGenerator } from './find-generator.ts';
import type { GeneratorModule } from './generator-module.ts';
import type { ModuleLoader } from './load-generator.ts';
import type { PkgSettings } from './pkg-info.ts';
import type { RunSettings } from './run-context.ts';

/** A package of an entry before its generator is asked: layers above the generator's own defaults. */
export interface PackageWish {
  readonly layers: readonly PkgSettings[];
  readonly at: Place;
}

/** What the queue holds: a module, or one rule of a YAML file with its packages (specification 1.10). */
export interface Entry {
  readonly place: AutogenPlace;
  /** For messages: the module's package, or the rule. */
  readonly label: string;
  readonly at: Place;
  readonly load: () => Promise<GeneratorModule>;
  readonly wishes: readonly PackageWish[];
  /** Packages that cannot be used at all. */
  readonly broken: readonly { readonly label: string; readonly problem: Problem }[];
}

/** Entries, and files or rules that give none. */
export interface Queue {
  readonly entries: readonly Entry[];
  readonly broken: readonly { readonly label: string; readonly file: string; readonly problem: Problem }[];
  readonly problems: readonly Problem[];
}

export interface QueueOptions {
  readonly settings: RunSettings;
  readonly modules: ModuleLoader;
  /** Only this rule of the files that are lists. */
  readonly rule?: string | undefined;
}

/** Reads everything that is to be done before anything is done; one broken file spoils no other. */
export function queueEntries(files: readonly AutogenFile[], options: QueueOptions): Queue {
  const entries: Entry[] = [];
  const broken: { label: string; file: string; problem: Problem }[] = [];
  const problems: Problem[] = [];
  for (const { path, kind } of files) {
    try {
      const place = autogenPlace(options.settings.overlay, path, options.settings.genPathPrefix);
      if (kind === 'module') entries.push(moduleEntry(place, options));
      else {
        const read = yamlEntries(place, options);
        entries.push(...read.entries);
        for (const found of read.problems) {
          if (found.severity === 'error') broken.push({ label: path, file: path, problem: found });
          else problems.push(found);
        }
      }
    } catch (error) {
      if (!isFault(error)) throw error;
      broken.push({ label: path, file: path, problem: error.problem });
    }
  }
  return { entries, broken, problems };
}

function moduleEntry(place: AutogenPlace, { modules }: QueueOptions): Entry {
  const names = namesOfFolder(place.folder);
  const at = { file: place.file };
  return {
    place,
    label: `${names.cat}/${names.name}`,
    at,
    load: () => modules.load(place.file),
    wishes: [{ layers: [names], at }],
    broken: [],
  };
}

function yamlEntries(
  place: AutogenPlace,
  options: QueueOptions,
): { readonly entries: readonly Entry[]; readonly problems: readonly Problem[] } {
  const { settings } = options;
  const text = textIfThere(place.file);
  if (text === undefined) throw fault('AGN002', { what: `there is no file '${place.file}'` });
  const { rules, problems } = readAutogenYaml(text, { file: place.file, release: settings.release });
  const wasFlat = rules.some(({ packages }) =>
    packages.some(({ settings: own, versions }) =>
      versions.some(
        ({ isShallow, settings: ofVersion }) =>
          isShallow === true && Object.keys(ofVersion).some((key) => typeof own[key] === 'object'),
      ),
    ),
  );
  const what = `'versions' in '${place.file}' is merged deeply`;
  return {
    entries: rules
      .filter(({ name }) => options.rule === undefined || name === options.rule)
      .map((rule) => ruleEntry(rule, place, options)),
    problems: wasFlat ? [...problems, problem('AGN036', { what })] : problems,
  };
}

function ruleEntry(rule: Rule, place: AutogenPlace, { settings, modules }: QueueOptions): Entry {
  const category = place.category === undefined ? {} : { cat: place.category };
  const defaults = { ...category, ...rule.defaults };
  const shown = (name: string, cat: unknown): string =>
    typeof cat === 'string' && cat !== '' ? `${cat}/${name}` : name;
  return {
    place,
    label: `rule '${rule.name}'`,
    at: rule.place,
    load: async () => {
      const found = findGenerator({
        name: rule.generator,
        file: place.file,
        place: rule.place,
        overlay: settings.overlay,
        fixups: settings.fixups,
      });
      return 'path' in found ? await modules.load(found.path) : await found.load();
    },
    wishes: rule.packages.flatMap(({ name, settings: own, versions, place: at }) =>
      versions.map(({ version, settings: ofVersion }) => ({
        layers: [defaults, { name }, own, { ...ofVersion, ...(version === undefined ? {} : { version }) }],
        at,
      })),
    ),
    broken: rule.broken.map(({ name, problem: found }) => ({
      label: shown(name, defaults['cat']),
      problem: found,
    })),
  };
}
