import { fault } from '../diagnostics/index.ts';
import {
  ensureFolders,
  filterPieces,
  pathExists,
  programPieces,
  steadyCompressor,
  writeHashing,
  writeWhole,
} from '../host/index.ts';
import type { CaptureRequest, ImageFacts } from './contract.ts';
import { bootFiles, initialFiles, squashPath } from './initial-files.ts';
import { writeSquashfs } from './squashfs.ts';
import { printed, surrounded, type TreeTar } from './tree-tar.ts';

/** Where distributions have the parts of ISOLINUX, by their names. */
const places: readonly Readonly<Record<'program' | 'module' | 'disk', string>>[] = [
  {
    program: '/usr/lib/ISOLINUX/isolinux.bin',
    module: '/usr/lib/syslinux/modules/bios/ldlinux.c32',
    disk: '/usr/lib/ISOLINUX/isohdpfx.bin',
  },
  ...['/usr/lib/syslinux/bios', '/usr/share/syslinux'].map((folder) => ({
    program: `${folder}/isolinux.bin`,
    module: `${folder}/ldlinux.c32`,
    disk: `${folder}/isohdpfx.bin`,
  })),
];

async function copyOut(path: string, to: string, request: CaptureRequest): Promise<void> {
  const pieces = programPieces(surrounded('cat', ['--', path], request));
  await writeHashing(to, pieces, { algorithms: [], isDurable: false });
}

/** The name of a disk: what its file system keeps of it, 32 letters. */
export const diskLabel = (name: string): string =>
  name
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]+/g, '_')
    .slice(0, 32);

/**
 * What the kernel is told. Our own start looks for the disk itself; starts of others (dracut, live-boot) are told the label and the
 * place of the root on it.
 */
function menu(label: string, isOwn: boolean): string {
  const others = [
    ...['boot=live', 'components', `root=live:CDLABEL=${label}`, 'rd.live.image'],
    ...['rd.live.dir=live', 'rd.live.squashimg=root.squashfs'],
  ];
  const words = [...(isOwn ? [] : others), 'console=tty0', 'console=ttyS0', 'quiet'].join(' ');
  return `SERIAL 0\nDEFAULT live\nPROMPT 0\nLABEL live\n  KERNEL /boot/vmlinuz\n  APPEND initrd=/boot/initrd ${words}\n`;
}

/** `2026013100000000` for the start of that day: year to hundredths of a second. */
function isoTime(time: number): string {
  const digits = new Date(Math.floor(time) * 1000).toISOString().replaceAll(/\D/g, '');
  return `${digits.slice(0, 14)}00`;
}

/** Fills the folder that becomes the disk. Throws MCA009. */
async function fill(
  folder: string,
  request: CaptureRequest & { readonly image: ImageFacts },
  parts: (typeof places)[number],
): Promise<void> {
  const boot = await bootFiles(request);
  if (!boot) throw fault('MCA009', { what: `'${request.root}' has no kernel 'boot/vmlinuz'` });
  ensureFolders(['boot', 'isolinux', 'live'].map((name) => `${folder}/${name}`));
  await copyOut(`${request.root}/boot/${boot.kernel}`, `${folder}/boot/vmlinuz`, request);
  if (boot.initial !== undefined) {
    await copyOut(`${request.root}/boot/${boot.initial}`, `${folder}/boot/initrd`, request);
  } else {
    const bytes = await initialFiles(request, boot.version);
    if (!bytes)
      throw fault('MCA009', { what: `'${request.root}' has neither 'boot/initrd.img' nor a BusyBox` });
    const packed = filterPieces(steadyCompressor('gzip', request), one(bytes));
    await writeHashing(`${folder}/boot/initrd`, packed, { algorithms: [], isDurable: false });
  }
  const here = { ...request, within: undefined };
  await copyOut(parts.program, `${folder}/isolinux/isolinux.bin`, here);
  await copyOut(parts.module, `${folder}/isolinux/ldlinux.c32`, here);
  writeWhole(
    `${folder}/isolinux/isolinux.cfg`,
    menu(diskLabel(request.image.name), boot.initial === undefined),
  );
}

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/**
 * Makes a disk image that a PC boots from: ISOLINUX, the newest kernel of the root, its initramfs or one of ours, and the root as a squashfs.
 * `folder`: a new folder for what goes onto it, which the caller removes. Throws MCA009, SYS001, SYS003, SYS004.
 */
export async function writeLive(
  path: string,
  tar: TreeTar,
  of: { readonly request: CaptureRequest & { readonly image: ImageFacts }; readonly folder: string },
): Promise<void> {
  const { request, folder } = of;
  const parts = places.find(({ program, module }) => pathExists(program) && pathExists(module));
  if (!parts)
    throw fault('MCA009', { what: `no ISOLINUX is installed: there is no '${places[0]?.program}'` });
  await fill(folder, request, parts);
  await writeSquashfs(`${folder}/${squashPath}`, tar, request);
  const time = isoTime(request.time);
  const args = [
    ...['-as', 'mkisofs', '-quiet', '-o', path, '-V', diskLabel(request.image.name), '-r'],
    ...[`--modification-date=${time}`, '--set_all_file_dates', time],
    ...['-b', 'isolinux/isolinux.bin', '-c', 'isolinux/boot.cat', '-no-emul-boot'],
    ...['-boot-load-size', '4', '-boot-info-table'],
    ...(pathExists(parts.disk) ? ['-isohybrid-mbr', parts.disk] : []),
    folder,
  ];
  await printed({ program: 'xorriso', args, signal: request.signal });
}
