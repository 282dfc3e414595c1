import { fileURLToPath } from 'node:url';
import { machine, realPath } from '../host/index.ts';
import type { AutogenSettings } from '../recipes/autogen/index.ts';

/** packmill as it runs here, for sandboxes. */
export function ownProgram(): Pick<AutogenSettings, 'runtime' | 'program'> {
  const own = (name: string) => ({
    name,
    path: realPath(fileURLToPath(new URL(`../../${name}`, import.meta.url))),
  });
  return {
    runtime: realPath(machine.runtime()),
    program: ['src', 'node_modules', 'package.json'].map(own),
  };
}
