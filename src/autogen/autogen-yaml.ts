import { fault, isFault, type Place, type Problem, problem } from '../diagnostics/index.ts';
import { readYaml, type YamlMap, type YamlNode } from '../formats/yaml/index.ts';
import { nearestNames } from '../primitives/index.ts';
import { isMapping, mergeSettings } from './merge-settings.ts';
import type { PkgSettings } from './pkg-info.ts';
import { readVersions, type VersionDraft } from './version-settings.ts';
import { isNull, yamlValue } from './yaml-value.ts';

/** A package of a rule before anything but the file is known. */
export interface PackageDraft {
  readonly name: string;
  readonly place: Place;
  /** One for each version that the settings name, else a single one without. */
  readonly versions: readonly VersionDraft[];
  readonly settings: PkgSettings;
}

/** A package that cannot be used, and why; the others of its rule go on. */
export interface BrokenPackage {
  readonly name: string;
  readonly problem: Problem;
}

/** A rule of an `autogen.yaml` (specification 1.6). */
export interface Rule {
  readonly name: string;
  readonly place: Place;
  /** Undefined: `generator.ts` beside the file. */
  readonly generator: string | undefined;
  readonly defaults: PkgSettings;
  readonly packages: readonly PackageDraft[];
  readonly broken: readonly BrokenPackage[];
}

/** What a file says: rules that can be used, and what is wrong with others. */
export interface AutogenYaml {
  readonly rules: readonly Rule[];
  readonly problems: readonly Problem[];
}

export interface AutogenYamlOptions {
  /** For messages. */
  readonly file: string;
  /** Settings below `release: {NAME: …}` count for this release only. */
  readonly release?: string | undefined;
}

const ruleKeys = ['generator', 'defaults', 'packages'] as const;

/**
 * Reads an `autogen.yaml` (specification 1.6): scalars by YAML 1.1, versions as the text that was written. A wrong rule
 * or package is a problem of its own. Throws YML001 for what is no YAML and AGN004 for a file that maps no rules.
 */
export function readAutogenYaml(text: string, options: AutogenYamlOptions): AutogenYaml {
  const root = readYaml(text, options.file, 'AGN003');
  if (root.kind !== 'map') {
    const isEmpty = root.kind === 'scalar' && root.text === '';
    if (isEmpty) return { rules: [], problems: [] };
    const what = 'the file is no mapping of rules';
    return { rules: [], problems: [problem('AGN004', { what, place: root.place })] };
  }
  const rules: Rule[] = [];
  const problems: Problem[] = [];
  for (const { key, value } of root.entries) {
    try {
      rules.push(readRule(key, value, { options, problems }));
    } catch (error) {
      if (!isFault(error)) throw error;
      problems.push(error.problem);
    }
  }
  return { rules, problems };
}

interface Context {
  readonly options: AutogenYamlOptions;
  readonly problems: Problem[];
}

function readRule(name: string, node: YamlNode, context: Context): Rule {
  const { problems } = context;
  const wrong = (what: string, place = node.place): Problem => problem('AGN004', { what, place });
  if (node.kind !== 'map') {
    problems.push(wrong(`rule '${name}' ${isNull(node) ? 'is empty' : 'is no mapping'}`));
    return { name, place: node.place, generator: undefined, defaults: {}, packages: [], broken: [] };
  }
  const parts = new Map(node.entries.map(({ key, value }) => [key, value]));
  for (const { key, value } of node.entries) {
    if ((ruleKeys as readonly string[]).includes(key)) continue;
    const near = nearestNames(key, ruleKeys)[0];
    const hint = near === undefined ? undefined : `Did you mean '${near}'?`;
    const what = `rule '${name}' has a key '${key}' that means nothing`;
    problems.push(problem('AGN004', { what, place: value.place, next: hint, severity: 'warning' }));
  }
  const generator = parts.get('generator');
  const defaults = parts.get('defaults');
  const packages = parts.get('packages');
  if (generator && (generator.kind !== 'scalar' || generator.text === '')) {
    problems.push(wrong(`the generator of rule '${name}' is no name`, generator.place));
    return { name, place: node.place, generator: undefined, defaults: {}, packages: [], broken: [] };
  }
  if (packages && packages.kind !== 'list' && !isNull(packages)) {
    problems.push(wrong(`'packages' of rule '${name}' is no list`, packages.place));
  }
  if (defaults && defaults.kind !== 'map' && !isNull(defaults)) {
    problems.push(wrong(`'defaults' of rule '${name}' are no mapping`, defaults.place));
  }
  const defaultVersions = defaults?.kind === 'map' ? versionNodes(defaults) : [];
  return {
    name,
    place: node.place,
    generator: generator?.kind === 'scalar' ? generator.text : undefined,
    defaults: defaults?.kind === 'map' ? settingsOf(defaults, context, 'defaults') : {},
    ...readPackages(packages?.kind === 'list' ? packages.items : [], { ...context, defaultVersions }),
  };
}

