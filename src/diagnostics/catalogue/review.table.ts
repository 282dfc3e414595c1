import type { CatalogueTable } from './entry.ts';

/** Codes REV001 to REV999. */
export const reviewCodes = {
  REV001: {
    severity: 'error',
    blame: 'recipe',
    title: 'a recipe is not Bash that can be read',
    why: 'Its text breaks off, or something stands where Bash allows none of it, so nobody can say what it runs.',
    next: "Run 'bash -n' on the file and mend the place that is named.",
    sample: { broken: 'package() {', fixed: 'package() { make install; }' },
  },
  REV002: {
    severity: 'error',
    blame: 'usage',
    title: 'an expression of the list of allowed changes is none',
    why: "'CI_PKGBUILD_CHANGE_ALLOW_REGEX' holds POSIX extended regular expressions joined by ';', without references to groups and of bounded size.",
    next: 'Correct the expression; until then it allows nothing.',
    sample: { broken: '^source=(https://', fixed: '^source=\\(https://' },
  },
} as const satisfies CatalogueTable;
