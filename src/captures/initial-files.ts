import { type CpioMember, encodeCpio, readTarBytes } from '../formats/archives/index.ts';
import type { CaptureRequest } from './contract.ts';
import { printed, surrounded } from './tree-tar.ts';

/** Where a live image has its root; a file of its own, so that other programs for the start find it by name. */
export const squashPath = 'live/root.squashfs';

/** Finds the disk with the root, lays a file system in memory over it, and goes on with the first process of the root. */
const init = `#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
for module in ata_piix ahci virtio_pci virtio_blk virtio_scsi usb_storage sd_mod sr_mod cdrom isofs loop squashfs overlay; do
  modprobe -q $module 2>/dev/null
done
found=
for try in 1 2 3 4 5 6 7 8 9 10; do
  for disk in /dev/sr[0-9] /dev/vd[a-z] /dev/sd[a-z]; do
    [ -b "$disk" ] || continue
    mount -t iso9660 -o ro "$disk" /cdrom 2>/dev/null || continue
    [ -f /cdrom/${squashPath} ] && found=yes && break 2
    umount /cdrom
  done
  sleep 1
done
[ -n "$found" ] || { echo 'the disk with the root is not there'; exec sh; }
mount -t squashfs -o loop,ro /cdrom/${squashPath} /lower
mount -t tmpfs tmpfs /upper
mkdir /upper/changes /upper/work
mount -t overlay -o lowerdir=/lower,upperdir=/upper/changes,workdir=/upper/work overlay /root
for place in /sbin/init /usr/bin/init /bin/init /bin/sh; do
  if [ -x "/lower$place" ] || [ -L "/lower$place" ]; then exec switch_root /root "$place"; fi
done
echo 'the root has no first process'
exec sh
`;

/** Prints what is taken from the root: a BusyBox, and the modules of the kernel that reading the disk needs. */
const choosing = `cd "$0" || exit 1
for path in usr/bin/busybox bin/busybox; do [ -f "$path" ] && echo "$path" && break; done
for modules in usr/lib/modules/"$1" lib/modules/"$1"; do
  [ -d "$modules" ] || continue
  for path in modules.dep modules.alias modules.symbols modules.order modules.builtin kernel/lib kernel/crypto \\
    kernel/arch kernel/fs/isofs kernel/fs/squashfs kernel/fs/overlayfs kernel/fs/nls kernel/drivers/ata \\
    kernel/drivers/scsi kernel/drivers/cdrom kernel/drivers/block kernel/drivers/virtio kernel/drivers/usb; do
    [ -e "$modules/$path" ] && echo "$modules/$path"
  done
  break
done
exit 0`;

async function lines(request: CaptureRequest, script: string, version: string): Promise<readonly string[]> {
  const bytes = await printed(surrounded('sh', ['-c', script, request.root, version], request));
  return bytes
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '');
}

const folders = ['bin', 'dev', 'proc', 'sys', 'cdrom', 'lower', 'upper', 'root', 'lib'];

/** Files that were taken out of the root, by their places at the start. */
async function taken(request: CaptureRequest, paths: readonly string[]): Promise<readonly CpioMember[]> {
  const mtime = Math.floor(request.time);
  const args = ['-c', '-f', '-', '--sort=name', '--format=posix', '-C', request.root, '--', ...paths];
  const members = new Map<string, CpioMember>();
  for (const entry of readTarBytes(await printed(surrounded('tar', args, request)), request.root)) {
    if (entry.type !== 'file') continue;
    const path = entry.path.replace(/^usr\//, '');
    members.set(path, { path, kind: 'file', mode: entry.mode & 0o777, mtime, body: entry.body });
  }
  return [...members.values()];
}

/** Every folder that something lies in, the outer ones first. */
function parents(members: readonly CpioMember[]): readonly string[] {
  const found = new Set(folders);
  for (const { path } of members) {
    for (let at = path.indexOf('/'); at > 0; at = path.indexOf('/', at + 1)) found.add(path.slice(0, at));
  }
  return [...found].sort();
}

/**
 * What a kernel starts with (an initramfs, without compression): BusyBox of the root, modules of the kernel, and a script that
 * finds the disk. Undefined when the root has no BusyBox, which has to be linked statically.
 */
export async function initialFiles(
  request: CaptureRequest,
  version: string,
): Promise<Uint8Array | undefined> {
  const paths = await lines(request, choosing, version);
  if (!paths.some((path) => path.endsWith('bin/busybox'))) return undefined;
  const mtime = Math.floor(request.time);
  const files = await taken(request, paths);
  const members: CpioMember[] = [
    ...parents(files).map((path): CpioMember => ({ path, kind: 'folder', mode: 0o755, mtime })),
    ...files,
    { path: 'init', kind: 'file', mode: 0o755, mtime, body: Buffer.from(init) },
  ];
  return Buffer.concat([...encodeCpio(members)]);
}

/** Names below `boot` of the newest kernel, and of what it starts with when the root has that. */
export async function bootFiles(
  request: CaptureRequest,
): Promise<
  { readonly kernel: string; readonly version: string; readonly initial: string | undefined } | undefined
> {
  const names = await lines(request, 'cd "$0"/boot 2>/dev/null && ls -1 | sort -V; exit 0', '');
  const kernel = names.findLast((name) => /^vmlinuz(?:-|$)/.test(name));
  if (kernel === undefined) return undefined;
  const version = kernel.replace(/^vmlinuz-?/, '');
  const end = version === '' ? '' : `-${version}`;
  const initial = [`initrd.img${end}`, `initramfs${end}.img`, `initrd${end}`].find((name) =>
    names.includes(name),
  );
  return { kernel, version, initial };
}
