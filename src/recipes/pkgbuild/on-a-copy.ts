import { copyTree, ensureFolder, writeFileWithMode } from '../../host/index.ts';
import type { SandboxDriver, SandboxEnd, SandboxMount, SandboxRoot } from '../../sandbox/index.ts';
import { layout } from './sandbox-layout.ts';
import { downloadScript, gitConfig, makepkgConf, type UrlRewrite } from './tool-settings.ts';

/** Where and how programs of a recipe may run. */
export interface RecipeCage {
  /** An absent folder of our own; removed afterwards. */
  readonly scratch: string;
  readonly arch: string;
  readonly root: SandboxRoot;
  readonly sandbox: SandboxDriver;
  readonly signal?: AbortSignal | undefined;
  /** What stands in for servers, for commands with network. */
  readonly upstreams?:
    | { readonly mounts: readonly SandboxMount[]; readonly rewrites: readonly UrlRewrite[] }
    | undefined;
}

/** One command in a copy of a recipe folder. */
export interface CopyCommand {
  /** Recipe folder; it stays as it is. */
  readonly folder: string;
  readonly command: readonly string[];
  readonly network: boolean;
  readonly timeoutMs: number;
  readonly environment?: Readonly<Record<string, string>>;
}

export interface CopyResult {
  readonly end: SandboxEnd;
  /** The last lines of what it printed. */
  readonly said: string;
}

const packager = 'packmill <packmill@localhost.invalid>';
const outputBytes = 4 * 1024 * 1024;
const saidLines = 5;

/** `makepkg` with settings of ours; the rest of its command line follows. */
export const makepkgCommand = `makepkg --config ${layout.control}/makepkg.conf --nocolor`;

/**
 * Runs a command in a writable copy of a recipe, in a sandbox that has nothing of the host and no secret: what a recipe
 * brings along is a stranger's program. `look` sees the result while the copy (`recipe`) and the folder for results
 * (`work`) are there; both are the sandboxed user's, so what lies in them may be anything. Throws SBX problems.
 */
export async function onACopy<Result>(
  cage: RecipeCage,
  wish: CopyCommand,
  look: (result: CopyResult, places: { readonly recipe: string; readonly work: string }) => Promise<Result>,
): Promise<Result> {
  const { scratch, sandbox } = cage;
  const output: Uint8Array[] = [];
  try {
    ensureFolder(`${scratch}/control`);
    for (const name of ['recipe', 'work', 'home']) await sandbox.makeFolder(`${scratch}/${name}`);
    await copyTree(wish.folder, `${scratch}/recipe`, new Set(['.git', 'src', 'pkg']));
    await sandbox.giveToBuilder(`${scratch}/recipe`);
    const conf = makepkgConf({ arch: cage.arch, processors: 1, packager });
    await writeFileWithMode(`${scratch}/control/makepkg.conf`, conf, 0o644);
    const rewrites = cage.upstreams?.rewrites ?? [];
    await writeFileWithMode(`${scratch}/control/download`, downloadScript(rewrites), 0o755);
    await writeFileWithMode(`${scratch}/control/gitconfig`, gitConfig(rewrites), 0o644);
    const { end } = await sandbox.run(
      {
        root: cage.root,
        layer: undefined,
        layerWritable: false,
        user: 'builder',
        network: wish.network,
        mounts: [
          { source: `${scratch}/recipe`, target: layout.recipe, writable: true },
          { source: `${scratch}/work`, target: layout.work, writable: true },
          { source: `${scratch}/home`, target: layout.home, writable: true },
          { source: `${scratch}/control`, target: layout.control, writable: false },
          ...(wish.network ? (cage.upstreams?.mounts ?? []) : []),
        ],
        environment: {
          PATH: '/usr/local/bin:/usr/bin:/bin',
          HOME: layout.home,
          LC_ALL: 'C.UTF-8',
          PKGDEST: layout.work,
          SRCDEST: layout.work,
          GIT_CONFIG_GLOBAL: `${layout.control}/gitconfig`,
          GIT_CONFIG_NOSYSTEM: '1',
          GIT_TERMINAL_PROMPT: '0',
          ...wish.environment,
        },
        workingDirectory: layout.recipe,
        command: wish.command,
        limits: {
          timeoutMs: wish.timeoutMs,
          killGraceMs: 2000,
          memoryBytes: undefined,
          processes: 256,
          outputBytes,
        },
      },
      { onOutput: (bytes) => output.push(bytes.slice()), signal: cage.signal },
    );
    const said = Buffer.concat(output).toString('utf8').trim().split('\n').slice(-saidLines).join('; ');
    return await look({ end, said }, { recipe: `${scratch}/recipe`, work: `${scratch}/work` });
  } finally {
    await sandbox.removeFolder(scratch);
  }
}
