import { dirname, posix } from 'node:path';
import { fault, isFault, type Problem, ProblemError, problem } from '../diagnostics/index.ts';
import {
  type Clock,
  ensureFolder,
  entryFacts,
  fsyncDirectory,
  type ProcessResult,
  removeEntry,
  renameEntry,
  runProcess,
  syncPaths,
} from '../host/index.ts';
import { lastCommand, quoteForLs, quoteForSftp, readFreeBytes, readSizes } from './sftp-words.ts';
import { prepareSsh, type SshCommand, type SshServer, serverName } from './ssh-server.ts';
import { lastWords, refusal, unpinnedWarning } from './ssh-words.ts';

export interface SftpOptions {
  readonly server: SshServer;
  /** Known host keys are kept below it. */
  readonly stateFolder: string;
  readonly clock: Clock;
  /** Default 30. */
  readonly connectTimeoutSeconds?: number | undefined;
  /** Seconds between signs of life, three of which may be missed; default 10. */
  readonly keepAliveSeconds?: number | undefined;
  /** Told of a host key that is not pinned (SSH006). */
  readonly onProblem?: ((problem: Problem) => void) | undefined;
}

export interface TransferOptions {
  /** Aborting ends sftp and rejects with the signal's reason; the same transfer again goes on from there. */
  readonly signal?: AbortSignal | undefined;
  /** How many times a broken connection is made anew, default 3 attempts in all. */
  readonly attempts?: number | undefined;
}

export interface Upload {
  readonly localPath: string;
  /** Name in the remote folder. */
  readonly name: string;
}

export interface Download {
  readonly remotePath: string;
  readonly localPath: string;
}

const retryPauseMs = 1_000;
const longestRetryPauseMs = 10_000;
/** What is here of a file to download is longer than the file. */
const tooLong = /larger than remote/;
const maxOutputBytes = 4 * 1024 * 1024;

/**
 * Transfers files with the system's sftp. A file has the ending `.part` until it is complete; what is there of it is
 * not sent again, so the same name has to mean the same bytes. Problems: SSH002 (another host key), SSH003 (anything
 * else, with sftp's words), SSH004 (no space left), SSH005 (not allowed), SSH007 (not let in), SSH008 (settings).
 */
export class SftpSession {
  readonly #options: SftpOptions;
  readonly #command: SshCommand;
  #warned = false;

