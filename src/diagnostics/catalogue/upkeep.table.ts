import type { CatalogueTable } from './entry.ts';

/** Codes CIU001 to CIU999. */
export const upkeepCodes = {} as const satisfies CatalogueTable;
