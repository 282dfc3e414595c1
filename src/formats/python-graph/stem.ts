import type { PythonDistribution } from './graph.ts';

/**
 * The text that names files and images of a distribution: its name and version in lower case with two underscores between
 * them, `requests__2.18.4`. Signs that a tag of an image cannot have, underscores in a row, and hyphens that would look like
 * an escape are written `-xHEX-`, so that two distributions with one stem differ at most in upper and lower case.
 */
export function distributionStem({ name, version }: PythonDistribution): string {
  return `${escaped(name)}__${escaped(version)}`;
}

function escaped(text: string): string {
  return text
    .toLowerCase()
    .replace(
      /-(?=x[0-9a-f]+-)|[^a-z0-9._-]|(?<=_)_|^_|_$/gu,
      (sign) => `-x${sign.codePointAt(0)?.toString(16)}-`,
    );
}

/** `name==version` or a bare name, as lists of distributions have them; undefined for what is neither. */
export function parseDistribution(text: string): PythonDistribution | undefined {
  const parts = text.trim().split('==');
  const [name = '', version = ''] = parts.map((part) => part.trim());
  if (parts.length > 2 || !/^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/.test(name)) return undefined;
  return parts.length === 2 && !/^[A-Za-z0-9][A-Za-z0-9._+!-]*$/.test(version)
    ? undefined
    : { name, version };
}
