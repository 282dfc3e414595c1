import type { CatalogueTable } from './entry.ts';

/** Codes FET001 to FET999. */
export const fetcherCodes = {} as const satisfies CatalogueTable;
