// A real sshd that answers like the AUR's: git and nothing else, a repository for each name, made by the first who asks.
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Sshd, startSshd } from '../ssh/sshd.ts';
import { git, gitEnvironment } from './upkeep-scene.ts';

/** One branch `master`, a .SRCINFO in each commit, and a package that is locked. */
const updateHook = `#!/bin/sh
test "$1" = refs/heads/master || { echo "aur: pushing to a branch other than master is restricted" >&2; exit 1; }
git cat-file -e "$3:.SRCINFO" || { echo "aur: missing .SRCINFO" >&2; exit 1; }
case "$PWD" in */locked.git) echo "aur: package is locked" >&2; exit 1;; esac
`;

const shell = `#!/bin/sh
set -eu
PATH='@PATH@' GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
export PATH GIT_CONFIG_GLOBAL GIT_CONFIG_NOSYSTEM
asked=$(printf '%s' "$SSH_ORIGINAL_COMMAND" | sed -n "s/^git-\\(receive\\|upload\\)-pack '\\/\\([a-z0-9_.+-]*\\)\\.git'$/\\1 \\2/p")
test -n "$asked" || { echo "aur: invalid command" >&2; exit 1; }
repository="@ROOT@/\${asked#* }.git"
if ! test -d "$repository"; then
  git init --quiet --bare --initial-branch=master "$repository"
  cp '@ROOT@/update' "$repository/hooks/update"
fi
exec git "\${asked%% *}-pack" "$repository"
`;

export interface AurServer {
  readonly sshd: Sshd;
  /** Text of the private key that the account has. */
  readonly key: string;
  /** Address of a package, `{pkgbase}` left open. */
  readonly pushUrl: string;
  repository(pkgbase: string): string;
  /** Paths in the newest commit of a package. */
  files(pkgbase: string): readonly string[];
  dispose(): Promise<void>;
}

export async function startAurServer(): Promise<AurServer> {
  const sshd = await startSshd();
  const root = join(sshd.folder, 'aur');
  mkdirSync(root);
  const write = (path: string, text: string): void => {
    writeFileSync(path, text);
    chmodSync(path, 0o755);
  };
  write(join(root, 'update'), updateHook);
  const program = join(sshd.folder, 'aur-shell');
  write(program, shell.replaceAll('@ROOT@', root).replace('@PATH@', gitEnvironment.PATH));
  const publicKey = readFileSync(join(sshd.folder, 'client_key.pub'), 'utf8');
  writeFileSync(join(sshd.folder, 'authorized_keys'), `restrict,command="${program}" ${publicKey}`);
  const repository = (pkgbase: string): string => join(root, `${pkgbase}.git`);
  return {
    sshd,
    key: readFileSync(sshd.keyFile, 'utf8'),
    pushUrl: `ssh://${sshd.user}@${sshd.host}:${sshd.port}/{pkgbase}.git`,
    repository,
    files: (pkgbase) => git(repository(pkgbase), 'ls-tree', '-r', '--name-only', 'master').split('\n'),
    dispose: () => sshd.dispose(),
  };
}
