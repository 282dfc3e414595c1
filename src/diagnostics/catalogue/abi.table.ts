import type { CatalogueTable } from './entry.ts';

/** Codes ABI001 to ABI999. */
export const abiCodes = {
  ABI001: {
    severity: 'warning',
    blame: 'recipe',
    title: 'the libraries of a package cannot be read',
    why: 'The file is no package, or is damaged. Without its libraries nobody can tell which packages depend on them.',
    next: "Build the package anew. 'packmill abi scan' tells whether it can be read then.",
    sample: { broken: 'libfoo-1-1-x86_64.pkg.tar.zst of 0 bytes', fixed: 'the package as makepkg made it' },
  },
  ABI002: {
    severity: 'error',
    blame: 'usage',
    title: 'there is no such package to preview',
    why: 'A preview compares a new build of a published package with the published one, by its libraries.',
    next: "Name a package that 'packmill repo show' lists; a new build is given as PACKAGE=FILE.",
    sample: { broken: 'packmill rebuild preview libfo', fixed: 'packmill rebuild preview libfoo' },
  },
  ABI003: {
    severity: 'error',
    blame: 'usage',
    title: 'there is no such rebuild',
    why: 'A rebuild has a number from when results are held back until it is over: published, or dropped.',
    next: "'packmill rebuild list' shows those that are not over.",
    sample: { broken: 'packmill rebuild go 99', fixed: 'packmill rebuild go 3' },
  },
  ABI004: {
    severity: 'error',
    blame: 'usage',
    title: 'a dependant cannot be rebuilt by the farm',
    why: 'It is published, and the farm knows no recipe of it: it was added by hand, or its recipe is gone.',
    next: "Add its recipe and schedule it, remove it with 'packmill repo remove', or publish without it: 'packmill rebuild publish'.",
    sample: {
      broken: "'app' published from a file, 'libfoo' rebuilt",
      fixed: "a recipe 'app' in a source of the farm",
    },
  },
} as const satisfies CatalogueTable;
