import type { Farm } from '../farm.ts';
import { FarmViews } from '../service/views.ts';
import type { Foresight } from './foresight.ts';
import { foresightOf } from './foresight-of.ts';

/** Why, when and what if of a farm that is only looked at, beside a manager or without one. */
export const lookAhead = (farm: Farm): Foresight => foresightOf(farm, new FarmViews(farm), () => undefined);
