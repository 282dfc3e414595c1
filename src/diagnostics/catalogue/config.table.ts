import type { CatalogueTable } from './entry.ts';

/** Codes CFG001 to CFG999. */
export const configCodes = {} as const satisfies CatalogueTable;
