import { join } from 'node:path';
import { pathExists } from '../../host/index.ts';
import type { SandboxCommand } from '../sandbox-driver.ts';
import type { BuilderIdentity } from './identity.ts';
import type { TopFolder } from './layers.ts';
import type { RootView } from './root-view.ts';
import { initScript } from './scripts.ts';

/** What pacman and its install scripts need as root, and nothing that reaches beyond the sandbox's files. */
const rootCapabilities = [
  ...['CAP_CHOWN', 'CAP_DAC_OVERRIDE', 'CAP_FOWNER', 'CAP_FSETID', 'CAP_KILL', 'CAP_SETFCAP'],
  ...['CAP_SETGID', 'CAP_SETUID', 'CAP_SYS_CHROOT'],
];

/** Just enough to become the unprivileged user. */
const stepDownCapabilities = ['CAP_SETGID', 'CAP_SETUID'];

/** Descriptors of bwrap and of the init script. */
export const descriptors = { report: 3, arguments: 4 } as const;

export interface ArgumentRequest {
  readonly command: SandboxCommand;
  readonly view: RootView;
  readonly folders: readonly TopFolder[];
  /** Real paths of the host that must not be seen even below shown folders: the farm. */
  readonly hidden: readonly string[];
  readonly builder: BuilderIdentity;
  readonly asRoot: boolean;
}

function namespaceArguments(request: ArgumentRequest): readonly string[] {
  const { command, builder } = request;
  const capabilities =
    command.user === 'root' ? rootCapabilities : request.asRoot ? stepDownCapabilities : [];
  const mapped = !request.asRoot && command.user === 'builder';
  return [
    ...['--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try', '--hostname', 'packmill'],
    ...(command.network ? [] : ['--unshare-net']),
    ...(mapped ? ['--unshare-user', '--uid', String(builder.uid), '--gid', String(builder.gid)] : []),
    ...['--die-with-parent', '--new-session'],
    ...['--cap-drop', 'ALL', ...capabilities.flatMap((name) => ['--cap-add', name])],
  ];
}

const temporary = (mode: string, path: string): readonly string[] => ['--perms', mode, '--tmpfs', path];
const folder = (mode: string, path: string): readonly string[] => ['--perms', mode, '--dir', path];

function rootArguments(request: ArgumentRequest): readonly string[] {
  const { view, folders } = request;
  const names = new Set(folders.map((one) => one.name));
  const freshVar = names.has('var')
    ? []
    : [
        ...temporary('0755', '/var'),
        ...['cache', 'lib', 'log'].flatMap((name) => folder('0755', `/var/${name}`)),
        ...['--symlink', '../run', '/var/run', '--symlink', '../run/lock', '/var/lock'],
      ];
  return [
    ...folders.flatMap((one) => [one.writable ? '--bind' : '--ro-bind', one.source, `/${one.name}`]),
    ...view.links.flatMap((link) => ['--symlink', link.destination, `/${link.name}`]),
    ...['--proc', '/proc', ...kernelArguments(), '--dev', '/dev'],
    ...[...temporary('1777', '/dev/shm'), ...temporary('1777', '/tmp'), ...temporary('0755', '/run')],
    ...[...temporary('1777', '/run/lock'), ...temporary('0755', '/home'), ...temporary('0700', '/root')],
    ...[...freshVar, ...temporary('1777', '/var/tmp')],
    ...[...temporary('1777', '/build'), ...folder('1777', '/build/home')],
  ];
}

/**
 * The machine's root owns the kernel's settings even without a single capability, and bwrap leaves
 * `/proc/sys` writable for it (its check sees a read-only folder with writable files below), so that one
 * write to `kernel/core_pattern` would be a way out.
 */
export function kernelArguments(): readonly string[] {
  const readOnly = ['bus', 'fs', 'irq', 'sys', 'sysrq-trigger'].map((name) => `/proc/${name}`);
  const covered = ['kcore', 'keys', 'timer_list'].map((name) => `/proc/${name}`).filter(pathExists);
  return [
    ...readOnly.flatMap((path) => ['--ro-bind-try', path, path]),
    ...covered.flatMap((path) => ['--ro-bind', '/dev/null', path]),
  ];
}

/** Submounts come back over overlays, then everything that must not be seen is covered. */
function coverArguments(request: ArgumentRequest): readonly string[] {
  const { view, hidden } = request;
  const inside = (path: string): string => (view.path === '/' ? path : path.slice(view.path.length));
  const overlaid = new Set(request.folders.flatMap((one) => (one.overlay === undefined ? [] : one.name)));
  const lost = view.submounts.filter((path) => overlaid.has(inside(path).split('/')[1] ?? ''));
  const shown = view.folders.map((name) => `${join(view.path, name)}/`);
  const farms = hidden.filter((path) => shown.some((top) => path.startsWith(top)));
  return [
    ...lost.flatMap((path) => ['--ro-bind', path, inside(path)]),
    ...view.masked.flatMap((entry) =>
      entry.folder ? temporary('0000', entry.path) : ['--ro-bind', '/dev/null', entry.path],
    ),
    ...farms.flatMap((path) => temporary('0000', inside(path))),
  ];
}

/** Folders that lead to mounts, outermost first: bwrap would make missing ones for the machine's root alone. */
export function mountParents(mounts: readonly { readonly target: string }[]): readonly string[] {
  const parents = new Set<string>();
  for (const { target } of mounts) {
    const parts = target.split('/').slice(1, -1);
    for (let depth = 1; depth <= parts.length; depth += 1) parents.add(`/${parts.slice(0, depth).join('/')}`);
  }
  return [...parents];
}

/**
 * An ordinary user is `builder` and made the empty folders of the sandbox at the same time; what belongs to
 * root where packmill runs as root must not be `builder`'s to write to here.
 */
function closedFolders({ command, folders, asRoot }: ArgumentRequest): readonly string[] {
  if (asRoot || command.user === 'root') return [];
  const freshVar = folders.some(({ name }) => name === 'var') ? [] : ['/var'];
  return ['/dev', '/run', '/home', '/root', ...freshVar].flatMap((path) => ['--remount-ro', path]);
}

/** The options of bwrap for one command. They hold the environment, so they are no command line. */
export function bubblewrapOptions(request: ArgumentRequest): readonly string[] {
  const { command } = request;
  return [
    ...namespaceArguments(request),
    ...rootArguments(request),
    ...coverArguments(request),
    ...mountParents(command.mounts).flatMap((path) => folder('0755', path)),
    ...command.mounts.flatMap((mount) => [
      mount.writable ? '--bind' : '--ro-bind',
      mount.source,
      mount.target,
    ]),
    ...closedFolders(request),
    ...['--remount-ro', '/', '--chdir', command.workingDirectory, '--clearenv'],
    ...Object.entries(command.environment).flatMap(([name, value]) => ['--setenv', name, value]),
  ];
}

/** What bwrap runs: the init script, the step down to the unprivileged user, the command. */
export function insideCommand(request: ArgumentRequest): readonly string[] {
  const { command, builder } = request;
  const stepDown =
    request.asRoot && command.user === 'builder'
      ? [
          ...['/usr/bin/setpriv', '--reuid', String(builder.uid), '--regid', String(builder.gid)],
          ...['--clear-groups', '--inh-caps=-all', '--ambient-caps=-all', '--'],
        ]
      : [];
  const declared = 'PWD' in command.environment ? 'pwd' : 'no-pwd';
  return ['/bin/sh', '-c', initScript, 'packmill-init', declared, ...stepDown, ...command.command];
}
