import type { CatalogueTable } from './entry.ts';

/** Codes FMT001 to FMT999. */
export const formatsCodes = {} as const satisfies CatalogueTable;
