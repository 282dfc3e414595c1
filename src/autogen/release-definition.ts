import { join } from 'node:path';
import { fault } from '../diagnostics/index.ts';
import { readYaml } from '../formats/yaml/index.ts';
import { pathKind, subfolders, textIfThere } from '../host/index.ts';
import { nearestNames } from '../primitives/index.ts';
import { isMapping } from './merge-settings.ts';
import type { RunSettings } from './run-context.ts';
import { yamlValue } from './yaml-value.ts';

/** What `releases/NAME/repositories.yaml` says (specification 7.2), as it stands there. */
export interface ReleaseDefinition {
  readonly release?: Readonly<Record<string, unknown>>;
  readonly [name: string]: unknown;
}

const definitionOf = (fixups: string, release: string): string =>
  join(fixups, 'releases', release, 'repositories.yaml');

/** The definition of the release that is made. Throws AGN029 without one, YML001 when it is no YAML. */
export function readRelease({ fixups, release }: Pick<RunSettings, 'fixups' | 'release'>): ReleaseDefinition {
  if (fixups === undefined) {
    throw fault('AGN029', {
      what: `no kit-fixups is at hand that could define release '${release}'`,
      next: 'Run inside kit-fixups, or name one with --fixups-url.',
    });
  }
  const file = definitionOf(fixups, release);
  const text = textIfThere(file);
  if (text === undefined) throw unknownRelease(fixups, release);
  // a version that looks like a number keeps its zeros: 3.10 is not 3.1
  const value = yamlValue(readYaml(text, file, 'AGN003'), {
    isLiteral: (path) => path.at(-1) === 'has_python',
  });
  return isMapping(value) ? value : {};
}

/** Refuses a release that kit-fixups does not define, where it defines any at all. Throws AGN029. */
export function checkRelease({ fixups, release }: Pick<RunSettings, 'fixups' | 'release'>): void {
  if (fixups === undefined || pathKind(join(fixups, 'releases')) !== 'folder') return;
  if (pathKind(definitionOf(fixups, release)) !== 'file') throw unknownRelease(fixups, release);
}

function unknownRelease(fixups: string, release: string) {
  const folder = join(fixups, 'releases');
  const known = pathKind(folder) === 'folder' ? subfolders(folder) : [];
  const near = nearestNames(release, known)[0];
  const list =
    known.length === 0 ? 'None is defined.' : `Defined are ${known.map((name) => `'${name}'`).join(', ')}.`;
  return fault('AGN029', {
    what: `release '${release}' is not defined in '${folder}'`,
    next: `${list}${near === undefined ? '' : ` Did you mean '${near}'?`} Name one with --release.`,
  });
}
