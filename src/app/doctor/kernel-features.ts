import type { DoctorSources } from './diagnose-sources.ts';
import type { KernelReport } from './doctor-report.ts';

/** Tries the kernel features that sandboxes stand on by really using them, in name spaces that end with the trial. */
export async function diagnoseKernel(sources: DoctorSources): Promise<KernelReport[]> {
  return [await userNamespaces(sources), await overlay(sources), controlGroups(sources)];
}

async function userNamespaces({ machine, find, ask }: DoctorSources): Promise<KernelReport> {
  const unshare = find('unshare');
  const answer = unshare ? await ask(unshare, ['--user', '--map-root-user', 'true']) : undefined;
  const ok = answer?.ok ?? false;
  return {
    name: 'user namespaces',
    ok,
    // Root gives up its rights for good instead (setpriv), so that only ordinary users depend on them.
    required: !machine.isRoot,
    feature: 'sandbox without root',
    detail: ok ? 'an ordinary user can make one' : (answer?.words ?? "'unshare' is not installed"),
    ...(ok
      ? {}
      : {
          next: 'Run packmill as root, or allow them: sysctl -w kernel.unprivileged_userns_clone=1 user.max_user_namespaces=10000 (and on Ubuntu kernel.apparmor_restrict_unprivileged_userns=0).',
        }),
  };
}

const noOverlay =
  'Load the kernel module (modprobe overlay), or use Linux 5.11 or newer, or run packmill as root.';

/** In a chroot `/` may be a mere folder; nothing can be mounted privately there. */
const insideChroot =
  "This is a chroot whose '/' is no mount point. Leave it, 'mount --bind DIR DIR' the folder it lies in, and enter it again.";

/** A tmpfs over /mnt and an overlay inside it, both gone with the mount name space of the trial. */
const overlayTrial =
  'mount -t tmpfs none /mnt && mkdir /mnt/l /mnt/u /mnt/w /mnt/m && ' +
  'mount -t overlay -o lowerdir=/mnt/l,upperdir=/mnt/u,workdir=/mnt/w none /mnt/m';

async function overlay({ machine, find, ask }: DoctorSources): Promise<KernelReport> {
  const unshare = find('unshare');
  const asRoot = machine.isRoot ? [] : ['--user', '--map-root-user'];
  const answer = unshare
    ? await ask(unshare, [...asRoot, '--mount', '--propagation', 'private', 'sh', '-c', overlayTrial])
    : undefined;
  const ok = answer?.ok ?? false;
  return {
    name: 'overlayfs',
    ok,
    required: true,
    feature: 'sandbox with a writable root',
    detail: ok
      ? 'a writable layer can be put over a read-only root'
      : (answer?.words ?? "'unshare' is not installed"),
    ...(ok ? {} : { next: /filesystem propagation/.test(answer?.words ?? '') ? insideChroot : noOverlay }),
  };
}

function controlGroups({ machine }: DoctorSources): KernelReport {
  const groups = machine.controlGroups;
  const missing = ['memory', 'pids'].filter((name) => !groups?.controllers.includes(name));
  const ok = missing.length === 0;
  const lacking = groups
    ? `version ${groups.version} without ${missing.join(' and ')}`
    : 'no hierarchy is mounted';
  return {
    name: 'cgroup',
    ok,
    required: false,
    feature: 'limits for a whole build',
    detail: ok ? `version ${groups?.version} with memory and pids` : lacking,
    ...(ok
      ? {}
      : {
          next: 'Limits are set for each process instead (prlimit). For limits of whole builds boot with systemd.unified_cgroup_hierarchy=1.',
        }),
  };
}
