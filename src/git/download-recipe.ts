import { fault } from '../diagnostics/index.ts';
import { machine, type ProcessResult, runProcess } from '../host/index.ts';
import { gitEnvironment, plainSsh } from './git-program.ts';
import { type Setting, settingVariables } from './git-settings.ts';
import { remoteTrouble } from './remote-trouble.ts';

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
  /** Of memory that git may take to unpack what was fetched; default 1 GiB. */
  readonly maxMemoryBytes?: number | undefined;
  /** Default 5,000. */
  readonly maxFiles?: number | undefined;
}

/** Variables of the environment that lead to a server, and to those who vouch for it. */
const wayOut: readonly string[] = [
  ...['https_proxy', 'http_proxy', 'all_proxy', 'no_proxy', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY'],
  ...['GIT_SSL_CAINFO', 'GIT_SSL_CAPATH', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'SSH_AUTH_SOCK'],
];

/** Bytes of memory that git may have to take a stranger's pack apart: several times what it may weigh. */
export const defaultMaxMemoryBytes = 1024 * 1024 * 1024;

export const defaultMaxBytes = 64 * 1024 * 1024;

/** One pack of one commit. Limits of the system keep it from growing further than it may, and its reader, too. */
export function downloadRecipe(url: string, bare: string, options: CloneOptions): Promise<ProcessResult> {
  const settings: Setting[] = [
    ['core.hooksPath', '/dev/null'],
    ['transfer.unpackLimit', '1'],
    // what is large is passed through instead of being held, and by one thread
    ['core.bigFileThreshold', '8m'],
    ['pack.threads', '1'],
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
  const limits = [
    `--fsize=${options.maxBytes ?? defaultMaxBytes}`,
    `--as=${options.maxMemoryBytes ?? defaultMaxMemoryBytes}`,
    '--core=0',
  ];
  return runProcess('prlimit', [...limits, 'git', ...args, '--template=', ...branch, '--', url, bare], {
    timeoutMs: options.timeoutMs,
    signal: options.signal,
    env: {
      ...Object.fromEntries(outside),
      ...gitEnvironment('/dev/null', plainSsh),
      ...settingVariables(settings),
      GIT_ALLOW_PROTOCOL: 'file:git:http:https:ssh',
      GIT_DEFAULT_REF_FORMAT: 'files',
    },
  });
}

/** How git says that the one who writes the pack was ended by the limit, or its write refused. */
const overLimit = /File too large|died of signal 25|^fatal: fetch-pack: invalid index-pack output\s*$/i;

/** The problem of a download that failed. */
export function cloneTrouble(shown: string, result: ProcessResult, options: CloneOptions): Error {
  if (/Remote branch .* not found in upstream/.test(result.stderr)) {
    return fault('GIT005', { what: `'${shown}' has no branch '${options.branch}'` });
  }
  if (outOfMemory.test(result.stderr)) {
    return tooLarge(
      shown,
      `more than ${options.maxMemoryBytes ?? defaultMaxMemoryBytes} bytes of memory are needed to unpack it`,
    );
  }
  if (overLimit.test(result.stderr)) {
    return tooLarge(shown, `more than ${options.maxBytes ?? defaultMaxBytes} bytes are to be fetched`);
  }
  return remoteTrouble(shown, result);
}

const outOfMemory = /out of memory|mmap failed|cannot allocate memory|inflateInit: out/i;

/** The refusal of what no recipe needs (GIT014). */
export const tooLarge = (shown: string, how: string): Error =>
  fault('GIT014', { what: `'${shown}' is too large for a recipe: ${how}` });
