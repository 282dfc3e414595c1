import type { CatalogueTable } from './entry.ts';

/** Codes PLN001 to PLN999. */
export const plannerCodes = {} as const satisfies CatalogueTable;
