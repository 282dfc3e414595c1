import type { ScheduleReply, ScheduleRequest } from '../../api/index.ts';
import { fault } from '../../diagnostics/index.ts';
import { systemRandom } from '../../host/index.ts';
import { isFinal } from '../../model/index.ts';
import { jobId } from '../../primitives/index.ts';
import type { Farm } from '../farm.ts';
import type { RecipeSources } from '../recipe-sources.ts';
import { countAutogens } from './autogen-packages.ts';
import { autogensFor } from './autogens-for.ts';
import type { WantedRun } from './upkeep-run.ts';
import type { Performed, SourceWork } from './upkeep-source.ts';

interface AutogenWorkParts {
  readonly farm: Farm;
  readonly source: string;
  /** The target of its autogens. */
  readonly target: string;
  readonly sources: RecipeSources;
  readonly schedule: (request: ScheduleRequest) => Promise<ScheduleReply>;
}

/** Runs of a source that has no pipelines of its own; undefined for one of PKGBUILDs. */
export function ownWork(parts: Omit<AutogenWorkParts, 'target'>): SourceWork | undefined {
  const { kind, target } = parts.farm.config['recipe-sources'][parts.source] ?? {};
  return kind === 'autogen' && target !== undefined ? new AutogenWork({ ...parts, target }) : undefined;
}

/** Runs of a source of autogens: they look at the newest commit and put its autogens into the queue. */
class AutogenWork implements SourceWork {
  readonly #parts: AutogenWorkParts;

  constructor(parts: AutogenWorkParts) {
    this.#parts = parts;
  }

  async newest(): Promise<string> {
    const { sources, source } = this.#parts;
    const { commit } = await sources.at(source, undefined);
    if (commit !== undefined) return commit;
    throw fault('CIF004', { what: `'${sources.url(source)}' is no git repository` });
  }

  async perform(wanted: WantedRun): Promise<Performed> {
    const { source, target, schedule } = this.#parts;
    const head = await this.newest();
    const { names } = await autogensFor(this.#parts, target, { source, commit: head, isGone: false });
    const packages = (wanted.packages ?? this.#idle(wanted, names)).map((name) => ({ name }));
    if (packages.length === 0)
      return { head, outcome: { outcome: 'done', problem: null, scheduled: [], warnings: 0 } };
    const reply = await schedule({
      id: `upkeep-${systemRandom.hex(12)}`,
      ...{ target, source, arch: 'any', commit: head, urgency: 0, packages },
    });
    const [first] = reply.refused;
    const { code = '', what = '', next } = first ?? {};
    const problem = first === undefined ? null : { code, what, ...(next === undefined ? {} : { next }) };
    const scheduled = reply.accepted.map(({ name }) => name);
    const outcome = problem === null ? 'done' : 'failed';
    return { head, outcome: { outcome, problem, scheduled, warnings: reply.refused.length } };
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
