import type { CatalogueTable } from './entry.ts';

/** Codes STO001 to STO999. */
export const storageCodes = {
  STO001: {
    severity: 'error',
    blame: 'world',
    title: 'an object is not in the store',
    why: 'The record names an object that the store does not have. It was removed by hand, or it was damaged and stands in quarantine.',
    next: "Build the recipe again; 'packmill store verify' lists what else is missing or damaged.",
    sample: {
      broken: "'objects/6c/a13d…' removed by hand, then a build that depends on it",
      fixed: 'the recipe built again',
    },
  },
  STO002: {
    severity: 'error',
    blame: 'world',
    title: 'an object is damaged',
    why: 'The bytes on disk no longer have the hash that is their name. The disk, the memory or somebody with write access changed them.',
    next: "The object was moved to the folder 'quarantine' of the store. Check the disk, then build the recipe again.",
    sample: { broken: 'one flipped bit in an object', fixed: 'the object stored again from its recipe' },
  },
  STO003: {
    severity: 'error',
    blame: 'recipe',
    title: 'a thing to store is not a regular file',
    why: 'Only regular files have bytes that can be named by their hash; symbolic links, pipes and devices made by a build are not followed.',
    next: 'Look at what the build left under this name, and make it a regular file.',
    sample: { broken: "'foo-1-1-any.pkg.tar' is a symbolic link to '/etc/shadow'", fixed: 'a regular file' },
  },
} as const satisfies CatalogueTable;
