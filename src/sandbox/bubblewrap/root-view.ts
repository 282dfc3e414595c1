import { join } from 'node:path';
import { fault } from '../../diagnostics/index.ts';
import { listRoot, pathExists, privateEntries, readMounts } from '../../host/index.ts';
import type { SandboxRoot } from '../sandbox-driver.ts';

/** What the sandbox shows of a root file system, one top folder at a time. */
export interface RootView {
  /** Folder of the host the root lies in; `/` for the host's own. */
  readonly path: string;
  /** Folders of the root that are shown; layers may lie over each. */
  readonly folders: readonly string[];
  /** Folders that exist only in a layer, because the host's own are none of a build's business. */
  readonly layerOnly: readonly string[];
  readonly links: readonly { readonly name: string; readonly destination: string }[];
  /** File systems mounted below shown folders; an overlay would not show them. Paths of the host. */
  readonly submounts: readonly string[];
  /** What only the host's root may read: covered, since a package's install script runs as root. */
  readonly masked: readonly { readonly path: string; readonly folder: boolean }[];
}

/** All of the host that a build may see. */
const hostFolders: ReadonlySet<string> = new Set([
  ...['bin', 'etc', 'lib', 'lib32', 'lib64', 'libx32', 'opt', 'sbin', 'usr'],
]);

/** Folders every sandbox has of its own, whatever the root holds there. */
const ownFolders: ReadonlySet<string> = new Set([
  'build',
  'dev',
  'home',
  'proc',
  'root',
  'run',
  'sys',
  'tmp',
]);

/** Made new by makeIdentity, so no need to cover the host's. */
const replaced: ReadonlySet<string> = new Set(['/etc/shadow', '/etc/gshadow']);

function hostMasks(): RootView['masked'] {
  return [
    ...privateEntries('/etc', 4),
    ...privateEntries('/usr/local/etc', 2),
    ...privateEntries('/opt', 1).filter((entry) => entry.folder),
  ].filter((entry) => !replaced.has(entry.path));
}

function submountsOf(path: string, folders: readonly string[]): readonly string[] {
  const tops = folders.map((name) => `${join(path, name)}/`);
  const points = readMounts().map((mount) => mount.point);
  return [...new Set(points)].filter((point) => tops.some((top) => point.startsWith(top))).sort();
}

/**
 * Reads what there is of a root. `asRoot`: whether we are the machine's root and so need `setpriv` in the
 * sandbox, and masks. Throws SBX006 for a folder that is no root file system.
 */
export function viewRoot(root: Exclude<SandboxRoot, { kind: 'image' }>, asRoot: boolean): RootView {
  const path = root.kind === 'host' ? '/' : root.path;
  if (!pathExists(path)) throw fault('SBX006', { what: `the root file system '${path}' does not exist` });
  const missing = ['usr', 'bin/sh', ...(asRoot ? ['usr/bin/setpriv'] : [])].find(
    (name) => !pathExists(join(path, name)),
  );
  if (missing !== undefined) {
    throw fault('SBX006', { what: `the root file system '${path}' has no '${missing}'` });
  }
  const entries = listRoot(path).filter((entry) =>
    root.kind === 'host' ? hostFolders.has(entry.name) : !ownFolders.has(entry.name),
  );
  const folders = entries.filter((entry) => entry.kind === 'folder').map((entry) => entry.name);
  return {
    path,
    folders,
    layerOnly: ['boot', 'srv', 'var'].filter((name) => !folders.includes(name)),
    links: entries.flatMap((entry) =>
      entry.destination === undefined ? [] : { name: entry.name, destination: entry.destination },
    ),
    submounts: submountsOf(path, folders),
    masked: root.kind === 'host' && asRoot ? hostMasks() : [],
  };
}
