import type { CatalogueTable } from './entry.ts';

/** Codes SMI001 to SMI029: mirrors of stages, and what is taken into them. */
export const stageMirrorCodes = {
  SMI001: {
    severity: 'error',
    blame: 'usage',
    title: 'there is no mirror of stages in a folder',
    why: 'A mirror is the folder below which results lie as BUILD/ARCH_DESC/SUBARCH/VERSION.',
    next: 'Name the folder that `packmill metro get FILE path/mirror` prints.',
    sample: {
      broken: 'packmill stage mirror list /srv/miror',
      fixed: 'packmill stage mirror list /srv/mirror',
    },
  },
  SMI002: {
    severity: 'error',
    blame: 'usage',
    title: 'an earlier state of the links to the newest is not kept',
    why: 'Each change of the links is a state of its own, and the last ten of them are kept.',
    next: 'Choose one that `packmill stage mirror list MIRROR --states` shows.',
    sample: { broken: 'packmill stage mirror rollback MIRROR/1.4/x86-64bit/core2_64 99', fixed: '... 4' },
  },
  SMI003: {
    severity: 'error',
    blame: 'world',
    title: 'a result of a mirror has no checksum',
    why: 'A file NAME.hash.txt beside each result states its SHA-256. Without it nobody can tell whether the result is whole.',
    next: 'Publish it again, or take it over from a mirror that has its checksum.',
    sample: { broken: 'stage3-core2_64-1.4-2019-11-10.tar.xz alone', fixed: 'the same with its .hash.txt' },
  },
  SMI004: {
    severity: 'error',
    blame: 'world',
    title: 'a stage is not what its checksum says',
    why: 'It was changed, cut off on its way, or belongs to another checksum. Nothing is built from it, and it is not published.',
    next: 'Fetch it and its checksum again, from their maker.',
    sample: { broken: 'an archive that lacks its last byte', fixed: 'the whole archive' },
  },
  SMI005: {
    severity: 'error',
    blame: 'world',
    title: 'a result of a mirror is not signed by our key',
    why: 'A file NAME.gpg beside each result is a detached signature, so that others can tell where it comes from.',
    next: 'Publish it again; `packmill stage mirror import` signs what it takes over.',
    sample: { broken: 'a result without a .gpg', fixed: 'the same with a signature by the key of the farm' },
  },
  SMI006: {
    severity: 'error',
    blame: 'world',
    title: 'a link to the newest result leads nowhere',
    why: 'Its result was removed by hand, or never arrived.',
    next: 'Publish a newer result, or show an earlier state with `packmill stage mirror rollback`.',
    sample: {
      broken: 'stage3-latest.tar.xz, and its version is gone',
      fixed: 'a link to a version that is there',
    },
  },
  SMI007: {
    severity: 'error',
    blame: 'usage',
    title: 'nothing says what a seed has to be',
    why: 'Everything that is built comes out of the seed, so it is not taken from anybody: its checksum or its signature has to be known from its maker.',
    next: 'Give `--sha256 DIGEST`, or `--signature FILE --key FILE`, or put a .hash.txt beside it.',
    sample: { broken: 'packmill stage seed import stage3.tar.xz', fixed: '... --sha256 9f86d08...' },
  },
  SMI008: {
    severity: 'error',
    blame: 'world',
    title: 'the signature of a seed is not good',
    why: 'It belongs to other bytes, or was made by a key that is not among those that were given.',
    next: 'Fetch seed and signature again, and the key from a place that you trust.',
    sample: { broken: 'a signature of the seed of last week', fixed: 'the signature of this seed' },
  },
} as const satisfies CatalogueTable;
