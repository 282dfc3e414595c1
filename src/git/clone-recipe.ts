import { fault } from '../diagnostics/index.ts';
import {
  ensureFolder,
  machine,
  makeSymlink,
  makeTemporaryFolder,
  type ProcessResult,
  pathKind,
  removeTree,
  runProcess,
  writeFileWithMode,
} from '../host/index.ts';
import { CheckoutProgram } from './checkout-program.ts';
import { checkCommittable } from './committable.ts';
import { gitEnvironment, plainSsh } from './git-program.ts';
import { type Setting, settingVariables } from './git-settings.ts';
import { History, type HistoryBounds } from './history.ts';
import { ObjectReader } from './object-reader.ts';
import { remoteAddress } from './remote-address.ts';
import { remoteTrouble } from './remote-trouble.ts';
import type { TreeEntry } from './working-copy.ts';

export interface CloneOptions {
  /** Somebody else's repository; git of the farm's or user's configuration is not used for it. */
  readonly url: string;
  /** Undefined: the default branch. */
  readonly branch?: string | undefined;
  /** The folder to make; nothing may be there. */
  readonly into: string;
  /** As `http.proxy` has it; undefined: what the environment says (`https_proxy` and its like). */
  readonly proxy?: string | undefined;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Bytes of all files together, and of what is fetched; default 64 MiB. */
  readonly maxBytes?: number | undefined;
  /** Default 5,000. */
  readonly maxFiles?: number | undefined;
}

export interface ClonedRecipe {
  /** The newest commit of the branch. */
  readonly commit: string;
  readonly folder: string;
}

