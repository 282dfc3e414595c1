import type { CatalogueTable } from './entry.ts';

/** Codes SBX001 to SBX999. */
export const sandboxCodes = {
  SBX001: {
    severity: 'error',
    blame: 'world',
    title: 'a sandbox cannot be set up',
    why: 'The namespaces, mounts or identity of a sandbox could not be made, so its command was not started.',
    next: "Run 'packmill doctor' to see what this machine lacks; the system's own message stands above.",
    sample: {
      broken: "a mount of '/no/such/folder' into the sandbox",
      fixed: 'a mount of a folder that exists',
    },
  },
  SBX002: {
    severity: 'error',
    blame: 'world',
    title: "'bwrap' is missing",
    why: 'Builds run only in a sandbox, and sandboxes are made by bubblewrap.',
    next: "Install the package 'bubblewrap' (the same name in Debian, Ubuntu, Arch and Fedora; sys-apps/bubblewrap in Gentoo).",
    sample: { broken: "a machine without 'bwrap'", fixed: "'apt-get install bubblewrap'" },
  },
  SBX003: {
    severity: 'error',
    blame: 'world',
    title: 'user namespaces are not allowed',
    why: 'An ordinary user needs user namespaces to make a sandbox, and this system does not grant them.',
    next: "Allow them ('sysctl user.max_user_namespaces=10000', on Debian also 'kernel.unprivileged_userns_clone=1', on Ubuntu 'kernel.apparmor_restrict_unprivileged_userns=0'), or run packmill as root.",
    sample: {
      broken: "'sysctl user.max_user_namespaces=0'",
      fixed: "'sysctl user.max_user_namespaces=10000'",
    },
  },
  SBX004: {
    severity: 'error',
    blame: 'world',
    title: 'the kernel offers no overlay mounts',
    why: 'The dependencies of a build are laid over the root with overlayfs; an ordinary user needs Linux 5.13 or newer for it.',
    next: "Load the kernel module ('modprobe overlay'), use a newer kernel, or run packmill as root.",
    sample: { broken: 'Linux 5.4 and an ordinary user', fixed: 'Linux 5.13 or newer' },
  },
  SBX005: {
    severity: 'error',
    blame: 'usage',
    title: 'a path cannot be used for a sandbox',
    why: "Overlay mounts separate folders with ':' and ',', so a folder whose name has one of these, a quote or a backslash cannot take part.",
    next: 'Move the farm or the root file system to a folder with a plain name.',
    sample: { broken: "a farm at '/srv/a,b'", fixed: "a farm at '/srv/a-b'" },
  },
  SBX006: {
    severity: 'error',
    blame: 'usage',
    title: 'a root file system cannot be used',
    why: "A root needs at least '/usr' and '/bin/sh', and 'setpriv' (util-linux) when packmill runs as root.",
    next: 'Give a complete root file system: a folder made by debootstrap, pacstrap or a stage archive.',
    sample: { broken: "an empty folder as 'sandbox.root'", fixed: "a folder that 'debootstrap' has filled" },
  },
  SBX007: {
    severity: 'warning',
    blame: 'world',
    title: 'limits are watched, not enforced by the kernel',
    why: 'No control group can be written here, so packmill looks at memory twice a second instead of letting the kernel stop a build at once.',
    next: 'Run packmill as root, or as a systemd user service with delegated memory and pids controllers.',
    sample: {
      broken: "a container with '/sys/fs/cgroup' mounted read-only",
      fixed: "the same with '--cgroupns=private' and a writable mount",
    },
  },
  SBX008: {
    severity: 'error',
    blame: 'bug',
    title: 'a sandbox command contradicts itself',
    why: 'A writable layer was asked for without naming a layer, or the command was empty or its paths were relative.',
    next: "Please report this with the output of 'packmill dump plan'.",
    sample: {
      broken: 'layerWritable: true, layer: undefined',
      fixed: "layerWritable: true, layer: '/srv/farm/work/1/layer'",
    },
  },
} as const satisfies CatalogueTable;
