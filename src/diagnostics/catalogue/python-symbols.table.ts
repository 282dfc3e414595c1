import type { CatalogueTable } from './entry.ts';

/** Codes MPY400 to MPY449: facts of Python symbols that are made from graphs, docstrings, stubs and corpora. */
export const pythonSymbolCodes = {
  MPY400: {
    severity: 'error',
    blame: 'usage',
    title: 'there is no graph to read',
    why: 'A graph is a file that `packmill py explore` or `packmill py build` wrote, or a folder with such files.',
    next: 'Name the file that ends in .valid.json, or the folder that it lies in.',
    sample: { broken: 'packmill py coverage ./empty', fixed: 'packmill py coverage ./graphs' },
  },
  MPY401: {
    severity: 'warning',
    blame: 'recipe',
    title: 'a stub cannot be read',
    why: 'It is no Python that the interpreter understands, or no text. What it would tell is missing; the others count.',
    next: 'Correct the stub, or read it with a newer interpreter.',
    sample: { broken: 'def f(:', fixed: 'def f(a): ...' },
  },
  MPY402: {
    severity: 'warning',
    blame: 'recipe',
    title: 'definitions of one function do not fit together',
    why: 'Overloads become one signature, argument by argument. Here two of them have different names at one place.',
    next: 'Nothing; the function has no signature from stubs.',
    sample: { broken: 'def g(a): ... and def g(b): ...', fixed: 'def g(a): ... and def g(a, b=...): ...' },
  },
  MPY403: {
    severity: 'warning',
    blame: 'recipe',
    title: 'what a stub tells belongs to no symbol',
    why: 'No distribution of the manifest has the path.',
    next: 'Explore the distribution, or take its stubs away.',
    sample: { broken: 'stubs of six without six', fixed: 'stubs of six and six' },
  },
  MPY404: {
    severity: 'error',
    blame: 'world',
    title: 'stubs cannot be read at all',
    why: 'The interpreter that reads them did not run or did not come to its end.',
    next: 'Look at what it said.',
    sample: { broken: '--python /nowhere/python3', fixed: '--python /usr/bin/python3' },
  },
  MPY405: {
    severity: 'warning',
    blame: 'recipe',
    title: 'a stub tells another thing than was found',
    why: 'What was explored stays; the stub only adds.',
    next: 'Nothing, or correct the stub.',
    sample: { broken: 'x: a stub says other.x', fixed: 'x: both say this.x' },
  },
} as const satisfies CatalogueTable;
