import type { CatalogueTable } from './entry.ts';

/** Ebins that a farm keeps. */
export const ebinsFarmCodes = {
  EBN100: {
    severity: 'error',
    blame: 'recipe',
    title: 'no ebins could be made of the builds of a package',
    why: 'The job that reads the binary packages of a PKGDIR ended without saying which version is refused.',
    next: "The log of the job tells more: 'packmill logs TARGET/any/CATEGORY/NAME'.",
    sample: { broken: 'a package that is removed while it is read', fixed: 'the package, whole' },
  },
} as const satisfies CatalogueTable;
