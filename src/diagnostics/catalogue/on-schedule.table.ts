import type { CatalogueTable } from './entry.ts';

/** Codes CIS001 to CIS999. */
export const onScheduleCodes = {} as const satisfies CatalogueTable;
