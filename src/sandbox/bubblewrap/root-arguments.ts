import type { RootCommand } from '../root-session.ts';
import { kernelArguments, mountParents } from './arguments.ts';
import { initScript } from './scripts.ts';

/** What package managers, their scripts and makefiles need as root of a tree: nothing of it counts outside of the namespace. */
const treeCapabilities = [
  ...['CAP_CHOWN', 'CAP_DAC_OVERRIDE', 'CAP_DAC_READ_SEARCH', 'CAP_FOWNER', 'CAP_FSETID', 'CAP_KILL'],
  ...['CAP_MKNOD', 'CAP_SETFCAP', 'CAP_SETGID', 'CAP_SETPCAP', 'CAP_SETUID', 'CAP_SYS_CHROOT'],
  ...['CAP_NET_BIND_SERVICE', 'CAP_AUDIT_WRITE'],
];

export interface RootPlaces {
  /** Where the merged tree is mounted. */
  readonly merged: string;
  /** What is shown as `/tmp`; undefined: the tree's own. */
  readonly tmp: string | undefined;
}

const temporary = (mode: string, path: string): readonly string[] => ['--perms', mode, '--tmpfs', path];

function namespaces(command: RootCommand): readonly string[] {
  return [
    ...['--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try', '--hostname', 'packmill'],
    ...(command.network ? [] : ['--unshare-net']),
    ...['--die-with-parent', '--new-session', '--cap-drop', 'ALL'],
    ...treeCapabilities.flatMap((name) => ['--cap-add', name]),
  ];
}

function treeFolders(places: RootPlaces): readonly string[] {
  return [
    ...['--bind', places.merged, '/', '--proc', '/proc', ...kernelArguments(), '--dev', '/dev'],
    ...temporary('1777', '/dev/shm'),
    ...(places.tmp === undefined ? [] : ['--bind', places.tmp, '/tmp']),
    ...temporary('0755', '/run'),
  ];
}

/** Programs of the host that a script of a specification may call; nothing of its data. */
function hostFolders(): readonly string[] {
  return [
    ...['--ro-bind', '/usr', '/usr', '--ro-bind-try', '/etc/alternatives', '/etc/alternatives'],
    ...['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32'].flatMap((name) => [
      '--ro-bind-try',
      `/${name}`,
      `/${name}`,
    ]),
    ...[
      'ld.so.cache',
      'resolv.conf',
      'nsswitch.conf',
      'hosts',
      'ssl',
      'ca-certificates',
      'passwd',
      'group',
    ].flatMap((name) => ['--ro-bind-try', `/etc/${name}`, `/etc/${name}`]),
    ...['--proc', '/proc', ...kernelArguments(), '--dev', '/dev', ...temporary('1777', '/dev/shm')],
    ...[...temporary('1777', '/tmp'), ...temporary('0755', '/run'), ...temporary('0755', '/var')],
    ...temporary('0700', '/root'),
  ];
}

/** What commands in the tree see as `/tmp` is seen there from beside the tree, too. */
const tmpBelow = ({ tmp }: RootPlaces, target: string): readonly string[] =>
  tmp === undefined ? [] : ['--bind', tmp, `${target}/tmp`];

/** The options of bwrap for one command of a session. */
export function rootOptions(command: RootCommand, places: RootPlaces): readonly string[] {
  const parents = mountParents(command.mounts).filter(
    (path) => command.inside === 'host' || path.startsWith('/run'),
  );
  return [
    ...namespaces(command),
    ...(command.inside === 'tree' ? treeFolders(places) : hostFolders()),
    ...parents.flatMap((path) => ['--perms', '0755', '--dir', path]),
    ...command.mounts.flatMap((mount) =>
      'tree' in mount
        ? [...['--bind', places.merged, mount.target], ...tmpBelow(places, mount.target)]
        : [mount.writable ? '--bind' : '--ro-bind', mount.source, mount.target],
    ),
    ...(command.inside === 'host' ? ['--remount-ro', '/'] : []),
    ...['--chdir', command.workingDirectory, '--clearenv'],
    ...Object.entries(command.environment).flatMap(([name, value]) => ['--setenv', name, value]),
  ];
}

/** What bwrap runs. */
export function rootInside(command: RootCommand): readonly string[] {
  const declared = 'PWD' in command.environment ? 'pwd' : 'no-pwd';
  return ['/bin/sh', '-c', initScript, 'packmill-init', declared, ...command.command];
}
