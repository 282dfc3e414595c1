import { fault, type Problem, problem } from '../../diagnostics/index.ts';
import { distributionStem, type PythonDistribution } from '../../formats/python-graph/index.ts';
import { listFolder, pathKind, textIfThere } from '../../host/index.ts';
import { type ListedPackage, readPackageList, readSelection } from '../../python-build/index.ts';
import { isInSource, placeOf } from './source-paths.ts';

/** A distribution that a source names. */
export interface SelectedDistribution {
  readonly stem: string;
  readonly distribution: PythonDistribution;
  readonly toplevels: readonly string[];
  /** Names of distributions that it needs without saying so. */
  readonly extra: readonly string[];
}

export interface PythonSelection {
  readonly items: readonly SelectedDistribution[];
  /** What is wrong with single entries, which are left out. */
  readonly problems: readonly Problem[];
}

/** What a job may be called by. */
const plainStem = /^[A-Za-z0-9_][A-Za-z0-9+_.-]{0,240}$/;

/**
 * The distributions of a source: those whose Dockerfiles are in `dockerfiles/build`, as with `packmill py build`; where there are none,
 * those of its lists, of which a Dockerfile in `dockerfiles/all` may say more. Throws MPY203 for a list that is not there, MPY253 for one that leads out of the
 * source.
 */
export async function readSelected(top: string, lists: readonly string[]): Promise<PythonSelection> {
  const chosen = (await listFolder(placeOf(top, 'dockerfiles/build'))).filter(
    ({ name, kind }) => kind === 'file' && !name.startsWith('.'),
  );
  const found =
    chosen.length > 0 ? chosen.map(({ path, name }) => ofDockerfile(path, name)) : ofLists(top, lists);
  const items = new Map<string, SelectedDistribution>();
  const problems: Problem[] = [];
  for (const one of found) {
    if ('code' in one) problems.push(one);
    else if (!plainStem.test(one.stem))
      problems.push(problem('MPY250', { what: `'${one.stem}' is no name for a job` }));
    else if (!items.has(one.stem)) items.set(one.stem, one);
  }
  return { items: [...items.values()], problems };
}

function ofDockerfile(path: string, name: string): SelectedDistribution | Problem {
  const text = textIfThere(path) ?? '';
  const read = readSelection(text, name);
  return 'problem' in read ? read.problem : { ...read, extra: extraOf(text, read.distribution) };
}

/** Packages that a Dockerfile installs with pip before the distribution itself. */
function extraOf(text: string, { name }: PythonDistribution): readonly string[] {
  const names = [...text.matchAll(/^RUN\s+pip3?\s+install\s+([^|&;]+)$/gim)].flatMap(([, words = '']) =>
    words.split(/\s+/).map((word) => word.replace(/['"]/g, '').replace(/[=<>!~].*$/, '')),
  );
  return names.filter((one) => /^[A-Za-z0-9]/.test(one) && one.toLowerCase() !== name.toLowerCase());
}

function* ofLists(top: string, lists: readonly string[]): Generator<SelectedDistribution | Problem> {
  for (const list of lists) {
    const text = textIfThere(placeOf(top, list));
    if (text === undefined) throw fault('MPY203', { what: `there is no list '${list}' in '${top}'` });
    const { packages, problems } = readPackageList(text, list);
    yield* problems;
    for (const entry of packages) yield ofEntry(top, entry);
  }
}

function ofEntry(top: string, { distribution, install, extra }: ListedPackage) {
  const stem = distributionStem(distribution);
  const own = `${top}/dockerfiles/all/${stem}`;
  if (pathKind(own) === 'file' && isInSource(top, own)) return ofDockerfile(own, stem);
  const others = install.filter(({ manager, name }) => manager === 'pip' && name !== distribution.name);
  return { stem, distribution, toplevels: [], extra: [...extra, ...others.map(({ name }) => name)] };
}
