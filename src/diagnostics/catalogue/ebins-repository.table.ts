import type { CatalogueTable } from './entry.ts';

/** Codes EBN080 to EBN099: repositories of ebins as they lie on disk. */
export const ebinsRepositoryCodes = {
  EBN080: {
    severity: 'error',
    blame: 'world',
    title: 'a package is being written by another run',
    why: 'One run at a time writes the folder of a package; a run that was killed does not count.',
    next: 'Wait for the other run and generate again.',
    sample: { broken: 'two runs for one repository', fixed: 'one after the other' },
  },
  EBN081: {
    severity: 'error',
    blame: 'recipe',
    title: 'a repository of ebins does not hold together',
    why: 'Every file that SRC_URI can name has to stand in the Manifest and to lie in the store with the size and digests that the Manifest promises.',
    next: 'Generate again; what is missing or differs is made anew.',
    sample: { broken: 'an object that was deleted from the store', fixed: 'the object, generated again' },
  },
  EBN082: {
    severity: 'warning',
    blame: 'recipe',
    title: 'the metadata cache of an ebin is old',
    why: 'A run was stopped between ebuild and cache. Portage sees it and reads the ebuild itself.',
    next: 'Generate again.',
    sample: { broken: 'another _md5_ than that of the ebuild', fixed: 'the cache, written again' },
  },
  EBN083: {
    severity: 'error',
    blame: 'usage',
    title: 'a request for ebins or ebins.json is not as it has to be',
    why: 'Both have few keys, and a key that is not known would be an option that does nothing.',
    next: 'Correct the key or the value.',
    sample: { broken: '{"option": {}}', fixed: '{"options": {}}' },
  },
  EBN084: {
    severity: 'error',
    blame: 'usage',
    title: 'there is no repository of ebins',
    why: "A repository of ebins has 'profiles/repo_name', and ebuilds that say how they were made.",
    next: 'Name the folder that `packmill ebin generate` has written with --out.',
    sample: { broken: 'packmill ebin verify /no/such/folder', fixed: 'packmill ebin verify ./ebins' },
  },
  EBN085: {
    severity: 'error',
    blame: 'recipe',
    title: 'the combination of flags that is wanted does not exist',
    why: 'An ebin has the combinations that were built, and its REQUIRED_USE refuses all others.',
    next: 'Set the flags of one that exists, or build the missing one and generate again.',
    sample: { broken: '--use "alpha" when only {} and {alpha, beta} are built', fixed: '--use "alpha beta"' },
  },
  EBN090: {
    severity: 'warning',
    blame: 'recipe',
    title: 'a build needs a soname that no package has',
    why: 'REQUIRES of the build names a library that PROVIDES of no package in the folders names.',
    next: 'Add a build of the package that has the library, unless users have it from elsewhere.',
    sample: { broken: 'REQUIRES: x86_64: libdemo.so.3', fixed: 'PROVIDES: x86_64: libdemo.so.3' },
  },
  EBN091: {
    severity: 'error',
    blame: 'world',
    title: 'Portage does not tell which flags are set',
    why: 'Flags of this system are asked of the Python library of Portage, which has to know the repository of ebins.',
    next: 'Add the repository to repos.conf, or give the flags with `--use-table`.',
    sample: { broken: 'a system without Portage', fixed: '--use-table use.json' },
  },
} as const satisfies CatalogueTable;
