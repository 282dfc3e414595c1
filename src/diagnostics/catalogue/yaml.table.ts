import type { CatalogueTable } from './entry.ts';

/** Codes YML001 to YML999: YAML documents that recipes are described in. */
export const yamlCodes = {
  YML001: {
    severity: 'error',
    blame: 'recipe',
    title: 'a file is not YAML',
    why: 'Indentation, quotes or signs are not as YAML has them; tabs never indent.',
    next: 'Correct the file at the place that is named.',
    sample: { broken: 'packages:\n\t- foo', fixed: 'packages:\n  - foo' },
  },
  YML002: {
    severity: 'error',
    blame: 'recipe',
    title: 'a value in a YAML file is not of the kind that is expected there',
    why: 'Each field takes a text, a list or a mapping.',
    next: 'Write the field as the documentation shows it.',
    sample: { broken: 'masters: core-kit', fixed: 'masters:\n  - core-kit' },
  },
  YML003: {
    severity: 'warning',
    blame: 'recipe',
    title: 'a YAML file has a field that nobody reads',
    why: 'The name is not among the fields that this place can have, so that it has no effect.',
    next: 'Correct the name, or remove the field.',
    sample: { broken: 'note: 2023', fixed: 'notes: 2023' },
  },
} as const satisfies CatalogueTable;
