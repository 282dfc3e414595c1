import { join } from 'node:path';
import { fault } from '../../../diagnostics/index.ts';
import { parseSettings } from '../../../formats/pkgbuild-repo/index.ts';
import { namesIn, pathKind, runProcess, subfolders, textIfThere } from '../../../host/index.ts';
import { versionCheckFiles } from '../../../upstream/index.ts';
import { repositorySettingsFile } from '../../recipe-repository.ts';
import type { ImportedHistory, ImportedPackage, ImportedRepository } from './imported-repository.ts';

/** How many marked commits are looked at: what is older has long been built. */
const markedLimit = 500;

/**
 * Reads a checkout, or a plain folder, once: a few small files of each package and four questions to git. Changes
 * nothing. Throws CIU020 when there is no such folder, SYS004 for what cannot be read.
 */
export async function readImportedRepository(folder: string, name: string): Promise<ImportedRepository> {
  if (pathKind(folder) !== 'folder') throw fault('CIU020', { what: `'${name}' is not a folder` });
  const history = await readHistory(folder);
  const packages = subfolders(folder).filter((one) => !one.startsWith('.'));
  return {
    name,
    settings: textIfThere(join(folder, repositorySettingsFile)),
    maintainers: textIfThere(join(folder, '.ci/aur-maintainers')),
    otherFiles: new Set([
      ...namesIn(folder),
      ...namesIn(join(folder, '.ci')).map((file) => `.ci/${file}`),
      ...namesIn(join(folder, '.github/workflows')).map((file) => `.github/workflows/${file}`),
    ]),
    packages: packages.map((one) => readPackage(folder, one)),
    history,
  };
}

function readPackage(top: string, name: string): ImportedPackage {
  const folder = join(top, name);
  const files = new Set(namesIn(folder));
  const ciFiles = new Set(files.has('.CI') ? namesIn(join(folder, '.CI')) : []);
  const config = ciFiles.has('config') ? textIfThere(join(folder, '.CI/config')) : undefined;
  const isChecked =
    config?.includes('CI_NVCHECKER') && parseSettings(config).values.get('CI_NVCHECKER') === 'true';
  const checkFile = isChecked ? versionCheckFiles.find((file) => files.has(file)) : undefined;
  return {
    name,
    config,
    srcinfo: files.has('.SRCINFO') ? textIfThere(join(folder, '.SRCINFO')) : undefined,
    files,
    ciFiles,
    versionCheck:
      checkFile === undefined
        ? undefined
        : { file: checkFile, text: textIfThere(join(folder, checkFile)) ?? '' },
  };
}

/** Undefined where git has nothing to say: no checkout, no commit yet, another user's folder. */
async function readHistory(folder: string): Promise<ImportedHistory | undefined> {
  if (pathKind(join(folder, '.git')) === 'none') return undefined;
  const ask = async (...args: string[]): Promise<string | undefined> => {
    // nothing that the repository brings along is run
    const settings = ['core.hooksPath=/dev/null', 'core.fsmonitor=false', 'log.showSignature=false'];
    const words = [...settings.flatMap((one) => ['-c', one]), ...args];
    const result = await runProcess('git', words, { cwd: folder, timeoutMs: 60_000 });
    return result.code === 0 ? result.stdout : undefined;
  };
  const head = (await ask('rev-parse', '--verify', '--quiet', 'HEAD^{commit}'))?.trim();
  if (!head) return undefined;
  const [refs = '', log = '', remoteState, localState] = await Promise.all([
    ask(
      'for-each-ref',
      '--format=%(refname) %(*objectname) %(objectname)',
      'refs/tags/scheduled',
      'refs/remotes',
    ),
    ask('log', '-z', `--max-count=${markedLimit}`, '--fixed-strings', '--grep=[deploy', '--format=%H%n%B'),
    ask('ls-tree', '-z', '--name-only', 'refs/remotes/origin/state'),
    ask('ls-tree', '-z', '--name-only', 'refs/heads/state'),
  ]);
  const state = remoteState ?? localState;
  return {
    head,
    scheduled: /^refs\/tags\/scheduled +([0-9a-f]+)/m.exec(refs)?.[1],
    marked: log
      .split('\0')
      .filter((entry) => entry !== '')
      .map((entry) => ({
        id: entry.slice(0, entry.indexOf('\n')),
        message: entry.slice(entry.indexOf('\n') + 1),
      })),
    reviewBranches: [...refs.matchAll(/^refs\/remotes\/[^/]+\/(update-\S+)/gm)].map(
      (match) => match[1] ?? '',
    ),
    state: state === undefined ? undefined : new Set(state.split('\0').filter((file) => file !== '')),
  };
}
