import { Exposed } from '../formats/jinja/index.ts';
import { DistFile } from './dist-file.ts';
import { isMapping } from './merge-settings.ts';
import { setOwn } from './yaml-value.ts';

/** Variables as templates may see them: artifacts and archives by their attributes, at every depth. */
export function exposeAll(value: unknown): unknown {
  if (value instanceof DistFile) return value.exposed;
  if (Array.isArray(value)) return value.map(exposeAll);
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== 'object' || value === null) return typeof value === 'function' ? undefined : value;
  // what templates have no use for is not there for them
  if (!isMapping(value))
    return value instanceof Exposed || value instanceof Map || value instanceof Set ? value : undefined;
  const made: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value)) setOwn(made, key, exposeAll(inner));
  return made;
}
