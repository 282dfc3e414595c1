import { compareBytes } from '../../primitives/index.ts';
import { type PythonDistribution, standardLibraryName } from '../python-graph/index.ts';

/** The order of distributions everywhere: the standard library, then by name and version, both by their bytes. */
export function compareDistributions(a: PythonDistribution, b: PythonDistribution): number {
  if (a.name === b.name) return compareBytes(a.version, b.version);
  if (a.name === standardLibraryName) return -1;
  if (b.name === standardLibraryName) return 1;
  return compareBytes(a.name, b.name);
}

/** A text that two distributions share only when they are the same in name and version, letter by letter. */
export const distributionKey = ({ name, version }: PythonDistribution): string => `${name}\n${version}`;

/** `name==version`, or the bare name where the version is not known. */
export const distributionText = ({ name, version }: PythonDistribution): string =>
  version === '' ? name : `${name}==${version}`;
