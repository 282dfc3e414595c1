import type { FarmFacts, Overview, QueuePage, QueuePageQuery, Review, ReviewHead } from '../../api/index.ts';
import type { Farm } from '../farm.ts';
import type { UpkeepLook } from '../service/upkeep-look.ts';
import { KeptAnswer } from './kept-answer.ts';
import { type OverviewParts, overviewOf } from './overview.ts';
import { queuePage } from './queue-page.ts';
import { Reviews } from './reviews.ts';

/** What pages of the dashboard read that no other client needs in this form. All of it is cheap enough to be polled. */
export interface DashboardLook {
  /** What the farm builds for. */
  farm(): FarmFacts;
  /** The farm at a glance. */
  overview(): Overview;
  /** Jobs that are not over. */
  queue(query: QueuePageQuery): QueuePage;
  /** Changes of recipes that wait for somebody to look at them, oldest first. */
  reviews(): Promise<readonly ReviewHead[]>;
  /** One of them; undefined when there is none. Throws CIF001. */
  review(source: string, name: string): Promise<Review | undefined>;
}

/** The reads of the dashboard on a farm. */
export class Dashboard implements DashboardLook {
  readonly #farm: Farm;
  readonly #overview: KeptAnswer<Overview>;
  readonly #reviews: Reviews;

  /** `parts`: what the service that shows the farm knows beside the record. */
  constructor(farm: Farm, upkeep: UpkeepLook, parts: () => OverviewParts) {
    this.#farm = farm;
    this.#reviews = new Reviews(farm, upkeep);
    const event = (): number => farm.database.events.last();
    this.#overview = new KeptAnswer(farm.clock, event, () => overviewOf(farm, parts()));
  }

  farm(): FarmFacts {
    const { repository, arch, targets } = this.#farm.config;
    return { repository, arch, targets: Object.keys(targets) };
  }

  overview(): Overview {
    return this.#overview.get();
  }

  queue(query: QueuePageQuery): QueuePage {
    return queuePage(this.#farm, query);
  }

  reviews(): Promise<readonly ReviewHead[]> {
    return this.#reviews.list();
  }

  review(source: string, name: string): Promise<Review | undefined> {
    return this.#reviews.get(source, name);
  }
}
