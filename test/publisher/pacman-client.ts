import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A real pacman with a root, a database and a keyring of its own that trusts the farm's key. */
export interface PacmanClient {
  /** Runs pacman against a server; returns its output, rejects when it fails. */
  pacman(server: string, ...args: string[]): Promise<string>;
  close(): void;
}

/** pacman and pacman-key want to be root; an ordinary user is it in a user namespace of its own. */
export function asRoot(...words: string[]): [program: string, args: string[]] {
  const all = process.getuid?.() === 0 ? words : ['unshare', '--user', '--map-root-user', ...words];
  const [program = '', ...args] = all;
  return [program, args];
}

/** @param key binary public key; @param fingerprint of the same */
export function makePacmanClient(
  folder: string,
  key: Uint8Array,
  fingerprint: string,
  repository = 'farm',
): PacmanClient {
  const gpg = join(folder, 'gnupg');
  for (const name of ['root', 'db', 'cache', 'gnupg']) mkdirSync(join(folder, name), { recursive: true });
  const keyFile = join(folder, 'farm.gpg');
  writeFileSync(keyFile, key);
  const pacmanKey = (...args: string[]): void => {
    execFileSync(...asRoot('pacman-key', '--gpgdir', gpg, ...args), { stdio: 'pipe' });
  };
  pacmanKey('--init');
  pacmanKey('--add', keyFile);
  pacmanKey('--lsign-key', fingerprint);
  let count = 0;
  return {
    pacman: async (server, ...args) => {
      count += 1;
      const config = join(folder, `pacman-${count % 2}.conf`);
      writeFileSync(
        config,
        `[options]\nArchitecture = x86_64\nSigLevel = Required\nGPGDir = ${gpg}\nLogFile = ${folder}/log\n` +
          `CacheDir = ${folder}/cache\nRootDir = ${folder}/root\nDBPath = ${folder}/db\n` +
          `[${repository}]\nServer = file://${server}\n`,
      );
      const { stdout } = await run(...asRoot('pacman', '--config', config, '--noconfirm', ...args), {
        env: { ...process.env, LC_ALL: 'C' },
        maxBuffer: 1 << 26,
      });
      return stdout;
    },
    close: () => {
      execFileSync('gpgconf', ['--homedir', gpg, '--kill', 'gpg-agent'], { stdio: 'ignore' });
    },
  };
}
