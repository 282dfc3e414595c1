import type { CatalogueTable } from './entry.ts';

/** Codes PMS001 to PMS999: texts of ebuild repositories that do not keep to the Package Manager Specification. */
export const gentooCodes = {
  PMS001: {
    severity: 'error',
    blame: 'recipe',
    title: 'the version is not one that an ebuild can have',
    why: 'A version is numbers with dots, at most one small letter, endings such as _rc1, and a revision such as -r1.',
    next: 'Write the version as ebuilds spell it: 1.2.3-rc1 is 1.2.3_rc1.',
    sample: { broken: '1.2.3-rc1', fixed: '1.2.3_rc1' },
  },
  PMS002: {
    severity: 'error',
    blame: 'recipe',
    title: 'a name is not allowed',
    why: 'Categories, packages, slots, USE flags and repositories consist of letters, digits and few signs, and each begins with one of them.',
    next: 'Give it a name that ebuild repositories allow.',
    sample: { broken: 'app misc', fixed: 'app-misc' },
  },
  PMS003: {
    severity: 'error',
    blame: 'recipe',
    title: 'the upstream version cannot be said as the version of an ebuild',
    why: 'A version is numbers with dots, at most one small letter, endings such as _rc1, and a revision such as -r1.',
    next: "Choose the part of it that orders the releases, with 'transform' or 'select', or state the version by hand.",
    sample: { broken: '1.0+git3', fixed: '1.0_p3' },
  },
  PMS010: {
    severity: 'error',
    blame: 'recipe',
    title: 'a line of a Manifest is no entry',
    why: 'Every line is a type (AUX, DIST, EBUILD or MISC), a name, a size, and pairs of a digest and its value.',
    next: 'Let the Manifest be written anew.',
    sample: { broken: 'DIST foo-1.tar.xz SHA512 ab', fixed: 'DIST foo-1.tar.xz 17 SHA512 ab' },
  },
  PMS011: {
    severity: 'error',
    blame: 'recipe',
    title: 'a Manifest says two things of one file',
    why: 'One name is one file: Portage believes the line that it happens to read last.',
    next: 'Let the Manifest be written anew.',
    sample: { broken: 'DIST a 1 SHA1 aa\nDIST a 2 SHA1 bb', fixed: 'DIST a 1 SHA1 aa' },
  },
  PMS012: {
    severity: 'error',
    blame: 'recipe',
    title: 'one name of a distfile stands for two files',
    why: 'All distfiles lie in one folder, so that one name can only be one file.',
    next: "Give one of them another name, with 'finalName' or with '->' in SRC_URI.",
    sample: {
      broken: "two artifacts 'v1.tar.gz' with different digests",
      fixed: "'foo-1.tar.gz' and 'bar-1.tar.gz'",
    },
  },
} as const satisfies CatalogueTable;
