import type { CatalogueTable } from './entry.ts';

/** Codes QUE001 to QUE999. */
export const queueCodes = {} as const satisfies CatalogueTable;
