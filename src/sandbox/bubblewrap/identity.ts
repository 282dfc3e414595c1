import { join } from 'node:path';
import {
  digestBytes,
  ensureFolders,
  pathExists,
  realPath,
  replaceFile,
  textIfThere,
} from '../../host/index.ts';

/** Who the unprivileged user of a sandbox is. */
export interface BuilderIdentity {
  readonly uid: number;
  readonly gid: number;
}

const builderHome = '/build/home';

/** The lines of an account file without those that claim the builder's name or number. */
function others(text: string, identity: { readonly name: string; readonly id: number }): readonly string[] {
  return text.split('\n').filter((line) => {
    const [name, , id] = line.split(':');
    return line !== '' && name !== identity.name && id !== String(identity.id);
  });
}

/** A passwd file (passwd(5)) that has `root` and names the unprivileged user `builder`. */
export function passwdWithBuilder(text: string, builder: BuilderIdentity): string {
  const lines = others(text, { name: 'builder', id: builder.uid });
  const root = lines.some((line) => line.startsWith('root:')) ? [] : ['root:x:0:0:root:/root:/bin/sh'];
  const own = `builder:x:${builder.uid}:${builder.gid}:packmill:${builderHome}:/bin/sh`;
  return `${[...root, ...lines, own].join('\n')}\n`;
}

/** A group file (group(5)) that has `root` and `builder`. */
export function groupWithBuilder(text: string, builder: BuilderIdentity): string {
  const lines = others(text, { name: 'builder', id: builder.gid });
  const root = lines.some((line) => line.startsWith('root:')) ? [] : ['root:x:0:'];
  return `${[...root, ...lines, `builder:x:${builder.gid}:`].join('\n')}\n`;
}

/** Account names without anybody's password: all accounts are locked (shadow(5), gshadow(5)). */
function locked(text: string, rest: string): string {
  const names = text.split('\n').flatMap((line) => line.split(':')[0] || []);
  return names.map((name) => `${name}:!*:${rest}\n`).join('');
}

/**
 * Makes the folder that is laid over a root's `/etc`: accounts with `builder`, no password hashes, and
 * with `network` the name servers of the host. Returns its path; the same contents give the same folder,
 * so any number of sandboxes share it.
 */
export async function makeIdentity(
  options: { readonly folder: string; readonly root: string; readonly network: boolean },
  builder: BuilderIdentity,
): Promise<string> {
  const read = async (name: string): Promise<string> => textIfThere(join(options.root, 'etc', name)) ?? '';
  const passwd = passwdWithBuilder(await read('passwd'), builder);
  const group = groupWithBuilder(await read('group'), builder);
  const files: [name: string, text: string, mode: number][] = [
    ['passwd', passwd, 0o644],
    ['group', group, 0o644],
    ['shadow', locked(passwd, '::::::'), 0o600],
    ['gshadow', locked(group, ':'), 0o600],
  ];
  if (options.network) {
    const servers = textIfThere(realPath('/etc/resolv.conf')) ?? '';
    files.push(['resolv.conf', servers, 0o644]);
  }
  const digest = digestBytes(files.map(([name, text]) => `${name}\n${text}\n`).join('\0'));
  const path = join(options.folder, `identity-${digest.slice(0, 16)}`);
  const complete = join(path, 'complete');
  if (pathExists(complete)) return join(path, 'etc');
  ensureFolders([join(path, 'etc')]);
  for (const [name, text, mode] of files) replaceFile(join(path, 'etc', name), text, mode);
  replaceFile(complete, '');
  return join(path, 'etc');
}
