import { type Problem, problem } from '../diagnostics/index.ts';
import { bytesIfThere } from '../host/index.ts';
import { keyFingerprint, type SshCommand, type SshServer, serverName } from './ssh-server.ts';

/** Lines of ssh that say nothing about the trouble. */
const chatter = /^(?:Warning: Permanently added|Connected to |sftp> |Authenticated to |$)/;

/** The last lines that ssh or sftp printed, as one sentence to quote. */
export function lastWords(printed: string): string {
  return printed
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => !chatter.test(line) && !/^@+$/.test(line))
    .slice(-4)
    .join('; ');
}

/**
 * What ssh printed as a problem, when it refused the host (SSH002) or the host refused us (SSH007): nothing that
 * passes by itself. Undefined for everything else.
 */
export function refusal(server: SshServer, command: SshCommand, printed: string): Problem | undefined {
  const name = serverName(server);
  if (/REMOTE HOST IDENTIFICATION HAS CHANGED|Host key verification failed/.test(printed)) {
    const shown =
      /(?:fingerprint for the \S+ key sent by the remote host is|key fingerprint is)\s+(SHA256:[A-Za-z0-9+/]+)/.exec(
        printed,
      )?.[1];
    const expected = expectedKeys(command, server, printed);
    const what =
      expected.length === 0
        ? `'${name}' is not named in '${command.knownHosts}'`
        : `'${name}' shows the host key ${shown ?? 'of a kind that is not pinned'}, expected is ${expected.join(' or ')}`;
    return problem('SSH002', {
      what,
      next: `Ask the operator of the host for its fingerprint. When it was changed on purpose, correct the pinned key, or remove the old line from '${command.knownHosts}'.`,
    });
  }
  if (/Permission denied \((?:publickey|password|keyboard|gssapi|hostbased)/.test(printed))
    return problem('SSH007', { what: `'${name}' does not accept the key '${server.keyFile}'` });
  return undefined;
}

/** Fingerprints of the keys that would have been accepted for the server. */
function expectedKeys(command: SshCommand, server: SshServer, printed: string): string[] {
  const bytes = bytesIfThere(command.knownHosts);
  const lines = bytes === undefined ? [] : Buffer.from(bytes).toString('utf8').split('\n');
  const offending = [...printed.matchAll(/Offending .*key in .*:(\d+)/g)].map((match) => Number(match[1]));
  const ofServer =
    offending.length > 0
      ? offending.map((number) => lines[number - 1] ?? '')
      : lines.filter((line) => line.startsWith('packmill-pinned ') || namesHost(line, server));
  return ofServer.map(keyFingerprint).filter((fingerprint) => fingerprint !== undefined);
}

const namesHost = (line: string, { host, port }: SshServer): boolean =>
  (line.split(' ')[0] ?? '').split(',').includes((port ?? 22) === 22 ? host : `[${host}]:${port}`);

/** The warning about a key that was taken on first use; undefined when it was pinned. */
export function unpinnedWarning(server: SshServer, command: SshCommand): Problem | undefined {
  if (!command.trustsFirstUse) return undefined;
  const line = Buffer.from(bytesIfThere(command.knownHosts) ?? [])
    .toString('utf8')
    .split('\n')
    .find((one) => namesHost(one, server));
  if (line === undefined) return undefined;
  return problem('SSH006', {
    what: `the host key ${keyFingerprint(line)} of '${serverName(server)}' is not pinned`,
    next: `Compare the fingerprint with the host's own, then pin '${line.split(' ').slice(1, 3).join(' ')}'.`,
  });
}
