import {
  machine,
  makeSymlink,
  makeTemporaryFolder,
  type ProcessResult,
  removeTree,
  runOrThrow,
  runProcess,
} from '../../host/index.ts';

/** The environment of GnuPG's programs: none of ours but where programs are, so that no other key is found. */
export function gnupgEnvironment(home: string): Readonly<Record<string, string>> {
  return {
    PATH: machine.variable('PATH') ?? '/usr/local/bin:/usr/bin:/bin',
    HOME: home,
    GNUPGHOME: home,
    LC_ALL: 'C.UTF-8',
  };
}

const always = ['--batch', '--no-tty', '--quiet', '--no-options'] as const;

/** Runs gpg for a home in a way that needs no agent, so a deep path does no harm. A non-zero exit is a result. */
export function gpgAlone(home: string, args: readonly string[]): Promise<ProcessResult> {
  return runProcess('gpg', [...always, '--no-autostart', '--homedir', home, ...args], {
    env: gnupgEnvironment(home),
  });
}

/**
 * Runs gpg with an agent and ends the agent afterwards. The socket of an agent stands in the home, and the system
 * takes no socket path beyond 108 bytes, so the home is reached through a short symbolic link meanwhile.
 * Throws SYS001 to SYS003.
 */
export async function gpgWithAgent(
  home: string,
  args: readonly string[],
  input?: Uint8Array,
): Promise<ProcessResult> {
  const folder = makeTemporaryFolder('pm-');
  const short = `${folder}/h`;
  makeSymlink(short, home);
  const env = gnupgEnvironment(short);
  try {
    return await runOrThrow('gpg', [...always, '--homedir', short, ...args], { env, input });
  } finally {
    await runProcess('gpgconf', ['--homedir', short, '--kill', 'gpg-agent'], { env });
    await removeTree(folder);
  }
}
