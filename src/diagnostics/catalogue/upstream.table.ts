import type { CatalogueTable } from './entry.ts';

/** Codes UPS001 to UPS999. */
export const upstreamCodes = {} as const satisfies CatalogueTable;
