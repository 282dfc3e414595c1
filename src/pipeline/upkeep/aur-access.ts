import { join } from 'node:path';
import { makeTemporaryFolder, removeTree, replaceFile, textIfThere } from '../../host/index.ts';

/** What ssh(1) needs to speak to the AUR as one account. */
export interface AurAccess {
  /** A folder of our own that `close` removes. */
  readonly folder: string;
  /** For GIT_SSH_COMMAND. */
  readonly sshCommand: string;
  /** Host keys that were taken on trust, as lines of known_hosts; empty when they were pinned. */
  newHostKeys(): readonly string[];
  /** Removes the key. Call it whatever happens. */
  close(): Promise<void>;
}

/**
 * Writes the key (mode 0600) and the known hosts. With known hosts no other host key is accepted; without any the first
 * one that is seen is. Nothing of the user's own ssh configuration or agent counts. Throws SYS004.
 */
export function openAurAccess(key: string, knownHosts: string): AurAccess {
  const folder = makeTemporaryFolder('packmill-aur-');
  const keyFile = join(folder, 'key');
  const hostsFile = join(folder, 'known_hosts');
  const pinned = hostLines(knownHosts);
  // secrets of CI services often come with CRLF or without the last newline, which ssh does not take
  replaceFile(keyFile, `${key.replaceAll('\r\n', '\n').trim()}\n`, 0o600);
  replaceFile(hostsFile, pinned.map((line) => `${line}\n`).join(''), 0o600);
  const settings = [
    'BatchMode=yes',
    'IdentitiesOnly=yes',
    'IdentityAgent=none',
    'GlobalKnownHostsFile=none',
    'UpdateHostKeys=no',
    'HashKnownHosts=no',
    `StrictHostKeyChecking=${pinned.length > 0 ? 'yes' : 'accept-new'}`,
    'ConnectTimeout=30',
    'ServerAliveInterval=15',
  ];
  const words = ['ssh', '-F', '/dev/null', '-i', keyFile, '-o', `UserKnownHostsFile="${hostsFile}"`];
  return {
    folder,
    sshCommand: [...words, ...settings.flatMap((one) => ['-o', one])].map(shellWord).join(' '),
    newHostKeys: () => (pinned.length > 0 ? [] : hostLines(textIfThere(hostsFile) ?? '')),
    close: () => removeTree(folder),
  };
}

const hostLines = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));

const shellWord = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
