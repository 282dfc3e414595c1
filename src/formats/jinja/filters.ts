import type { Filter } from './filter-kit.ts';
import { markupFilters } from './markup-filters.ts';
import { numberFilters } from './number-filters.ts';
import { orderFilters } from './order-filters.ts';
import { sequenceFilters } from './sequence-filters.ts';
import { textFilters } from './text-filters.ts';

/** Every filter, by its name. */
export const filters: ReadonlyMap<string, Filter> = new Map([
  ...textFilters,
  ...markupFilters,
  ...numberFilters,
  ...sequenceFilters,
  ...orderFilters,
]);
