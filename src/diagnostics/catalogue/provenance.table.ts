import type { CatalogueTable } from './entry.ts';

/** Codes PRV001 to PRV099: how packages were made. */
export const provenanceCodes = {
  PRV001: {
    severity: 'error',
    blame: 'world',
    title: 'a file is no signed statement',
    why: 'Statements are DSSE envelopes with an in-toto statement of the kind that docs/provenance.md describes. The file is something else, or was cut short.',
    next: "Fetch the file again from the repository; 'packmill provenance NAME --json' prints the one of the farm.",
    sample: {
      broken: "'nib-1-1-any.pkg.tar.zst.provenance.json' with half of its bytes",
      fixed: 'the whole file',
    },
  },
  PRV002: {
    severity: 'error',
    blame: 'usage',
    title: 'nothing is known of how a package was made',
    why: 'No build of this farm made it, or it was made by a version of packmill that kept no records of builds.',
    next: 'Look at the name with `packmill repo show`. Build the recipe again to have a statement for it.',
    sample: { broken: 'packmill provenance nobodys-package', fixed: 'packmill provenance nib' },
  },
} as const satisfies CatalogueTable;
