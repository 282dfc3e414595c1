import { compareBytes } from '../../primitives/index.ts';
import { comparePackageIds, formatPackageId, type PackageId } from './package-id.ts';

/** A version of a package and the implementations of Python that it runs on: `python3_9`, `pypy3`. */
export interface PythonPackage {
  readonly id: PackageId;
  readonly implementations: readonly string[];
}

export interface PythonChoice {
  /** The implementation that the release uses. */
  readonly primary: string;
  /** What it also has. */
  readonly alternate?: string | undefined;
}

/** The flags that a package needs which does not run on the primary implementation; undefined when it does, or on none. */
function flagsFor(
  implementations: readonly string[],
  { primary, alternate }: PythonChoice,
): string | undefined {
  if (implementations.length === 0 || implementations.includes(primary)) return undefined;
  if (alternate !== undefined && implementations.includes(alternate))
    return `python_single_target_${alternate}`;
  const first = [...implementations].sort(compareBytes).find((name) => !name.startsWith('pypy'));
  return first === undefined ? undefined : `python_single_target_${first} python_targets_${first}`;
}

/**
 * The text of `package.use/python-use` (specification 7.7): a line for each package that does not run on the primary
 * implementation, or for each such version when its versions differ. Lines are sorted.
 */
export function pythonUseText(packages: readonly PythonPackage[], choice: PythonChoice): string {
  const byName = new Map<string, PythonPackage[]>();
  for (const one of [...packages].sort((a, b) => comparePackageIds(a.id, b.id))) {
    const name = `${one.id.category}/${one.id.name}`;
    byName.set(name, [...(byName.get(name) ?? []), one]);
  }
  const lines = [...byName].flatMap(([name, versions]) => {
    const wanted = versions.map(({ implementations }) => flagsFor(implementations, choice));
    const [first] = wanted;
    if (wanted.every((flags) => flags === first)) return first === undefined ? [] : [`${name} ${first}`];
    return versions.flatMap(({ id }, index) =>
      wanted[index] === undefined ? [] : [`=${formatPackageId(id)} ${wanted[index]}`],
    );
  });
  return lines
    .sort(compareBytes)
    .map((line) => `${line}\n`)
    .join('');
}
