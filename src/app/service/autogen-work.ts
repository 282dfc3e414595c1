import type { ScheduleReply, ScheduleRequest } from '../../api/index.ts';
import { isFinal } from '../../model/index.ts';
import { jobId } from '../../primitives/index.ts';
import type { Farm } from '../farm.ts';
import type { RecipeSources } from '../recipe-sources.ts';
import { countAutogens } from './autogen-packages.ts';
import { newestCommit } from './newest-commit.ts';
import { treeRecipesFor } from './tree-recipes-for.ts';
import { scheduleRun } from './tree-run.ts';
import type { WantedRun } from './upkeep-run.ts';
import type { Performed, SourceWork } from './upkeep-source.ts';

export interface AutogenWorkParts {
  readonly farm: Farm;
  readonly source: string;
  /** The target of its autogens. */
  readonly target: string;
  readonly sources: RecipeSources;
  readonly schedule: (request: ScheduleRequest) => Promise<ScheduleReply>;
}

/** Runs of a source of autogens: they look at the newest commit and put its autogens into the queue. */
export class AutogenWork implements SourceWork {
  readonly #parts: AutogenWorkParts;

  constructor(parts: AutogenWorkParts) {
    this.#parts = parts;
  }

  newest(): Promise<string> {
    return newestCommit(this.#parts);
  }

  async perform(wanted: WantedRun): Promise<Performed> {
    const { source, target } = this.#parts;
    const commit = await this.newest();
    const { names } = await treeRecipesFor(this.#parts, target, { source, commit, isGone: false });
    const packages = wanted.packages ?? this.#idle(wanted, names);
    // what is under way may be of an earlier commit: a push has its own run, which leaves nothing out
    const head = packages.length < names.length ? undefined : commit;
    return { head, outcome: await scheduleRun(this.#parts, packages, commit) };
  }

  /** By the clock nothing is begun that is still under way; a push is for all. */
  #idle({ kind }: WantedRun, names: readonly string[]): readonly string[] {
    if (kind === 'on-commit') return names;
    const { farm, target } = this.#parts;
    const open = farm.database.views.openRevisions().filter(({ state }) => !isFinal(state));
    const busy = new Set(open.map(({ id }) => String(id)));
    return names.filter((name) => !busy.has(jobId({ target, arch: 'any', name })));
  }

  counts() {
    const { farm, source, target } = this.#parts;
    return countAutogens(farm, { source, target });
  }
}
