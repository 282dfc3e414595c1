import type { CatalogueTable } from './entry.ts';

/** Codes CLI001 to CLI999. */
export const commandCodes = {} as const satisfies CatalogueTable;
