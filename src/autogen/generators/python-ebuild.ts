import type { PythonDependencies } from '../../formats/python/index.ts';
import { Settings, textsOf } from '../forges/settings.ts';
import type { Hub } from '../hub.ts';
import { isMapping } from '../merge-settings.ts';
import type { PkgInfo, PkgSettings } from '../pkg-info.ts';

/** What packages of Python say by default. */
export const pythonDefaults: PkgSettings = { cat: 'dev-python', python_compat: 'python3+' };

/** What a package depends on, in words of an ebuild: one text for each variable. */
export interface PythonVariables {
  readonly depend: string;
  readonly rdepend: string;
  readonly pdepend: string;
  readonly bdepend: string;
}

/** Dependencies that the settings write themselves, with the lines of `pydeps` behind them. Throws PEP003. */
export function dependencyVariables(
  hub: Hub,
  pkg: PkgInfo,
  pydeps: PythonDependencies = readPydeps(pkg),
): PythonVariables {
  const settings = new Settings(pkg);
  const lines = hub.python.dependencyLines(pydeps);
  const text = (name: string, more: readonly string[]): string =>
    [...(settings.text(name) ?? '').split('\n'), ...more].filter((line) => line.trim() !== '').join('\n');
  return {
    depend: text('depend', lines.DEPEND),
    rdepend: text('rdepend', lines.RDEPEND),
    pdepend: text('pdepend', lines.PDEPEND),
    bdepend: text('bdepend', lines.BDEPEND),
  };
}

/** The setting `pydeps`. Throws GEN001. */
export function readPydeps({ pydeps = [] }: PkgInfo): PythonDependencies {
  if (pydeps === null) return [];
  if (!isMapping(pydeps)) return textsOf(pydeps, 'pydeps');
  return Object.fromEntries(
    Object.entries(pydeps).map(([label, atoms]) => [label, textsOf(atoms ?? [], `pydeps.${label}`)]),
  );
}

/** Words of a setting that is a list or a text with blanks, sorted, with some more. */
export function sortedWords(value: unknown, name: string, more: readonly string[] = []): readonly string[] {
  const given = value === undefined || value === null ? [] : textsOf(value, name);
  return [...new Set([...given.flatMap((text) => text.split(/\s+/)), ...more])]
    .filter((word) => word !== '')
    .sort();
}

/** `extensions` of a Python package. Throws GEN001 for one that there is not. */
export function pythonExtensions(pkg: PkgInfo): readonly ('local-only' | 'cargo')[] {
  return new Settings(pkg).someOf('extensions', ['local-only', 'cargo']);
}
