import { fault, isFault, type Problem, problem } from '../diagnostics/index.ts';
import {
  type PythonDistribution,
  parseDistribution,
  standardLibraryName,
} from '../formats/python-graph/index.ts';
import { readYaml, YamlFields, type YamlNode } from '../formats/yaml/index.ts';

/** Something that is installed before a distribution is explored. */
export interface InstallStep {
  readonly manager: 'pip' | 'apt';
  readonly name: string;
  /** Empty: whatever there is. */
  readonly version: string;
}

/** A distribution that is to be explored, and how it comes into its environment. */
export interface ListedPackage {
  readonly distribution: PythonDistribution;
  readonly install: readonly InstallStep[];
  /** Names of packages that the distribution needs without saying so, installed before it. */
  readonly extra: readonly string[];
}

export interface PackageList {
  readonly packages: readonly ListedPackage[];
  /** What is wrong with single entries, which are left out. */
  readonly problems: readonly Problem[];
}

const plain = (distribution: PythonDistribution): ListedPackage => ({
  distribution,
  install: [{ manager: 'pip', ...distribution }],
  extra: [],
});

/**
 * Reads a list of distributions: lines of `name==version` with comments (specification, 3.1), or YAML when the file is called so. An
 * entry that is not understood is MPY200, one that is there twice MPY201. Throws YML001 for what is no YAML.
 */
export function readPackageList(text: string, file: string): PackageList {
  return /\.ya?ml$/.test(file) ? readYamlList(text, file) : readLines(text, file);
}

function readLines(text: string, file: string): PackageList {
  const packages: ListedPackage[] = [];
  const problems: Problem[] = [];
  for (const [at, whole] of text.split('\n').entries()) {
    const line = whole.replace(/#.*/, '').trim();
    if (line === '') continue;
    const place = { file, line: at + 1 };
    const distribution = parseDistribution(line);
    if (distribution === undefined) {
      problems.push(problem('MPY200', { what: `'${line}' is not of the form 'name==version'`, place }));
    } else packages.push(plain(distribution));
  }
  return withoutDoubles(packages, problems, file);
}

function withoutDoubles(
  packages: readonly ListedPackage[],
  problems: readonly Problem[],
  file: string,
): PackageList {
  const seen = new Set<string>();
  const all = [...problems];
  const kept = packages.filter(({ distribution: { name, version } }) => {
    const key = `${name.toLowerCase()}\n${version.toLowerCase()}`;
    if (!seen.has(key)) return seen.add(key);
    all.push(problem('MPY201', { what: `'${name}==${version}' is there twice`, place: { file } }));
    return false;
  });
  return { packages: kept, problems: all };
}

function readYamlList(text: string, file: string): PackageList {
  const fields = new YamlFields();
  const packages: ListedPackage[] = [];
  const problems: Problem[] = [];
  for (const node of fields.list(readYaml(text, file), 'the list of packages')) {
    try {
      packages.push(readEntry(fields, node));
    } catch (error) {
      if (!isFault(error)) throw error;
      problems.push(error.problem);
    }
  }
  return withoutDoubles(packages, [...fields.problems, ...problems], file);
}

function readEntry(fields: YamlFields, node: YamlNode): ListedPackage {
  const refuse = (what: string): never => {
    throw fault('MPY200', { what, place: node.place });
  };
  const known = ['name', 'python', 'version', 'install', 'extra_depends'];
  const entry = fields.map(node, 'a package', known);
  const name = fields.text(entry.get('name'), "'name'") ?? '';
  const version = fields.text(entry.get('version'), "'version'") ?? '';
  const distribution = parseDistribution(version === '' ? name : `${name}==${version}`);
  if (distribution === undefined) return refuse(`'${name}' in version '${version}' is no distribution`);
  const python = fields.text(entry.get('python'), "'python'") ?? 'python3';
  if (python !== 'python3') return refuse(`'${name}' wants '${python}', known is 'python3'`);
  const install = fields.list(entry.get('install'), "'install'").map((step) => {
    const values = fields.map(step, 'a step', ['manager', 'name', 'version']);
    const manager = fields.text(values.get('manager'), "'manager'") ?? 'pip';
    if (manager !== 'pip' && manager !== 'apt')
      return refuse(`the manager '${manager}' of '${name}' is not known`);
    const own = fields.text(values.get('name'), "'name'") ?? '';
    const wanted = fields.text(values.get('version'), "'version'") ?? '';
    if (own !== '') return { manager, name: own, version: wanted } as const;
    // without a name the distribution itself is meant, whose version is known
    if (wanted !== '') return refuse(`a step of '${name}' has a version and no name`);
    return { manager, ...distribution } as const;
  });
  const steps = new Set(install.map((step) => `${step.manager} ${step.name}`));
  if (steps.size < install.length) return refuse(`a step of '${name}' is there twice`);
  const extra = fields.texts(entry.get('extra_depends'), "'extra_depends'");
  if (name !== standardLibraryName && install.length + extra.length === 0) {
    return refuse(`nothing is installed for '${name}'`);
  }
  return { distribution, install, extra };
}
