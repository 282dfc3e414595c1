import type { HandOver } from '../../src/api/index.ts';
import { coveredTo } from '../../src/app/service/covered-range.ts';
import type { CommitRange } from '../../src/database/index.ts';

/** What a manager remembers of requests: their ids, and their ranges of commits, newest first. */
export class TakenRanges {
  readonly #ids = new Set<string>();
  readonly #ranges: CommitRange[] = [];

  /** Whether a request is new; or up to which commit its range was accepted before. */
  take(schedule: HandOver['schedule']): { readonly isNew: boolean; readonly coveredTo?: string } {
    if (!schedule || this.#ids.has(schedule.id)) return { isNew: false };
    const { id, since, commit, despite } = schedule;
    if (since !== undefined && commit !== undefined) {
      const covered = coveredTo(this.#ranges, since, despite);
      if (covered !== undefined) return { isNew: false, coveredTo: covered };
      this.#ranges.unshift({ since, upTo: commit });
    }
    this.#ids.add(id);
    return { isNew: true };
  }
}
