import type { CatalogueTable } from './entry.ts';

/** Codes PRV001 to PRV099. */
export const provenanceCodes = {
  PRV001: {
    severity: 'error',
    blame: 'world',
    title: 'a file is no signed statement',
    why: 'Statements are DSSE envelopes with an in-toto statement of the kind that docs/provenance.md describes. The file is something else, or was cut short.',
    next: "Fetch the file again from the repository; 'packmill provenance NAME --json' prints the one of the farm.",
    sample: { broken: "'nib-1-1-any.pkg.tar.zst.provenance.json' with half of its bytes", fixed: 'the whole file' },
  },
  PRV002: {
    severity: 'error',
    blame: 'usage',
    title: 'nothing is known of how a package was made',
    why: 'No build of this farm made it, or it was made by a version of packmill that kept no records of builds.',
    next: 'Look at the name with `packmill repo show`. Build the recipe again to have a statement for it.',
    sample: { broken: 'packmill provenance nobodys-package', fixed: 'packmill provenance nib' },
  },
  PRV003: {
    severity: 'error',
    blame: 'world',
    title: 'a statement does not hold',
    why: 'The signature is not by the key of the farm, or the statement is about other bytes than the package that lies beside it. Somebody changed one of them, or they belong to different builds.',
    next: 'Trust neither. Build the recipe again, and find out who can write to the folder.',
    sample: { broken: 'one byte of the payload changed by hand', fixed: 'the statement as the farm signed it' },
  },
  PRV004: {
    severity: 'error',
    blame: 'usage',
    title: 'a build cannot be done again',
    why: 'To build the same once more takes the recipe, the sources, the dependencies and the root of then. Something of it is gone, or this kind of recipe keeps too little.',
    next: 'Build the recipe anew; results whose parts are all in the store can be verified.',
    sample: { broken: 'packmill verify-build of a package whose sources were collected', fixed: 'packmill build' },
  },
} as const satisfies CatalogueTable;
