import { fault, problem } from '../diagnostics/index.ts';
import { parseCacheEntry } from '../formats/gentoo/index.ts';
import {
  ensureFolders,
  findProgram,
  machine,
  makeSymlink,
  removeTree,
  runProcess,
  textIfThere,
  writeFileWithMode,
} from '../host/index.ts';
import type { ReadMetadataInput } from './read-metadata.ts';
import { copyFiles } from './scratch-files.ts';

export interface PortageInput extends Omit<ReadMetadataInput, 'cage'> {
  /** An absent folder of our own; removed afterwards. */
  readonly scratch: string;
  /** Ebuilds that are read at one time. */
  readonly workers: number;
  readonly signal?: AbortSignal | undefined;
}

const repository = 'packmill-scratch';

/**
 * Reads the metadata of ebuilds with `egencache` of an installed Portage, in a repository of copies with a profile and
 * settings of its own, so that those of the machine make no difference. It is not caged beyond what Portage does itself.
 * Throws EBD016 without Portage, or when it does not even start; an ebuild without an answer is EBD001.
 */
export async function readByPortage(input: PortageInput): Promise<void> {
  const { ebuilds, scratch, workers, onMetadata } = input;
  const program = findProgram('egencache');
  if (program === undefined) throw fault('EBD016', { what: "'egencache' is not installed" });
  try {
    const tree = `${scratch}/tree`;
    ensureFolders([scratch]);
    await copyFiles(input, tree);
    await writeSurroundings(scratch, [...new Set(ebuilds.map(({ category }) => category))]);
    const configuration = `[DEFAULT]\nmain-repo = ${repository}\n[${repository}]\nlocation = ${tree}\nauto-sync = no\n`;
    const words = ['--update', '--repo', repository, `--jobs=${workers}`];
    const { code, stdout, stderr } = await runProcess(
      program,
      [...words, `--repositories-configuration=${configuration}`],
      { env: environmentOf(scratch), signal: input.signal },
    );
    if (input.signal?.aborted) return;
    const said = `${stdout}\n${stderr}`;
    let answers = 0;
    for (const ebuild of ebuilds) {
      const text = textIfThere(`${tree}/metadata/md5-cache/${ebuild.id}`);
      const entry = text === undefined ? undefined : parseCacheEntry(text, ebuild.id).entry;
      if (entry) answers += 1;
      const failed = problem('EBD001', {
        what: `'${ebuild.id}' cannot be read`,
        why: `Portage says: ${sayingOf(said, ebuild.id)}`,
        place: { file: ebuild.path },
      });
      onMetadata({ ebuild, entry, problems: entry ? [] : [failed] });
    }
    if (answers === 0 && code !== 0 && !said.includes('(depend phase)'))
      throw fault('EBD016', { what: 'egencache does not run', why: `It says: ${lastLine(said)}` });
  } finally {
    await removeTree(scratch);
  }
}

async function writeSurroundings(scratch: string, categories: readonly string[]): Promise<void> {
  const profiles = `${scratch}/tree/profiles`;
  ensureFolders([
    `${profiles}/base`,
    `${scratch}/tree/metadata`,
    `${scratch}/etc/portage`,
    `${scratch}/temp`,
  ]);
  const settings = 'ARCH="amd64"\nACCEPT_KEYWORDS="amd64"\nUSERLAND="GNU"\nKERNEL="linux"\nELIBC="glibc"\n';
  const features = ['news', 'ipc-sandbox', 'network-sandbox', 'pid-sandbox', 'userpriv', 'usersandbox'];
  const files: readonly (readonly [string, string])[] = [
    [`${profiles}/repo_name`, `${repository}\n`],
    [`${profiles}/categories`, categories.map((one) => `${one}\n`).join('')],
    [`${profiles}/base/make.defaults`, settings],
    [`${profiles}/base/eapi`, '8\n'],
    [
      `${scratch}/tree/metadata/layout.conf`,
      'masters =\nthin-manifests = true\ncache-formats = md5-dict\nprofile-formats = portage-2\n',
    ],
    [
      `${scratch}/etc/portage/make.conf`,
      `PORTAGE_TMPDIR="${scratch}/temp"\nDISTDIR="${scratch}/temp"\nFEATURES="${features.map((one) => `-${one}`).join(' ')}"\n`,
    ],
  ];
  for (const [path, text] of files) await writeFileWithMode(path, text, 0o644);
  makeSymlink(`${scratch}/etc/portage/make.profile`, `${profiles}/base`);
}

function environmentOf(scratch: string): Record<string, string> {
  const account = machine.isRoot() ? { PORTAGE_USERNAME: 'root', PORTAGE_GRPNAME: 'root' } : {};
  return {
    PATH: machine.variable('PATH') ?? '/usr/bin:/bin',
    HOME: `${scratch}/temp`,
    TERM: 'dumb',
    LANG: 'C.UTF-8',
    PORTAGE_CONFIGROOT: scratch,
    ROOT: `${scratch}/temp`,
    ...account,
  };
}

/** The message below `ERROR: CATEGORY/NAME::repository failed`. */
function sayingOf(said: string, id: string): string {
  const lines = said.split('\n');
  const at = lines.findIndex((line) => line.includes(`ERROR: ${id}::`));
  const message = at < 0 ? undefined : lines[at + 1]?.replace(/^\s*\*\s*/, '').trim();
  return message === undefined || message === '' ? 'nothing of it' : message;
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? '';
