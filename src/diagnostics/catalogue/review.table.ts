import type { CatalogueTable } from './entry.ts';

/** Codes REV001 to REV999. */
export const reviewCodes = {} as const satisfies CatalogueTable;
