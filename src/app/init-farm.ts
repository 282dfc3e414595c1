import { configTemplate } from '../config/index.ts';
import { fault, type Problem, problem } from '../diagnostics/index.ts';
import { ensureFolder, replaceFile } from '../host/index.ts';
import { checkOverlayPath } from '../sandbox/bubblewrap/index.ts';
import { findKey, initKey, openGnupgSigner } from '../signer/gnupg/index.ts';
import { farmPaths } from './farm-paths.ts';
import { isFarm } from './is-farm.ts';

export interface InitRequest {
  /** Absolute path of the farm to be. */
  readonly folder: string;
  readonly repository: string;
  readonly arch: string;
  /** An existing GnuPG home to sign with; undefined: the farm gets a key of its own. */
  readonly gnupgHome: string | undefined;
  readonly key: string | undefined;
}

export interface InitReport {
  readonly farm: string;
  readonly config: string;
  readonly repository: string;
  readonly arch: string;
  readonly fingerprint: string;
  readonly publicKey: string;
  /** Where the repository will stand. */
  readonly published: string;
  readonly problems: readonly Problem[];
}

/** The name that pacman keeps for its database of installed packages (pacman.conf(5), "repository sections"). */
const takenByPacman = 'local';

/**
 * Makes a farm: folders, key, public key, and last `packmill.yaml`, so that an interrupted init can be run
 * again. Throws CFG004 when the folder is a farm already, and SBX005 for a path in which no sandbox can be made.
 */
export async function initFarm(request: InitRequest): Promise<InitReport> {
  const { folder, repository, arch } = request;
  if (isFarm(folder)) throw fault('CFG004', { what: `'${folder}' is a farm already` });
  // found out now, and not by the first build
  checkOverlayPath(folder);
  const paths = farmPaths(folder);
  for (const path of [folder, `${folder}/state`, paths.store, paths.logs, paths.work, paths.public]) {
    ensureFolder(path);
  }
  ensureFolder(`${folder}/keys`, 0o700);
  const home = request.gnupgHome ?? paths.keys;
  if (request.gnupgHome === undefined) {
    await initKey(home, { name: `packmill farm ${repository}`, email: `${repository}@packmill.invalid` });
  } else {
    await findKey(home, request.key);
  }
  const signer = await openGnupgSigner({ home, key: request.key });
  const publicKey = `${paths.public}/${repository}/${repository}.gpg`;
  try {
    ensureFolder(`${paths.public}/${repository}`);
    replaceFile(publicKey, await signer.publicKey());
    replaceFile(paths.config, configTemplate(repository, arch) + signingSection(request));
  } finally {
    await signer.close();
  }
  return {
    farm: folder,
    config: paths.config,
    repository,
    arch,
    fingerprint: signer.fingerprint,
    publicKey,
    published: `${paths.public}/${repository}/${arch}`,
    problems:
      repository === takenByPacman
        ? [
            problem('CFG005', {
              what: `pacman refuses a repository called '${repository}': for pacman choose another name with --repo NAME`,
            }),
          ]
        : [],
  };
}

function signingSection({ gnupgHome, key }: InitRequest): string {
  if (gnupgHome === undefined) return '';
  const lines = ['', 'signing:', `  home: ${JSON.stringify(gnupgHome)}`];
  if (key !== undefined) lines.push(`  key: ${JSON.stringify(key)}`);
  return `${lines.join('\n')}\n`;
}
