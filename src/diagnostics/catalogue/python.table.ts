import type { CatalogueTable } from './entry.ts';

/** Codes PEP001 to PEP999: versions, specifiers and patterns in the ways of Python. */
export const pythonCodes = {
  PEP001: {
    severity: 'error',
    blame: 'recipe',
    title: 'a version specifier cannot be read',
    why: 'A specifier is clauses with commas between them, each a sign (~= == != <= >= < > ===) and a version (PEP 440).',
    next: 'Write it as in >=3.7,<4.',
    sample: { broken: '=>3.7', fixed: '>=3.7' },
  },
  PEP002: {
    severity: 'error',
    blame: 'recipe',
    title: 'a regular expression cannot be read',
    why: 'Patterns in YAML are regular expressions as Python and JavaScript share them.',
    next: 'Close brackets and parentheses; put a backslash before signs that mean themselves.',
    sample: { broken: 'v(\\d+', fixed: 'v(\\d+)' },
  },
  PEP003: {
    severity: 'error',
    blame: 'recipe',
    title: "an entry of 'pydeps' cannot be read",
    why: "Labels are 'py:VERSIONS' or 'use:FLAG', perhaps with ':build', ':runtime', ':post' or ':tool'; below them stand packages.",
    next: "Write it as in 'py:3: [foo >= 1.2]'.",
    sample: { broken: 'python3: [foo]', fixed: 'py:3: [foo]' },
  },
} as const satisfies CatalogueTable;
