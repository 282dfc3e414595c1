import type { CatalogueTable } from './entry.ts';

/** Codes PUB001 to PUB999; PUB020 to PUB029 are about keys and signatures, PUB030 to PUB039 about clean-up. */
export const publishingCodes = {
  PUB001: {
    severity: 'error',
    blame: 'recipe',
    title: 'a published file name has other bytes now',
    why: 'A file name that was published once stands for these bytes for ever: mirrors and caches of users keep it, and the signature belongs to it.',
    next: "Raise 'pkgrel' (or 'pkgver') of the recipe and build it again.",
    sample: {
      broken: "'foo-1-1-any.pkg.tar.zst' is published, then built again with another compiler",
      fixed: "the same with 'pkgrel=2'",
    },
  },
  PUB002: {
    severity: 'error',
    blame: 'recipe',
    title: 'a package cannot stand in a repository',
    why: 'The name of the file, its .PKGINFO and the repository must agree on name, version and architecture.',
    next: 'Look at the recipe; build it with makepkg alone to see what it makes.',
    sample: {
      broken: "'foo-1-1-any.pkg.tar.zst' whose .PKGINFO says 'pkgname = bar'",
      fixed: "'bar-1-1-any.pkg.tar.zst'",
    },
  },
  PUB003: {
    severity: 'error',
    blame: 'usage',
    title: 'a name cannot be used for a repository',
    why: 'Names of repositories and architectures become folders and file names: letters, digits and @ . _ + - are allowed, not first a dash or a dot.',
    next: 'Choose another name.',
    sample: { broken: "'packmill init --repo ../x'", fixed: "'packmill init --repo extra'" },
  },
  PUB004: {
    severity: 'error',
    blame: 'usage',
    title: 'a repository or generation is not there',
    why: 'Nothing has been published under this name, or the generation was retired: only the newest few are kept.',
    next: "See 'packmill repo list' and 'packmill repo generations'.",
    sample: {
      broken: "'packmill repo rollback local 3' after 40 more generations",
      fixed: 'a generation that is kept',
    },
  },
  PUB005: {
    severity: 'warning',
    blame: 'recipe',
    title: 'a package is replaced by an older one',
    why: 'The newer build has the lower version, so machines that have the old one installed do not change to it by themselves.',
    next: "Raise 'epoch' in the recipe if the lower version is meant to win.",
    sample: { broken: "'foo 1.9-1' published over 'foo 1.10-1'", fixed: "'foo 1:1.9-1'" },
  },
  PUB006: {
    severity: 'error',
    blame: 'world',
    title: 'a published database is damaged',
    why: 'The database file of the visible generation does not have the bytes that were written, so nothing is built on it.',
    next: "Check the disk; 'packmill repo rollback' makes a whole generation visible again.",
    sample: {
      broken: "one flipped bit in 'local.db.tar.zst'",
      fixed: 'the generation before it made visible',
    },
  },
  PUB007: {
    severity: 'error',
    blame: 'world',
    title: 'a generation does not verify',
    why: 'Databases, packages and signatures of a generation must belong together, and this one has a file that is missing, strange, or has other bytes.',
    next: "Make a whole generation visible with 'packmill repo rollback', then look for who changed the files.",
    sample: {
      broken: "a package removed by hand from 'public/local/x86_64'",
      fixed: 'the package published again',
    },
  },
  PUB008: {
    severity: 'error',
    blame: 'usage',
    title: 'something else stands where a repository should be',
    why: 'The published name of a repository is a symbolic link to a generation; a folder or file of somebody else is not replaced.',
    next: 'Move it away, then repeat the command.',
    sample: {
      broken: "a folder made by hand at 'public/local/x86_64'",
      fixed: 'nothing, or the link of packmill',
    },
  },
  PUB009: {
    severity: 'warning',
    blame: 'usage',
    title: "pacman cannot use a repository called 'local'",
    why: "pacman calls the database of installed packages 'local', so it refuses a section '[local]' in pacman.conf; the name of the section and of the database file have to be the same.",
    next: "Choose another name when the repository is meant for pacman clients: 'packmill init --repo NAME'.",
    sample: {
      broken: "'[local]' in pacman.conf",
      fixed: "'packmill init --repo extra' and '[extra]' in pacman.conf",
    },
  },
  PUB020: {
    severity: 'error',
    blame: 'usage',
    title: 'there is no key to sign with',
    why: 'Packages and databases are signed with a key of a GnuPG home that has its secret part, may sign and has not expired.',
    next: "Run 'packmill init' to make a key, or name another home or key in 'packmill.yaml'.",
    sample: { broken: 'a GnuPG home with public keys only', fixed: 'a home with the secret key' },
  },
  PUB021: {
    severity: 'error',
    blame: 'world',
    title: 'a signature could not be made',
    why: "The program that keeps the secret key ('gpg-agent') refused or ended. A key with a passphrase needs somebody to type it, so a farm cannot use one.",
    next: 'Look at the message; use a key without passphrase whose home only the farm can read.',
    sample: { broken: 'a key with a passphrase', fixed: 'a key without one' },
  },
  PUB030: {
    severity: 'error',
    blame: 'usage',
    title: 'the clean-up would remove too much',
    why: 'A list of recipes that lacks a large part of what is published is more often a mistake than a wish.',
    next: 'Compare the list with what is published; repeat with force when all of it is to go.',
    sample: {
      broken: 'a list of 600 recipes for a repository with packages of 1000',
      fixed: 'the list of all 1000',
    },
  },
  PUB031: {
    severity: 'error',
    blame: 'usage',
    title: 'the clean-up has an empty list',
    why: 'The list says which recipes stay; an empty one would remove the whole repository.',
    next: 'Give the names of all recipes of the repository; to empty it on purpose, remove its packages by name.',
    sample: { broken: 'a checkout without recipe folders', fixed: 'the folder of the recipes' },
  },
} as const satisfies CatalogueTable;
