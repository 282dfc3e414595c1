import { fault } from '../../diagnostics/index.ts';
import type { PythonDependencies } from '../../formats/python/index.ts';
import type { Hub } from '../hub.ts';
import { isMapping } from '../merge-settings.ts';
import type { PkgInfo, PkgSettings } from '../pkg-info.ts';
import { type PypiWish, pypiPackage } from './pypi-package.ts';
import { readPydeps } from './python-ebuild.ts';

/** The last version for Python 2.7, and settings of its own. */
export interface CompatWish {
  readonly version: string;
  readonly settings: PkgSettings;
}

/** The setting `compat`: a version, one version with settings, or settings with `version`. Throws GEN001. */
export function readCompat({ compat, name }: PkgInfo): CompatWish | undefined {
  if (compat === undefined || compat === null) return undefined;
  if (typeof compat === 'string' || typeof compat === 'number')
    return { version: String(compat), settings: {} };
  if (isMapping(compat)) {
    const { version, ...settings } = compat;
    if (typeof version === 'string') return { version, settings };
    const [entry, ...more] = Object.entries(compat);
    if (version === undefined && entry && more.length === 0 && (entry[1] === null || isMapping(entry[1]))) {
      return { version: entry[0], settings: entry[1] ?? {} };
    }
  }
  throw fault('GEN001', {
    what: `'compat' of package '${name}' is no version, and no version with settings`,
  });
}

/** The ebuild `NAME-compat` for Python 2.7. */
export async function compatPackage(
  hub: Hub,
  pkg: PkgInfo,
  { wish, compat }: { readonly wish: PypiWish; readonly compat: CompatWish },
): Promise<PkgInfo> {
  const { compat: _, pypi_name: pypiName, revision: __, du_pep517: ___, ...rest } = pkg;
  const own: PkgInfo = {
    ...(rest as PkgInfo),
    pypi_name: pypiName ?? pkg.name,
    pydeps: dependenciesForPython2(readPydeps(pkg)),
    ...compat.settings,
    name: `${pkg.name}-compat`,
    version: compat.version,
    python_compat: 'python2_7',
    requires_python_override: '>=2.7',
    compat_ebuild: true,
  };
  return await pypiPackage(hub, own, { ...wish, compat: undefined });
}

/** Labels that concern Python 2.7; there is no other Python in this ebuild, so that no condition is left. */
export function dependenciesForPython2(dependencies: PythonDependencies): PythonDependencies {
  if (Array.isArray(dependencies)) return dependencies as readonly string[];
  const kept: Record<string, readonly string[]> = {};
  for (const [label, atoms] of Object.entries(dependencies as Readonly<Record<string, readonly string[]>>)) {
    const [kind = '', chosen = '', ...times] = label.split(':');
    const isForTwo = chosen.split(',').some((python) => ['all', '2', '2.7'].includes(python));
    if (kind === 'py' && !isForTwo) continue;
    const plain = kind === 'py' ? ['py', 'all', ...times].join(':') : label;
    kept[plain] = [...(kept[plain] ?? []), ...atoms];
  }
  return kept;
}
