import type { CatalogueTable } from './entry.ts';

/** Codes CIC001 to CIC999. */
export const onCommitCodes = {} as const satisfies CatalogueTable;