function readPackages(
  items: readonly YamlNode[],
  context: Context & { readonly defaultVersions: readonly [string, YamlNode][] },
): Pick<Rule, 'packages' | 'broken'> {
  const packages: PackageDraft[] = [];
  const broken: BrokenPackage[] = [];
  for (const item of items) {
    const name = nameOf(item);
    try {
      if (name === undefined) {
        const what = 'a package is neither a name nor one name with settings';
        broken.push({ name: '?', problem: problem('AGN004', { what, place: item.place }) });
        continue;
      }
      packages.push(readPackage(name, item, context));
    } catch (error) {
      if (!isFault(error)) throw error;
      broken.push({ name: name ?? '?', problem: error.problem });
    }
  }
  return { packages, broken };
}

function nameOf(item: YamlNode): string | undefined {
  const name = item.kind === 'scalar' ? item.text : item.kind === 'map' ? item.entries[0]?.key : undefined;
  return name === '' || (item.kind === 'map' && item.entries.length !== 1) ? undefined : name;
}

function readPackage(
  name: string,
  item: YamlNode,
  context: Context & { readonly defaultVersions: readonly [string, YamlNode][] },
): PackageDraft {
  const settings = item.kind === 'map' ? item.entries[0]?.value : undefined;
  const none = { name, place: item.place, settings: {} };
  const versionsOf = (nodes: readonly [string, YamlNode][]): readonly VersionDraft[] =>
    readVersions({ name, nodes, value: plainValue });
  if (settings === undefined || isNull(settings)) {
    return { ...none, versions: versionsOf(context.defaultVersions) };
  }
  if (settings.kind !== 'map') {
    const what = `the settings of package '${name}' are no mapping`;
    throw fault('AGN004', { what, place: settings.place });
  }
  const own = versionNodes(settings);
  return {
    name,
    place: item.place,
    settings: settingsOf(settings, context, `package '${name}'`),
    versions: versionsOf(own.length > 0 ? own : context.defaultVersions),
  };
}

const versionKeys: ReadonlySet<string> = new Set(['version', 'versions']);

const versionNodes = (settings: YamlMap): readonly [string, YamlNode][] =>
  settings.entries.filter(({ key }) => versionKeys.has(key)).map(({ key, value }) => [key, value]);

/** `2.0` is a number that JavaScript would print as 2: it stays the text that Jinja2 prints. */
const makeFloat = (value: number): number | string => (Number.isInteger(value) ? value.toFixed(1) : value);

const plainValue = (node: YamlNode): unknown => yamlValue(node, { makeFloat });

/** Settings without their versions, with what they say for the release that is made laid over them. */
function settingsOf(node: YamlMap, context: Context, of: string): PkgSettings {
  const entries = node.entries.filter(({ key }) => !versionKeys.has(key));
  const { release, ...settings } = plainValue({ ...node, entries }) as PkgSettings;
  if (release === undefined) return settings;
  const isByRelease = isMapping(release) && Object.values(release).every(isMapping);
  if (!isByRelease) return { ...settings, release };
  const { problems, options } = context;
  const own = options.release === undefined ? undefined : (release as PkgSettings)[options.release];
  if (own === undefined) return settings;
  return mergeSettings([settings, own as PkgSettings], {
    onReplaced: (name) => {
      const what = `'${name}' of ${of} is replaced for release '${options.release}'`;
      problems.push(problem('AGN011', { what, place: node.place, severity: 'note' }));
    },
  });
}
