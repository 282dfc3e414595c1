import type { StagesConfig } from '../../config/index.ts';
import type { StagePlace } from '../../recipes/stage/index.ts';
import { type ControlReader, compareVersions } from '../../stages/index.ts';
import { type MirrorEntry, placeText, resultsOf } from './mirror-entries.ts';

type BuildConfig = StagesConfig['builds'][number];

/** The place of a build of the settings. */
export const placeOfBuild = ({ build, 'arch-desc': archDesc, subarch }: BuildConfig): StagePlace => ({
  build,
  archDesc,
  subarch,
});

export function parsePlace(text: string): StagePlace {
  const [build = '', archDesc = '', subarch = ''] = text.split('/');
  return { build, archDesc, subarch };
}

/** What decides what a run of one version begins with. */
export interface RunView {
  readonly mirror: string;
  readonly entries: readonly MirrorEntry[];
  readonly builds: readonly BuildConfig[];
  readonly build: BuildConfig;
  readonly version: string;
  /** Whether a stage3 of this version is at hand for what is read: targets behind it begin with it. */
  readonly behindStage3: boolean;
}

/** Version of the newest result of a kind that a run may begin with, or of the seed that the settings name. */
function newestVersion(view: RunView, place: StagePlace, type: string): string | undefined {
  const isOwn = placeText(place) === placeText(placeOfBuild(view.build));
  const begun = resultsOf(view.entries, placeOfBuild(view.build)).find(
    ({ version, about }) => version === view.version && about.begun !== undefined,
  )?.about.begun;
  if (isOwn && view.behindStage3) return view.version;
  // what a version began with stays its beginning, also when something newer has come meanwhile
  if (begun && begun.type === type && placeText(begun.place) === placeText(place)) return begun.version;
  const published = resultsOf(view.entries, place, type)
    .map(({ version }) => version)
    .filter((version) => !isOwn || compareVersions(version, view.version) < 0)
    .at(-1);
  if (published !== undefined) return published;
  const seed = view.builds.find((one) => placeText(placeOfBuild(one)) === placeText(place))?.seed;
  return seed?.type === type ? seed.version : undefined;
}

/** Whether a subarch begins with stages of its own: settings say so, or a stage3 of it was built before this version. */
function isLocal(view: RunView): boolean {
  if (view.build.remote === undefined) return true;
  const own = resultsOf(view.entries, placeOfBuild(view.build), 'stage3');
  return own.some(({ version }) => compareVersions(version, view.version) < 0);
}

/**
 * Control files (9.2) as a run of one version sees them: from the settings, and from what the visible generation holds. While a version
 * is built they do not change, whatever of it is published already.
 */
export function controlReader(view: RunView): ControlReader {
  return (folder, name) => {
    const place = parsePlace(folder.slice(view.mirror.length + 1));
    const version = /^version\/([^/]+)$/.exec(name)?.[1];
    if (version !== undefined) return newestVersion(view, place, version);
    if (placeText(place) !== placeText(placeOfBuild(view.build))) return undefined;
    const { remote, begin } = view.build;
    const other = remote === undefined ? undefined : parsePlace(remote);
    switch (name) {
      case 'strategy/build':
        return isLocal(view) ? 'local' : 'remote';
      case 'strategy/seed':
        return begin;
      case 'remote/build':
        return other?.build;
      case 'remote/arch_desc':
        return other?.archDesc;
      case 'remote/subarch':
        return other?.subarch;
      default:
        return undefined;
    }
  };
}
