import type { CatalogueTable } from './entry.ts';

/** Codes SYS001 to SYS999. */
export const hostCodes = {} as const satisfies CatalogueTable;
