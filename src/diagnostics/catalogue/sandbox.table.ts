import type { CatalogueTable } from './entry.ts';

/** Codes SBX001 to SBX999. */
export const sandboxCodes = {} as const satisfies CatalogueTable;
