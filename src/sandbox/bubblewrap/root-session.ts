import { join } from 'node:path';
import { fault } from '../../diagnostics/index.ts';
import {
  ensureFolders,
  entryFacts,
  mapSameUsers,
  realPath,
  removeTree,
  type StartedProcess,
  startProcess,
} from '../../host/index.ts';
import type { RootCommand, RootRequest, RootSession } from '../root-session.ts';
import type { SandboxLimits, SandboxResult, SandboxRun } from '../sandbox-driver.ts';
import { checkOverlayPath } from './layers.ts';
import { type RootPlaces, rootInside, rootOptions } from './root-arguments.ts';
import { holderScript, mountTreeScript } from './scripts.ts';

/** One command, ready but for its control group and pipe. */
export interface Prepared {
  /** Words of the launch script. */
  readonly overlays: readonly string[];
  readonly options: readonly string[];
  readonly inside: readonly string[];
  /** A program with its arguments that leads into namespaces which are there already. */
  readonly entering?: readonly string[] | undefined;
}

type Start = (prepared: Prepared, limits: SandboxLimits, run: SandboxRun) => Promise<SandboxResult>;

/** Where the system would follow a link of the tree and mount on something else. */
const mountedOn = ['proc', 'dev', 'run', 'tmp'];

function checkBase(base: string): void {
  for (const name of mountedOn) {
    const facts = entryFacts(join(base, name));
    if (facts === undefined || facts.kind === 'folder') continue;
    throw fault('SBX006', { what: `'${name}' of the root file system '${base}' is no folder` });
  }
  if (entryFacts(join(base, 'bin')) === undefined)
    throw fault('SBX006', { what: `the root file system '${base}' has no '/bin/sh'` });
}

/** Waits for a line that a program prints; throws SBX001 with its words when it ends without. */
async function awaitLine(holder: StartedProcess, line: string): Promise<void> {
  let said = '';
  let words = '';
  const onWords = (bytes: Buffer): void => {
    words = (words + bytes.toString('utf8')).slice(-2_000);
  };
  holder.stderr?.on('data', onWords);
  const isSaid = new Promise<boolean>((resolve) => {
    const listen = (bytes: Buffer): void => {
      said += bytes.toString('utf8');
      if (!said.includes(`${line}\n`)) return;
      holder.stdout?.off('data', listen);
      resolve(true);
    };
    holder.stdout?.on('data', listen);
    holder.stdout?.once('close', () => resolve(false));
  });
  const ok = await isSaid;
  holder.stderr?.off('data', onWords);
  if (ok) return;
  const why = words.trim() === '' ? 'The system gives no reason.' : `The system says: ${words.trim()}`;
  throw fault('SBX001', { what: 'a tree to work in cannot be set up', why });
}

class BubblewrapSession implements RootSession {
  readonly tree: string;
  readonly within: readonly string[];
  readonly path: string;
  readonly #holder: StartedProcess;
  readonly #places: RootPlaces;
  readonly #start: Start;

  constructor(holder: StartedProcess, places: RootPlaces & { readonly plain: string }, start: Start) {
    this.#holder = holder;
    this.#places = places;
    this.#start = start;
    const own = `/proc/${holder.pid}/ns`;
    this.within = ['nsenter', `--user=${own}/user`, `--mount=${own}/mnt`, '--'];
    this.path = places.plain;
    this.tree = `/proc/${holder.pid}/root${places.plain}`;
  }

  async run(command: RootCommand, run: SandboxRun): Promise<SandboxResult> {
    return await this.#start(
      {
        overlays: [],
        options: rootOptions(command, this.#places),
        inside: rootInside(command),
        entering: this.within,
      },
      command.limits,
      run,
    );
  }

  async close(): Promise<void> {
    this.#holder.kill('SIGKILL');
    await this.#holder.ended;
  }
}

/**
 * Mounts a tree in namespaces of its own, which a small process holds open: they end with it, and it ends with us. Users
 * are the same inside and outside, so owners of files are kept; rights are those of the namespace alone.
 * Throws SBX001, SBX003 (not root), SBX005, SBX006.
 */
export async function openRootSession(
  request: RootRequest,
  asRoot: boolean,
  start: Start,
): Promise<RootSession> {
  if (!asRoot) throw fault('SBX010', { what: 'trees with owners of their own can only be made by root' });
  const layers = request.layers.map(realPath);
  const folder = realPath(request.folder);
  for (const path of [...layers, folder]) checkOverlayPath(path);
  checkBase(layers.at(-1) ?? folder);
  const at = (name: string): string => join(folder, name);
  await removeTree(at('scratch'));
  ensureFolders(['changes', 'scratch', 'merged', 'plain', 'tmp'].map(at));
  const overlay = [
    'userxattr',
    `lowerdir=${layers.join(':')}`,
    `upperdir=${at('changes')}`,
    `workdir=${at('scratch')}`,
  ];
  const holder = await startProcess(
    'unshare',
    [
      ...['--user', '--', '/bin/sh', '-c', holderScript, 'packmill-apart', mountTreeScript],
      ...[[...overlay, 'volatile'].join(','), at('merged'), at('plain'), at('tmp')],
    ],
    {
      stdin: 'pipe',
      env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
      newSession: true,
    },
  );
  try {
    await awaitLine(holder, 'apart');
    mapSameUsers(holder.pid);
    holder.stdin?.write('go\n');
    await awaitLine(holder, 'mounted');
  } catch (error) {
    holder.kill('SIGKILL');
    await holder.ended;
    throw error;
  }
  const places = { merged: at('merged'), plain: at('plain'), tmp: request.keepTmp ? undefined : at('tmp') };
  return new BubblewrapSession(holder, places, start);
}
