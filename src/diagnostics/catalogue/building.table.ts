import type { CatalogueTable } from './entry.ts';

/** Codes BLD001 to BLD999. */
export const buildingCodes = {} as const satisfies CatalogueTable;
