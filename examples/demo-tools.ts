import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const program = join(dirname(dirname(fileURLToPath(import.meta.url))), 'bin', 'packmill');

/** A heading of the demo. */
export function say(text: string): void {
  process.stdout.write(`\n=== ${text}\n`);
}

/** Ends the demo with what went wrong. */
export function fail(text: string): never {
  process.stderr.write(`demo: ${text}\n`);
  process.exit(1);
}

/** Runs packmill as a person would, showing the command and what it prints. */
export function packmill(farm: string, ...args: string[]): void {
  process.stdout.write(`$ packmill --farm ${farm} ${args.join(' ')}\n`);
  const done = spawnSync(process.execPath, [program, '--farm', farm, ...args], { stdio: 'inherit' });
  if (done.status !== 0) fail(`packmill ${args[0]} ended with ${done.status ?? done.signal}`);
}

/** Runs another program and returns what it prints; a failure ends the demo. */
export function run(
  command: string,
  args: readonly string[],
  environment: Record<string, string> = {},
): string {
  const asRoot = command === 'pacman' && process.getuid?.() !== 0;
  const [name, list] = asRoot
    ? ['unshare', ['--user', '--map-root-user', command, ...args]]
    : [command, args];
  const done = spawnSync(name, [...list], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C', ...environment },
  });
  if (done.error) fail(`${command}: ${done.error.message}`);
  if (done.status !== 0)
    fail(`${command} ${args.join(' ')} ended with ${done.status}\n${done.stdout}${done.stderr}`);
  return done.stdout;
}

/** A pacman keyring that trusts one public key, as a user of the repository would set it up. */
export function keyringFor(folder: string, publicKey: string): string {
  const home = join(folder, 'keyring');
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const gpg = (...args: string[]) =>
    run('gpg', ['--homedir', home, '--batch', '--quiet', '--no-permission-warning', ...args]);
  gpg('--import', publicKey);
  const listing = gpg('--list-keys', '--with-colons');
  const fingerprint = /^fpr:+([0-9A-F]+):/m.exec(listing)?.[1] ?? fail('the public key has no fingerprint');
  writeFileSync(join(home, 'ownertrust'), `${fingerprint}:6:\n`);
  gpg('--import-ownertrust', join(home, 'ownertrust'));
  run('gpgconf', ['--homedir', home, '--kill', 'all']);
  return home;
}

/** A pacman.conf of its own: nothing of the machine's pacman takes part. */
export function pacmanConfig(
  folder: string,
  keyring: string,
  root: string,
  name: string,
  path: string,
): string {
  for (const part of ['var/lib/pacman', 'var/cache/pacman/pkg', 'var/log']) {
    mkdirSync(join(root, part), { recursive: true });
  }
  const config = join(folder, 'pacman.conf');
  writeFileSync(
    config,
    `[options]
RootDir = ${root}
DBPath = ${join(root, 'var/lib/pacman')}
CacheDir = ${join(root, 'var/cache/pacman/pkg')}
LogFile = ${join(root, 'var/log/pacman.log')}
GPGDir = ${keyring}
HookDir = ${join(root, 'etc/pacman.d/hooks')}
Architecture = x86_64
SigLevel = Required

[${name}]
Server = file://${path}
`,
  );
  return config;
}
