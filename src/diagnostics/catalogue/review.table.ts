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
  REV003: {
    severity: 'error',
    blame: 'usage',
    title: 'a diff does not fit the recipes',
    why: "A diff is applied to the files of 'HEAD'; it was made for other ones, or it is no unified diff.",
    next: "Check out the commit that it was made for, or make it again with 'git diff'.",
    sample: { broken: 'packmill ci review old.diff', fixed: 'packmill ci review update-foo' },
  },
  REV004: {
    severity: 'error',
    blame: 'usage',
    title: 'there is nothing to review of that name',
    why: 'What to review is a commit, a branch, a range of two of them, a file with a diff, or - for a diff on standard input.',
    next: "Take a name that 'git rev-parse' knows, or give both '--before' and '--after'.",
    sample: { broken: 'packmill ci review no-such-branch', fixed: 'packmill ci review HEAD' },
  },
} as const satisfies CatalogueTable;
