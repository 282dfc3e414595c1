import type { CatalogueTable } from './entry.ts';

/** Codes STO001 to STO999. */
export const storageCodes = {} as const satisfies CatalogueTable;
