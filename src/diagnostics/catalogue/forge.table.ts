import type { CatalogueTable } from './entry.ts';

/** Codes FRG001 to FRG999. */
export const forgeCodes = {} as const satisfies CatalogueTable;