/** Variables of the environment that lead to a server, and to those who vouch for it. */
const wayOut: readonly string[] = [
  ...['https_proxy', 'http_proxy', 'all_proxy', 'no_proxy', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY'],
  ...['GIT_SSL_CAINFO', 'GIT_SSL_CAPATH', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'SSH_AUTH_SOCK'],
];

/**
 * Lays out the newest commit of a stranger's small repository, for comparisons (specification 7.6): bytes,
 * executable bits and links as committed, no `.git`, no submodules; nothing of it is run or obeyed, attributes
 * included. Tries once. Throws GIT001 (out of reach, too slow, called off), GIT003, GIT004, GIT005 (no such branch,
 * or no commit yet), GIT013 (a name that leads out of the folder), GIT014 (too large); `into` is not there then.
 */
export async function cloneRecipe(options: CloneOptions): Promise<ClonedRecipe> {
  const { into } = options;
  if (pathKind(into) !== 'none') throw fault('SYS004', { what: `'${into}' is there already` });
  const remote = remoteAddress(options.url);
  const temporary = makeTemporaryFolder('packmill-clone-');
  const bare = `${temporary}/recipe.git`;
  const objects = new ObjectReader(new CheckoutProgram(temporary, [], { GIT_DIR: bare }));
  try {
    const result = await download(remote.url, bare, options);
    if (result.code !== 0 || result.why !== 'ended') throw cloneTrouble(remote.shown, result, options);
    const history = new History(objects, boundsOf(remote.shown, options));
    const [commit] = await history.find(['HEAD']);
    if (!commit) throw fault('GIT005', { what: `'${remote.shown}' has no commit yet` });
    const entries = await history.below(commit, '');
    const files = [...entries].filter(([, { mode }]) => mode !== '160000');
    await checkSize(remote.shown, files, { objects, options });
    checkPaths(files);
    await layOut(into, files, await history.bytes(new Map(files)));
    return { commit: commit.id, folder: into };
  } catch (error) {
    await removeTree(into);
    throw error;
  } finally {
    await objects.close();
    await removeTree(temporary);
  }
}

const defaultMaxBytes = 64 * 1024 * 1024;
const defaultMaxFiles = 5_000;
/** Folders that there may be in addition to as many files as are allowed. */
const maxFolders = 5_000;
/** More than as many names as are allowed can need. */
const maxTreeBytes = 8 * 1024 * 1024;

const boundsOf = (shown: string, { maxFiles = defaultMaxFiles }: CloneOptions): HistoryBounds => ({
  names: maxFiles + maxFolders,
  depth: 64,
  // as much as the system takes for a path
  pathLength: 4_096,
  bytes: maxTreeBytes,
  refuse: (how) => tooLarge(shown, how),
});

/** One pack of one commit. A limit of the system keeps it from growing further than it may. */
function download(url: string, bare: string, options: CloneOptions): Promise<ProcessResult> {
  const settings: Setting[] = [
    ['core.hooksPath', '/dev/null'],
    ['transfer.unpackLimit', '1'],
    ['http.lowSpeedLimit', '500'],
    ['http.lowSpeedTime', '60'],
    ['protocol.allow', 'user'],
    ...(options.proxy === undefined ? [] : [['http.proxy', options.proxy] as const]),
  ];
  const outside = wayOut.flatMap((name): [string, string][] => {
    const value = machine.variable(name);
    return value === undefined ? [] : [[name, value]];
  });
  const branch = options.branch === undefined ? [] : [`--branch=${options.branch}`];
  const args = ['clone', '--quiet', '--bare', '--depth=1', '--single-branch', '--no-tags', '--no-local'];
  const limit = `--fsize=${options.maxBytes ?? defaultMaxBytes}`;
  return runProcess(
    'prlimit',
    [limit, '--core=0', 'git', ...args, '--template=', ...branch, '--', url, bare],
    {
      timeoutMs: options.timeoutMs,
      signal: options.signal,
      env: {
        ...Object.fromEntries(outside),
        ...gitEnvironment('/dev/null', plainSsh),
        ...settingVariables(settings),
        GIT_ALLOW_PROTOCOL: 'file:git:http:https:ssh',
      },
    },
  );
}

/** How git says that the one who writes the pack was ended by the limit, or its write refused. */
const overLimit = /File too large|died of signal 25|^fatal: fetch-pack: invalid index-pack output\s*$/i;

function cloneTrouble(shown: string, result: ProcessResult, options: CloneOptions): Error {
  if (/Remote branch .* not found in upstream/.test(result.stderr)) {
    return fault('GIT005', { what: `'${shown}' has no branch '${options.branch}'` });
  }
  if (overLimit.test(result.stderr)) {
    return tooLarge(shown, `more than ${options.maxBytes ?? defaultMaxBytes} bytes are to be fetched`);
  }
  return remoteTrouble(shown, result);
}

const tooLarge = (shown: string, how: string): Error =>
  fault('GIT014', { what: `'${shown}' is too large for a recipe: ${how}` });

/** Before a byte is read: what is small in a pack may be vast outside of it. */
async function checkSize(
  shown: string,
  files: readonly (readonly [string, TreeEntry])[],
  { objects, options }: { readonly objects: ObjectReader; readonly options: CloneOptions },
): Promise<void> {
  const maxFiles = options.maxFiles ?? defaultMaxFiles;
  if (files.length > maxFiles) throw tooLarge(shown, `${files.length} files`);
  const facts = await objects.facts(files.map(([, { id }]) => id));
  const bytes = facts.reduce((sum, object) => sum + (object?.size ?? 0), 0);
  if (bytes > (options.maxBytes ?? defaultMaxBytes)) throw tooLarge(shown, `${bytes} bytes`);
}

/** A tree that no git wrote may name a file below a link, which would be written to where the link leads. */
function checkPaths(files: readonly (readonly [string, TreeEntry])[]): void {
  const paths = new Set(files.map(([path]) => path));
  for (const [path] of files) {
    checkCommittable(path);
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      if (paths.has(path.slice(0, end))) throw fault('GIT013', { what: `'${path}' is below a file` });
    }
  }
}

async function layOut(
  into: string,
  files: readonly (readonly [string, TreeEntry])[],
  bytes: ReadonlyMap<string, Buffer>,
): Promise<void> {
  ensureFolder(into);
  for (const [path, { mode }] of files) {
    const place = `${into}/${path}`;
    const content = bytes.get(path) ?? Buffer.alloc(0);
    ensureFolder(place.slice(0, place.lastIndexOf('/')));
    if (mode === '120000') makeSymlink(place, content.toString('utf8'));
    else await writeFileWithMode(place, content, mode === '100755' ? 0o755 : 0o644);
  }
}
