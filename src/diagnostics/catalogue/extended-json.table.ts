import type { CatalogueTable } from './entry.ts';

/** Codes EJS001 to EJS999. */
export const extendedJsonCodes = {
  EJS001: {
    severity: 'error',
    blame: 'recipe',
    title: 'a value cannot be kept in a record',
    why: 'Keys and metadata hold what BSON can hold in both directions: null, booleans, numbers, texts, dates with a time, binary data, lists, mappings and the few classes of BSON. Everything else would come back as something else.',
    next: 'Write the value as one of these; a UUID is wrapped as Binary, a date gets a time, an object becomes a plain mapping.',
    sample: { broken: "key: { build: () => 'x' }", fixed: "key: { build: 'x' }" },
  },
  EJS002: {
    severity: 'error',
    blame: 'world',
    title: 'a text is not Extended JSON',
    why: 'Records are one line of Extended JSON (version 2), as MongoDB defines it; this text is cut off, damaged, or something else.',
    next: 'A record that cannot be read counts as missing and is written anew when it is needed; remove the file if it was put there by hand.',
    sample: { broken: '{"size": {"$numberInt": "five"}}', fixed: '{"size": {"$numberInt": "5"}}' },
  },
} as const satisfies CatalogueTable;
