import type { CatalogueTable } from './entry.ts';

/** Codes MCA001 to MCA029: roots made into files, and files made into roots. */
export const capturesCodes = {
  MCA001: {
    severity: 'error',
    blame: 'usage',
    title: 'the name of a capture tells no format',
    why: 'A capture is written in the format that its name ends in, so that nobody has to say it twice.',
    next: 'Choose a name that ends in .tar, .tar.xz, .tar.zst, .tar.gz, .squashfs, .oci.tar or .iso.',
    sample: { broken: 'stage3.rar', fixed: 'stage3.tar.xz' },
  },
  MCA002: {
    severity: 'error',
    blame: 'recipe',
    title: 'a root cannot be captured',
    why: 'Everything below a root has to be readable, and must not change while it is read: what is captured would be a state that never was.',
    next: 'See what the program said. End what still runs in the root, and build the stage again.',
    sample: { broken: 'a daemon that still writes to var/log', fixed: 'a root that nothing runs in' },
  },
  MCA003: {
    severity: 'error',
    blame: 'usage',
    title: 'a capture would replace a file',
    why: 'What was published under a name stays what it is. Others may have fetched its digest already.',
    next: 'Choose another name or version, or remove the file if nobody knows of it.',
    sample: { broken: 'a capture to stage3.tar.xz, which is there', fixed: 'the version of today' },
  },
  MCA004: {
    severity: 'error',
    blame: 'usage',
    title: 'a file is no archive that a root can be unpacked from',
    why: 'Roots come as tar (plain, xz, zstd, gzip, bzip2) or as squashfs. What a file is is told by its first bytes, and not by its name.',
    next: 'Name the archive of a stage.',
    sample: { broken: 'an error page that was saved as stage3.tar.xz', fixed: 'the archive' },
  },
  MCA005: {
    severity: 'error',
    blame: 'usage',
    title: 'an archive of a root cannot be unpacked',
    why: 'It is cut off or changed, or it holds what may not be made here, such as a device outside of /dev for an ordinary user.',
    next: 'Compare its digest with the published one, and fetch it again.',
    sample: { broken: 'an archive that lacks its last kilobyte', fixed: 'the whole archive' },
  },
  MCA006: {
    severity: 'error',
    blame: 'world',
    title: 'there is no room to capture or unpack a root',
    why: 'The disk or the quota is full. What was written so far is removed.',
    next: 'Make room, for example with `packmill stage mirror clean`, and run the command again.',
    sample: { broken: 'a disk with 100 MB left', fixed: 'a disk with room for the stage' },
  },
  MCA007: {
    severity: 'error',
    blame: 'recipe',
    title: 'an image does not say what it is',
    why: 'Images of LXD, of container engines and of disks carry their name, version and architecture, which the tree does not tell.',
    next: 'Give `target/name`, `target/version` and `target/arch_desc`.',
    sample: { broken: 'an OCI image without target/arch_desc', fixed: 'target/arch_desc: x86-64bit' },
  },
  MCA008: {
    severity: 'error',
    blame: 'usage',
    title: 'an archive of a root leads out of its folder',
    why: 'A name that goes up, or through a link to another place, would write to the machine itself.',
    next: 'Do not use the archive. Ask its maker what it is.',
    sample: { broken: 'a member ../../etc/passwd', fixed: 'a member etc/passwd' },
  },
} as const satisfies CatalogueTable;
