import { join } from 'node:path';
import { fault } from '../diagnostics/index.ts';
import { bytesIfThere, digestBytes, ensureFolder, entryFacts, machine, replaceFile } from '../host/index.ts';

/** An account on a host with sshd, and how to know that it is the right host. */
export interface SshServer {
  readonly host: string;
  /** Default 22. */
  readonly port?: number | undefined;
  readonly user: string;
  /** Private key without a passphrase. */
  readonly keyFile: string;
  /** The host's key: lines as in known_hosts or from ssh-keyscan; the names in them do not matter. */
  readonly hostKey?: string | undefined;
  /** Path of a known_hosts file that names the host; it is read only. */
  readonly knownHosts?: string | undefined;
}

export interface SshLiveness {
  readonly connectTimeoutSeconds: number;
  readonly keepAliveSeconds: number;
}

/** How ssh is to be run for one server. */
export interface SshCommand {
  /** Options for ssh and sftp alike; host, user and port are not among them. */
  readonly options: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** The file with the keys that are accepted. */
  readonly knownHosts: string;
  /** Whether the first key that is shown is taken. */
  readonly trustsFirstUse: boolean;
}

/** What a pinned host is called in the file that pins it, so that its address may change. */
const pinnedName = 'packmill-pinned';
const keyPattern = /(?:^|\s)((?:ssh|ecdsa|sk-ssh|sk-ecdsa)-[a-z0-9@.-]+)\s+(AAAA[A-Za-z0-9+/]+=*)(?=\s|$)/;

/** A value for `-o`: ssh splits at blanks, and expands what follows a percent sign. */
const optionPath = (path: string): string =>
  `"${path.replaceAll('%', '%%').replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;

/**
 * Prepares ssh for a server: no configuration of the user, no questions, only the pinned key of the host (or, without
 * one, the key of the first contact, kept in `stateFolder`). Throws SSH008 for a host key that is none or a key file
 * that others may read, SYS004.
 */
export function prepareSsh(server: SshServer, stateFolder: string, liveness: SshLiveness): SshCommand {
  checkKeyFile(server.keyFile);
  const folder = join(stateFolder, 'ssh');
  ensureFolder(folder, 0o700);
  const pinned = server.hostKey === undefined ? undefined : pinnedLines(server.hostKey);
  const trustsFirstUse = pinned === undefined && server.knownHosts === undefined;
  let knownHosts = server.knownHosts ?? join(folder, 'known_hosts');
  if (pinned !== undefined) {
    knownHosts = join(folder, `pinned-${digestBytes(pinned).slice(0, 16)}`);
    replaceFile(knownHosts, pinned);
  }
  const settings = [
    'BatchMode=yes',
    'IdentitiesOnly=yes',
    `StrictHostKeyChecking=${trustsFirstUse ? 'accept-new' : 'yes'}`,
    `UserKnownHostsFile=${optionPath(knownHosts)}`,
    'GlobalKnownHostsFile=none',
    ...(pinned === undefined ? [] : [`HostKeyAlias=${pinnedName}`]),
    'UpdateHostKeys=no',
    'CheckHostIP=no',
    'HashKnownHosts=no',
    `ConnectTimeout=${liveness.connectTimeoutSeconds}`,
    `ServerAliveInterval=${liveness.keepAliveSeconds}`,
    'ServerAliveCountMax=3',
  ];
  return {
    options: [
      ...['-F', 'none', '-i', server.keyFile.replaceAll('%', '%%')],
      ...settings.flatMap((setting) => ['-o', setting]),
    ],
    environment: {
      PATH: machine.variable('PATH') ?? '/usr/bin:/bin',
      HOME: '/nonexistent',
      LC_ALL: 'C.UTF-8',
    },
    knownHosts,
    trustsFirstUse,
  };
}

/**
 * Throws SSH008 when a private key cannot be used; `setting` is what names it. ssh would say so too, but as a refusal by
 * the server, which sends people to the wrong machine.
 */
export function checkKeyFile(path: string, setting?: string): void {
  const named = `the key file '${path}'${setting === undefined ? '' : ` (${setting})`}`;
  const next =
    setting === undefined ? undefined : `Set ${setting} to a private key without a passphrase, mode 0600.`;
  const facts = entryFacts(path);
  if (facts === undefined) throw fault('SSH008', { what: `${named} does not exist`, next });
  if (facts.kind === 'file' && (facts.mode & 0o077) !== 0)
    throw fault('SSH008', {
      what: `${named} may be read by others`,
      next: `Run 'chmod 600 ${path}'.`,
    });
  let bytes: Uint8Array | undefined;
  try {
    bytes = bytesIfThere(path);
  } catch (error) {
    throw fault('SSH008', { what: `${named} cannot be read`, next, cause: error });
  }
  if (bytes === undefined) throw fault('SSH008', { what: `${named} is a link to nothing`, next });
}

function pinnedLines(hostKey: string): string {
  const lines = hostKey
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  const keys = lines.map((line) => keyPattern.exec(line));
  const wrong = keys.indexOf(null);
  if (wrong >= 0 || keys.length === 0)
    throw fault('SSH008', { what: `'${(lines[wrong] ?? '').slice(0, 80)}' is no line with a host key` });
  return keys.map((key) => `${pinnedName} ${key?.[1]} ${key?.[2]}\n`).join('');
}

/** `SHA256:...` of a line with a key, as `ssh-keygen -l` shows it; undefined when there is none in it. */
export function keyFingerprint(line: string): string | undefined {
  const key = keyPattern.exec(line)?.[2];
  if (key === undefined) return undefined;
  const hash = Buffer.from(digestBytes(Buffer.from(key, 'base64')), 'hex').toString('base64');
  return `SHA256:${hash.replace(/=+$/, '')}`;
}

/** For messages. */
export function serverName(server: SshServer): string {
  return `${server.user}@${server.host}:${server.port ?? 22}`;
}