  /** Connects to nothing yet. Throws SSH008. */
  constructor(options: SftpOptions) {
    this.#options = options;
    this.#command = prepareSsh(options.server, options.stateFolder, {
      connectTimeoutSeconds: options.connectTimeoutSeconds ?? 30,
      keepAliveSeconds: options.keepAliveSeconds ?? 10,
    });
  }

  /** Uploads files into a folder, which is made when it is missing; each gets its name in one step once complete. */
  async upload(files: readonly Upload[], remoteFolder: string, options: TransferOptions = {}): Promise<void> {
    if (files.length === 0) return;
    await this.#retrying(options, async () => {
      const remote = (name: string): string => posix.join(remoteFolder, name);
      const parts = files.map((file) => quoteForSftp(`${remote(file.name)}.part`));
      const folders = foldersTo(remoteFolder);
      const looks = [
        ...folders.map((folder) => `-mkdir ${quoteForSftp(folder)}`),
        ...files.map((file) => `-ls -ln ${quoteForLs(`${remote(file.name)}.part`)}`),
      ];
      const sizes = readSizes((await this.#run(looks, options.signal)).stdout);
      const commands = files.flatMap((file, index) => {
        const have = sizes.get(folders.length + index);
        const size = sizeOf(file.localPath);
        const part = parts[index] ?? '';
        const put = have !== undefined && have < size ? 'reput' : 'put';
        return [
          ...(have === size && size > 0 ? [] : [`${put} -f ${quoteForSftp(file.localPath)} ${part}`]),
          `rename ${part} ${quoteForSftp(remote(file.name))}`,
        ];
      });
      const largest = Math.max(...files.map((file) => sizeOf(file.localPath)));
      await this.#run(commands, options.signal, { folder: remoteFolder, bytes: largest });
    });
  }

  /** Downloads files; each gets its name in one step once it is complete and durable. */
  async download(files: readonly Download[], options: TransferOptions = {}): Promise<void> {
    if (files.length === 0) return;
    await this.#retrying(options, async () => {
      for (const file of files) ensureFolder(dirname(file.localPath));
      const missing = files.filter((file) => entryFacts(file.localPath) === undefined);
      const commands = missing.map(
        (file) => `reget ${quoteForSftp(file.remotePath)} ${quoteForSftp(`${file.localPath}.part`)}`,
      );
      try {
        await this.#run(commands, options.signal);
      } catch (error) {
        // What lies here belongs to another file: the next attempt starts it anew.
        if (isFault(error) && tooLong.test(error.problem.why ?? ''))
          for (const file of missing) removeEntry(`${file.localPath}.part`);
        throw error;
      }
      await syncPaths(missing.map((file) => `${file.localPath}.part`));
      for (const file of missing) renameEntry(`${file.localPath}.part`, file.localPath);
      for (const folder of new Set(missing.map((file) => dirname(file.localPath)))) fsyncDirectory(folder);
    });
  }

  /** Removes files and what is there of incomplete ones; those that are not there are no trouble. */
  async remove(remotePaths: readonly string[], options: TransferOptions = {}): Promise<void> {
    if (remotePaths.length === 0) return;
    await this.#retrying(options, async () => {
      const names = remotePaths.flatMap((path) => [path, `${path}.part`]);
      const removed = await this.#run(
        names.map((path) => `-rm ${quoteForSftp(path)}`),
        options.signal,
      );
      if (/Permission denied/.test(removed.stderr)) throw new ProblemError(this.#notAllowed(removed.stderr));
    });
  }

  /** Sizes of files in bytes, in their order; undefined for those that are not there. */
  async sizes(
    remotePaths: readonly string[],
    options: TransferOptions = {},
  ): Promise<(number | undefined)[]> {
    if (remotePaths.length === 0) return [];
    return this.#retrying(options, async () => {
      const commands = remotePaths.map((path) => `-ls -ln ${quoteForLs(path)}`);
      const sizes = readSizes((await this.#run(commands, options.signal)).stdout);
      return remotePaths.map((_, index) => sizes.get(index));
    });
  }

  async #retrying<Result>(options: TransferOptions, work: () => Promise<Result>): Promise<Result> {
    for (let attempt = 1; ; attempt += 1) {
      options.signal?.throwIfAborted();
      try {
        return await work();
      } catch (error) {
        if (!isPassing(error) || attempt >= (options.attempts ?? 3)) throw error;
      }
      const pauseMs = Math.min(longestRetryPauseMs, retryPauseMs * attempt);
      await this.#options.clock.sleep(pauseMs, options.signal);
    }
  }

  /** Runs a batch of commands; `writes`: where it writes, and how much at most for one file. */
  async #run(
    commands: readonly string[],
    signal: AbortSignal | undefined,
    writes?: { readonly folder: string; readonly bytes: number },
  ): Promise<ProcessResult> {
    if (commands.length === 0) return nothingRun;
    const { server } = this.#options;
    const host = server.host.includes(':') ? `[${server.host}]` : server.host;
    const result = await runProcess(
      'setpriv',
      [
        ...['--pdeathsig', 'KILL', 'sftp', '-b', '-', ...this.#command.options],
        ...['-o', `User=${server.user}`, '-P', String(server.port ?? 22), '--', host],
      ],
      {
        env: this.#command.environment,
        input: `${commands.join('\n')}\n`,
        signal,
        maxOutputBytes,
      },
    );
    signal?.throwIfAborted();
    if (result.code === 0 && result.why === 'ended') {
      this.#warnUnpinned();
      return result;
    }
    throw new ProblemError(await this.#explain(result, signal, writes), { cause: result });
  }

  async #explain(
    result: ProcessResult,
    signal: AbortSignal | undefined,
    writes: { readonly folder: string; readonly bytes: number } | undefined,
  ): Promise<Problem> {
    const { server } = this.#options;
    const refused = refusal(server, this.#command, result.stderr);
    if (refused) return refused;
    const words = lastWords(result.stderr);
    if (/No space left|quota exceeded/i.test(words)) return this.#noSpace(words);
    if (/Permission denied|Read-only file system/.test(words)) return this.#notAllowed(words);
    // The protocol has no word for a full disk: all it says is 'Failure'.
    if (writes && /\bFailure$/.test(words)) {
      const df = await this.#run([`df ${quoteForSftp(writes.folder)}`], signal).catch(() => nothingRun);
      const free = readFreeBytes(df.stdout);
      if (free !== undefined && free < writes.bytes) return this.#noSpace(words);
    }
    const step = lastCommand(result.stdout);
    return problem('SSH003', {
      what: step
        ? `'${step}' fails at '${serverName(server)}'`
        : `no connection for files to '${serverName(server)}'`,
      why: words === '' ? undefined : `sftp says: ${words}`,
    });
  }

  #noSpace(words: string): Problem {
    return problem('SSH004', {
      what: `no space is left at '${serverName(this.#options.server)}'`,
      why: `sftp says: ${words}`,
    });
  }

  #notAllowed(printed: string): Problem {
    return problem('SSH005', {
      what: `'${serverName(this.#options.server)}' does not allow a step of the transfer`,
      why: `sftp says: ${lastWords(printed)}`,
    });
  }

  #warnUnpinned(): void {
    const warning = this.#warned ? undefined : unpinnedWarning(this.#options.server, this.#command);
    this.#warned = true;
    if (warning) this.#options.onProblem?.(warning);
  }
}

/** What another attempt may get past: no connection or a broken one, and a wrong piece that was removed. */
function isPassing(error: unknown): boolean {
  if (!isFault(error, 'SSH003')) return false;
  const { code, stderr } = error.cause as ProcessResult;
  // sftp ends with 1 when the server refuses a command; with 255, or by a closed pipe, when the connection is gone.
  return code !== 1 || tooLong.test(stderr);
}

const nothingRun: ProcessResult = {
  code: 0,
  signal: undefined,
  why: 'ended',
  stdout: '',
  stderr: '',
  stdoutBytes: new Uint8Array(),
};

/** `a`, `a/b` and `a/b/c` for `a/b/c`. */
function foldersTo(path: string): string[] {
  const parts = posix
    .normalize(path)
    .split('/')
    .filter((part) => part !== '' && part !== '.');
  const root = path.startsWith('/') ? '/' : '';
  return parts.map((_, index) => root + parts.slice(0, index + 1).join('/'));
}

function sizeOf(path: string): number {
  const facts = entryFacts(path);
  if (facts?.kind !== 'file') throw fault('SSH008', { what: `'${path}' is no file that can be sent` });
  return facts.sizeBytes;
}
