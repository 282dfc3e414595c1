import type { CatalogueTable } from './entry.ts';

/** Codes PUB001 to PUB999. */
export const publishingCodes = {} as const satisfies CatalogueTable;
