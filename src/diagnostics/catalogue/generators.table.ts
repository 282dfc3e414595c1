import type { CatalogueTable } from './entry.ts';

/** Codes GEN001 to GEN999: generators that come with packmill, and what they know of forges and languages. */
export const generatorsCodes = {
  GEN001: {
    severity: 'error',
    blame: 'recipe',
    title: 'a setting of a generator is missing or wrong',
    why: 'The generator reads it from the settings of the package in autogen.yaml, or from the options of a call.',
    next: 'Correct the setting; docs/generators.md lists those of each generator.',
    sample: { broken: 'github: { user: foo }', fixed: 'github: { user: foo, query: releases }' },
  },
  GEN002: {
    severity: 'error',
    blame: 'recipe',
    title: 'no release of the upstream fits',
    why: 'Releases, tags or files were found, but none has the version and passes the settings that choose among them.',
    next: "Compare 'version', 'select', 'filter' and 'match' with what the upstream has.",
    sample: { broken: "select: 'v9.*'", fixed: "select: 'v[0-9].*'" },
  },
  GEN003: {
    severity: 'warning',
    blame: 'world',
    title: 'an older release is taken because a newer one is incomplete',
    why: 'A file that the settings name is not among those of the newest release; uploads often follow a release by minutes or hours.',
    next: 'Run again later. When the names of the files changed for good, correct the settings.',
    sample: {
      broken: "tarball: 'foo-{version}.tar.xz' and a release with 'foo-2.0.tar.gz'",
      fixed: "tarball: 'foo-{version}.tar.gz'",
    },
  },
  GEN004: {
    severity: 'error',
    blame: 'world',
    title: 'an upstream answers in a way that is not understood',
    why: 'The answer is well-formed and lacks what the interface promises.',
    next: 'Look at the address that is named above; a proxy or a page for signing in may have answered in its place.',
    sample: { broken: '{"message": "hello"}', fixed: 'a list of releases' },
  },
  GEN005: {
    severity: 'error',
    blame: 'world',
    title: 'a module is not what its checksum says',
    why: 'The lock file of the source names a checksum for each module, and what the proxy delivered has another one.',
    next: 'Ask another proxy. If that one delivers the same, the upstream replaced the module.',
    sample: {
      broken: 'a zip file that was changed after go.sum was written',
      fixed: 'the original zip file',
    },
  },
  GEN006: {
    severity: 'error',
    blame: 'recipe',
    title: 'a lock file cannot be used',
    why: 'Bundles are made from the go.sum or the Cargo.lock of the source; it is missing there or damaged.',
    next: 'Look at the line that is named above, or hand the file over as a text.',
    sample: { broken: 'example.org/mod v1.0.0', fixed: 'example.org/mod v1.0.0 h1:…=' },
  },
  GEN007: {
    severity: 'error',
    blame: 'recipe',
    title: 'a source archive is not laid out as expected',
    why: 'The archive of a Python package unpacks into one folder.',
    next: 'Write an autogen of its own for the package.',
    sample: {
      broken: 'an archive with two folders at its top',
      fixed: 'an archive with one folder at its top',
    },
  },
  GEN008: {
    severity: 'error',
    blame: 'recipe',
    title: 'a pattern takes too long',
    why: 'Repetitions within repetitions can be tried in more ways than anybody can wait for, and nothing else goes on meanwhile.',
    next: 'Write the pattern so that each character can be matched in one way only.',
    sample: { broken: "select: '(\\d+\\.?)+x'", fixed: "select: '\\d+(\\.\\d+)*x'" },
  },
} as const satisfies CatalogueTable;
