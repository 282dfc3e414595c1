import type { Overview } from '../../api/index.ts';
import type { Farm } from '../farm.ts';
import { KeptAnswer } from './kept-answer.ts';
import { type OverviewParts, overviewOf } from './overview.ts';

/** What pages of the dashboard read that no other client needs in this form. All of it is cheap enough to be polled. */
export interface DashboardLook {
  /** The farm at a glance. */
  overview(): Overview;
}

/** The reads of the dashboard on a farm. */
export class Dashboard implements DashboardLook {
  readonly #overview: KeptAnswer<Overview>;

  /** `parts`: what the service that shows the farm knows beside the record. */
  constructor(farm: Farm, parts: () => OverviewParts) {
    const event = (): number => farm.database.events.last();
    this.#overview = new KeptAnswer(farm.clock, event, () => overviewOf(farm, parts()));
  }

  overview(): Overview {
    return this.#overview.get();
  }
}
