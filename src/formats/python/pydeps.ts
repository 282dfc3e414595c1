import { fault } from '../../diagnostics/index.ts';
import { isCategoryName, isPackageName, isUseFlagName, isVersion } from '../gentoo/index.ts';

/** Dependencies on Python packages as `pydeps` states them (specification 6.3): of runtime, or by label. */
export type PythonDependencies = readonly string[] | Readonly<Record<string, readonly string[]>>;

/** Variables of an ebuild and their lines, sorted. */
export type DependencyLines = Readonly<
  Record<'DEPEND' | 'RDEPEND' | 'PDEPEND' | 'BDEPEND', readonly string[]>
>;

const variables = { build: 'DEPEND', runtime: 'RDEPEND', post: 'PDEPEND', tool: 'BDEPEND' } as const;
type Modifier = keyof typeof variables;

const wrong = (what: string, why: string) => fault('PEP003', { what, why });

/** `foo`, `category/foo`, `foo >= 1.2`, `foo >= 1.2:=`, `not! foo` as an atom; `dev-python` is the usual category. */
function atomOf(text: string): string {
  const match =
    /^(not!\s*)?([^\s<>=~!:]+)(?:\s*(<=|>=|<|>|=|~)\s*([^\s:]+))?(:(?:[=*]|[A-Za-z0-9_][\w.+/-]*=?))?$/.exec(
      text.trim(),
    );
  const [, not, path = '', operator = '', version = '', slot = ''] = match ?? [];
  const [category = '', name = '', ...more] = path.includes('/') ? path.split('/') : ['dev-python', path];
  const isRight = isCategoryName(category) && isPackageName(name) && more.length === 0;
  if (!isRight || (operator !== '' && !isVersion(version)))
    throw wrong(
      `'${text}' is no dependency on a Python package`,
      "It is written 'foo', 'category/foo', 'foo >= 1.2' or 'not! foo'.",
    );
  const tail = operator === '' ? '' : `-${version}`;
  return `${not ? '!' : ''}${operator}${category}/${name}${tail}${slot}[\${PYTHON_USEDEP}]`;
}

/** A Python in a label as python_gen_cond_dep takes it. */
function patternOf(python: string, label: string): string {
  if (python === '2' || python === '3') return `-${python}`;
  if (/^[23]\.\d+$/.test(python)) return `python${python.replace('.', '_')}`;
  if (python === 'pypy' || python === 'pypy3') return python;
  // names of implementations with a star, as the eclass takes them
  const [, pattern] = /^'?((?:python|pypy)[0-9_]*\*)'?$/.exec(python) ?? [];
  if (pattern !== undefined) return `'${pattern}'`;
  throw wrong(
    `'${python}' in label '${label}' is no Python`,
    "It is 'all', '2', '3', a version such as '3.7', 'pypy' or 'pypy3'.",
  );
}

function modifiersOf(text: string | undefined, label: string): readonly Modifier[] {
  if (text === undefined) return ['runtime'];
  return text.split(',').map((word) => {
    if (Object.hasOwn(variables, word)) return word as Modifier;
    throw wrong(`'${word}' in label '${label}' says no time`, "It is 'build', 'runtime', 'post' or 'tool'.");
  });
}

function linesOf(label: string, kind: string, chosen: string, atoms: readonly string[]): readonly string[] {
  if (kind === 'use') {
    if (!isUseFlagName(chosen))
      throw wrong(`'${chosen}' in label '${label}' is no USE flag`, 'A flag follows use:.');
    return [`${chosen}? ( ${atoms.join(' ')} )`];
  }
  const pythons = chosen.split(',');
  if (pythons.includes('all')) return atoms;
  const patterns = pythons.map((python) => patternOf(python, label)).sort();
  return [`$(python_gen_cond_dep '${atoms.join(' ')}' ${patterns.join(' ')})`];
}

/**
 * The lines that `pydeps` means for an ebuild (specification 6.3, check 61), sorted. Labels are `py:VERSIONS[:TIMES]` and
 * `use:FLAG[:TIMES]`. Throws PEP003 for what is neither.
 */
export function pythonDependencyLines(dependencies: PythonDependencies): DependencyLines {
  const labelled = Array.isArray(dependencies)
    ? { 'py:all': dependencies as readonly string[] }
    : dependencies;
  const lines = {
    DEPEND: new Set<string>(),
    RDEPEND: new Set<string>(),
    PDEPEND: new Set<string>(),
    BDEPEND: new Set<string>(),
  };
  for (const [label, texts] of Object.entries(labelled as Readonly<Record<string, readonly string[]>>)) {
    const [kind = '', chosen = '', times, ...more] = label.split(':');
    if (!['py', 'use'].includes(kind) || chosen === '' || more.length > 0)
      throw wrong(
        `'${label}' is no label of pydeps`,
        "It is 'py:VERSIONS' or 'use:FLAG', perhaps with ':build' and the like.",
      );
    const atoms = [...new Set(texts.map(atomOf))].sort();
    if (atoms.length === 0) continue;
    for (const time of modifiersOf(times, label)) {
      for (const line of linesOf(label, kind, chosen, atoms)) lines[variables[time]].add(line);
    }
  }
  const sorted = (found: ReadonlySet<string>): readonly string[] => [...found].sort();
  return {
    DEPEND: sorted(lines.DEPEND),
    RDEPEND: sorted(lines.RDEPEND),
    PDEPEND: sorted(lines.PDEPEND),
    BDEPEND: sorted(lines.BDEPEND),
  };
}
