import type { StageResultView, StageSourceView, StageSubarchView } from '../../api/index.ts';
import type { StagesConfig } from '../../config/index.ts';
import { entryFacts } from '../../host/index.ts';
import { jobId } from '../../primitives/index.ts';
import type { StagePlace } from '../../recipes/stage/index.ts';
import { compareVersions } from '../../stages/index.ts';
import type { Farm } from '../farm.ts';
import {
  type MirrorEntry,
  mirrorEntries,
  mirrorFolder,
  newestByLink,
  placeText,
  resultsOf,
} from './mirror-entries.ts';
import { placeOfBuild } from './read-control.ts';
import { categoryOf, stagesConfig } from './recipes.ts';
import { jobsOf, standingOf } from './standing.ts';

type Looked = Pick<Farm, 'config' | 'paths' | 'database' | 'clock' | 'store' | 'trees'>;

/** All sources of stages of a farm, with what their mirrors have and how their jobs stand. Throws STO problems. */
export async function stageViews(farm: Looked): Promise<readonly StageSourceView[]> {
  const sources = Object.entries(farm.config['recipe-sources']).filter(([, { kind }]) => kind === 'stages');
  return await Promise.all(sources.map(([source]) => viewOf(farm, source)));
}

async function viewOf(farm: Looked, source: string): Promise<StageSourceView> {
  const { target, builds } = stagesConfig(farm, source);
  const entries = await mirrorEntries(farm, target);
  const latest = new Set([...newestByLink(entries).values()].map(({ name }) => name));
  const trees = entries.filter(({ about }) => about.kind === 'snapshot');
  const shown = (some: readonly MirrorEntry[]): StageResultView[] =>
    [...some]
      .sort((a, b) => compareVersions(b.version, a.version))
      .map((one) => resultView(farm, { target, entry: one, isLatest: latest.has(one.name) }));
  return {
    ...{ source, target },
    generation: farm.trees.list().find(({ name }) => name === target)?.generation ?? 0,
    subarches: builds.map((build) => ({
      ...subarchView(farm, { source, build, entries }),
      results: shown(resultsOf(entries, placeOfBuild(build))),
    })),
    trees: shown(trees),
  };
}

function resultView(
  farm: Pick<Farm, 'config' | 'paths'>,
  {
    target,
    entry,
    isLatest,
  }: { readonly target: string; readonly entry: MirrorEntry; readonly isLatest: boolean },
): StageResultView {
  const { about, version, placed = [] } = entry;
  return {
    ...{ target: about.target, version, path: about.path },
    sizeBytes: entryFacts(`${mirrorFolder(farm, target)}/${about.path}`)?.sizeBytes ?? 0,
    sha256: placed[0]?.object ?? '',
    key: about.key ?? null,
    begun: about.begun ? begunText(about.begun) : null,
    durationMs: about.durationMs ?? null,
    latest: isLatest ? (about.latest ?? null) : null,
  };
}

const begunText = (of: {
  readonly place: StagePlace;
  readonly type: string;
  readonly version: string;
}): string => `${of.type} ${of.version} of ${placeText(of.place)}`;

function subarchView(
  farm: Looked,
  of: {
    readonly source: string;
    readonly build: StagesConfig['builds'][number];
    readonly entries: readonly MirrorEntry[];
  },
): Omit<StageSubarchView, 'results'> {
  const { source, build } = of;
  const { target } = stagesConfig(farm, source);
  const { candidate, version, isComplete } = standingOf(farm, of);
  const jobs = jobsOf(farm, target, build).flatMap((name) => {
    const id = jobId({ target, arch: 'any', name });
    const [newest] = farm.database.views.revisions(id, 1);
    const own = name.slice(categoryOf(build).length + 1);
    return newest ? [{ id, target: own, state: newest.state, reason: newest.reason ?? null }] : [];
  });
  const state = candidate.isBusy
    ? 'building'
    : candidate.failures > 0
      ? 'failed'
      : isComplete
        ? 'complete'
        : 'waiting';
  const { archDesc, subarch } = placeOfBuild(build);
  return {
    ...{ build: build.build, archDesc, subarch, mode: build.mode, version, state },
    ...{ failures: candidate.failures, jobs },
  };
}
