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
  const definitions = below(below(definition, 'release'), 'kit-definitions');
  const kits = definitions['kits'];
  // of several branches of the kit the first is the primary one (specification 7.2)
  for (const kit of Array.isArray(kits) ? kits : []) {
    if (kit !== 'python-kit' && !(isMapping(kit) && Object.hasOwn(kit, 'python-kit'))) continue;
    const own = { ...below(definitions, 'defaults'), ...below(kit, 'python-kit') };
    const found = below(own, 'settings')['has_python'];
    if (typeof found === 'string') return found;
    // of several the newest counts
    if (Array.isArray(found)) return hub.versions.latest(found.map(String));
  }
  return undefined;
}

/** The mapping at a name; an empty one where there is none. */
function below(value: unknown, name: string): Readonly<Record<string, unknown>> {
  const inner = isMapping(value) ? value[name] : undefined;
  return isMapping(inner) ? inner : {};
}
