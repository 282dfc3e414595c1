import { join } from 'node:path';
import { fault } from '../../diagnostics/index.ts';
import { textIfThere } from '../../host/index.ts';
import type { DistFile } from '../dist-file.ts';
import type { HubCore } from '../hub-core.ts';
import { isMapping } from '../merge-settings.ts';
import { sourceFolder } from './source-folder.ts';

/** An option of a build with Meson, as `intro-buildoptions.json` has it. */
export interface MesonOption {
  readonly name: string;
  readonly description: string;
  /** Its value unless one says otherwise. */
  readonly value: unknown;
  /** `string`, `boolean`, `combo`, `integer`, `array`, `feature`. */
  readonly type: string;
  /** `user` for those of the project itself. */
  readonly section: string;
  readonly machine: string;
  /** Of `combo` and `array`. */
  readonly choices: readonly string[];
}

/** `hub.meson`: what builds with Meson can be told (specification 6.7). */
export interface Meson {
  /**
   * Options of the project in a folder of a source (default: its top folder), by name. The program `meson` is run on it. Throws
   * AGN032 with what it printed.
   */
  buildOptions(source: DistFile, glob?: string): Promise<readonly MesonOption[]>;
  get_build_options_from_artifact: Meson['buildOptions'];
}

export function mesonOf(hub: HubCore): Meson {
  const buildOptions = (source: DistFile, glob = '*') => readOptions(hub, source, glob);
  return { buildOptions, get_build_options_from_artifact: buildOptions };
}

async function readOptions(hub: HubCore, source: DistFile, glob: string): Promise<readonly MesonOption[]> {
  const folder = await sourceFolder(source, glob);
  const build = join(folder, '.packmill-meson');
  const setUp = await hub.cmd.capture(['meson', 'setup', build, folder], { cwd: folder, throw: false });
  const written = textIfThere(join(build, 'meson-info', 'intro-buildoptions.json'));
  if (setUp.code === 0 && written !== undefined) return optionsOf(written);
  // setting up wants what the project depends on; reading its files does not
  hub.log.debug(
    `meson cannot set up '${source.finalName}', its files are read alone: ${lastLine(setUp.stdout)}`,
  );
  const read = await hub.cmd.capture(['meson', 'introspect', '--buildoptions', join(folder, 'meson.build')], {
    cwd: folder,
  });
  return optionsOf(read.stdout);
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? '';

function optionsOf(json: string): readonly MesonOption[] {
  const list: unknown = JSON.parse(json);
  if (!Array.isArray(list)) throw fault('GEN004', { what: 'meson answers no list of options' });
  return list
    .filter(isMapping)
    .map(
      (option): MesonOption => ({
        name: String(option['name']),
        description: String(option['description'] ?? ''),
        value: option['value'],
        type: String(option['type']),
        section: String(option['section']),
        machine: String(option['machine']),
        choices: Array.isArray(option['choices']) ? option['choices'].map(String) : [],
      }),
    )
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}
