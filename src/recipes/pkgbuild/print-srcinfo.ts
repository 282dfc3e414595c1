import { fault } from '../../diagnostics/index.ts';
import { copyTree, ensureFolder, readPieces, writeFileWithMode } from '../../host/index.ts';
import type { SandboxDriver, SandboxRoot } from '../../sandbox/index.ts';
import { layout } from './sandbox-layout.ts';
import { makepkgConf } from './tool-settings.ts';

export interface PrintSrcinfoInput {
  /** Recipe folder. */
  readonly folder: string;
  /** An absent folder of our own; removed afterwards. */
  readonly scratch: string;
  readonly arch: string;
  readonly root: SandboxRoot;
  readonly sandbox: SandboxDriver;
}

const packager = 'packmill <packmill@localhost.invalid>';
const makepkg = `makepkg --config ${layout.control}/makepkg.conf --nocolor`;
const timeoutMs = 60_000;
const outputBytes = 4 * 1024 * 1024;

/**
 * Text of `.SRCINFO` for a recipe that has none, or a stale one. A PKGBUILD is a program, so makepkg reads it
 * inside the sandbox: no network, nothing of the host, one minute. Throws BLD013 when makepkg refuses it.
 */
export async function printSrcinfo(input: PrintSrcinfoInput): Promise<string> {
  const { scratch, sandbox, folder } = input;
  const pieces: Uint8Array[] = [];
  try {
    ensureFolder(`${scratch}/control`);
    for (const name of ['recipe', 'work', 'home']) await sandbox.makeFolder(`${scratch}/${name}`);
    await copyTree(folder, `${scratch}/recipe`, new Set(['.git', 'src', 'pkg']));
    await sandbox.giveToBuilder(`${scratch}/recipe`);
    const conf = makepkgConf({ arch: input.arch, processors: 1, packager });
    await writeFileWithMode(`${scratch}/control/makepkg.conf`, conf, 0o644);
    const mount = (name: string, target: string, writable: boolean) => ({
      source: `${scratch}/${name}`,
      target,
      writable,
    });
    const { end } = await sandbox.run(
      {
        root: input.root,
        layer: undefined,
        layerWritable: false,
        user: 'builder',
        network: false,
        mounts: [
          mount('recipe', layout.recipe, true),
          mount('work', layout.work, true),
          mount('home', layout.home, true),
          mount('control', layout.control, false),
        ],
        environment: {
          PATH: '/usr/local/bin:/usr/bin:/bin',
          HOME: layout.home,
          LC_ALL: 'C.UTF-8',
          PKGDEST: layout.work,
          SRCDEST: layout.work,
        },
        workingDirectory: layout.recipe,
        // what makepkg warns of goes to standard error and must not end up in the text
        command: ['bash', '-c', `exec ${makepkg} --printsrcinfo > ${layout.work}/srcinfo`],
        limits: { timeoutMs, killGraceMs: 2000, memoryBytes: undefined, processes: 256, outputBytes },
      },
      { onOutput: (bytes) => pieces.push(bytes.slice()), signal: undefined },
    );
    if (end.kind === 'exited' && end.code === 0) return await readOutput(`${scratch}/work/srcinfo`);
    const said = Buffer.concat(pieces).toString('utf8').trim().split('\n').slice(-5).join('; ');
    throw fault('BLD013', {
      what: `makepkg cannot read '${folder}/PKGBUILD'`,
      place: { file: `${folder}/PKGBUILD` },
      why: said === '' ? `makepkg ended: ${end.kind}.` : `makepkg says: ${said}`,
    });
  } finally {
    await sandbox.removeFolder(scratch);
  }
}

/** The file lies in a folder of the sandboxed builder, so it may be anything, and of any size. */
async function readOutput(path: string): Promise<string> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of readPieces(path)) {
    size += piece.byteLength;
    if (size > outputBytes) throw fault('BLD013', { what: 'the .SRCINFO that makepkg prints is too long' });
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}
