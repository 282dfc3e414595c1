import { isFault } from '../../diagnostics/index.ts';
import { type PythonVersion, parsePythonVersion } from '../../formats/python/index.ts';
import type { Hub } from '../hub.ts';
import { isMapping } from '../merge-settings.ts';

/**
 * The Python of the release that is made: `settings.has_python` of its python-kit (specification 6.3). Undefined where nobody
 * says so: then every package is taken to fit.
 */
export function releasePython(hub: Hub): PythonVersion | undefined {
  const text = hasPython(hub);
  if (text === undefined) return undefined;
  // of 3.9 some later patch is meant: packages that want 3.9.1 are there for it
  return parsePythonVersion(/^\d+\.\d+$/.test(text) ? `${text}.99` : text);
}

function hasPython(hub: Hub): string | undefined {
  let definition: unknown;
  try {
    definition = hub.releaseYaml;
  } catch (error) {
    if (isFault(error, 'AGN029')) return undefined;
    throw error;
  }
  const kits = isMapping(definition) ? definition['kits'] : undefined;
  for (const kit of Array.isArray(kits) ? kits.filter(isMapping) : []) {
    const python = kit['python-kit'];
    const settings = isMapping(python) ? python['settings'] : undefined;
    const found = isMapping(settings) ? settings['has_python'] : undefined;
    if (typeof found === 'string') return found;
    // of several the newest counts
    if (Array.isArray(found)) return hub.versions.latest(found.map(String));
  }
  return undefined;
}
