import { fault, isFault, type Problem, ProblemError, problem } from '../diagnostics/index.ts';
import { askTcpPort, type Clock, freeTcpPort, type StartedProcess, startProcess } from '../host/index.ts';
import { prepareSsh, type SshCommand, type SshServer, serverName } from './ssh-server.ts';
import { lastWords, refusal, unpinnedWarning } from './ssh-words.ts';

export interface TunnelOptions {
  readonly server: SshServer;
  /** Port of the loopback on the server. */
  readonly remotePort: number;
  /** Port of our loopback; 0: a free one. */
  readonly localPort: number;
  /** Known host keys are kept below it. */
  readonly stateFolder: string;
  readonly clock: Clock;
  /** How long `openTunnel` waits for the far end to answer, default 60 s. */
  readonly waitMs?: number | undefined;
  /** Seconds between signs of life, three of which may be missed; default 60. */
  readonly keepAliveSeconds?: number | undefined;
  /** Default 10. */
  readonly connectTimeoutSeconds?: number | undefined;
  /** What is said to the far end, and how it answers then; default `PING`, which Redis and Valkey answer. */
  readonly greeting?: { readonly say: string; readonly expect: RegExp } | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told of a host key that is not pinned (a warning), and each time the tunnel is lost (SSH001, SSH002, SSH007). */
  readonly onProblem?: ((problem: Problem) => void) | undefined;
}

export interface TunnelStatus {
  /** `shared`: another process on this host has the tunnel, and we use it. `down`: it is being opened again. */
  readonly state: 'opening' | 'open' | 'shared' | 'down' | 'closed';
  /** How many times ssh was started. */
  readonly starts: number;
  /** Why it is down. */
  readonly problem: Problem | undefined;
}

export interface Tunnel {
  /** Of our loopback. */
  readonly port: number;
  status(): TunnelStatus;
  close(): Promise<void>;
}

/** Redis answers with a status or, to those who have not said the password, with an error. */
const redisGreeting = { say: 'PING\r\n', expect: /^[+-]/ };
const answerWithinMs = 2_000;
const askEveryMs = 100;
const sharedCheckMs = 5_000;
const firstPauseMs = 500;
const longestPauseMs = 30_000;
const printedLimit = 16_384;

/**
 * Opens a tunnel through the system's ssh and keeps it open until it is closed. Resolves once the far end answers
 * through it; rejects with SSH001 when that takes longer than `waitMs`, at once with SSH002 (another host key), SSH007
 * (not let in) or SSH008 (settings), and with the signal's reason. The ssh process dies with ours.
 */
export async function openTunnel(options: TunnelOptions): Promise<Tunnel> {
  options.signal?.throwIfAborted();
  const port = options.localPort === 0 ? await freeTcpPort() : options.localPort;
  const command = prepareSsh(options.server, options.stateFolder, {
    connectTimeoutSeconds: options.connectTimeoutSeconds ?? 10,
    keepAliveSeconds: options.keepAliveSeconds ?? 60,
  });
  const tunnel = new KeptTunnel(options, command, port);
  try {
    await tunnel.firstAnswer();
    return tunnel;
  } catch (error) {
    await tunnel.close();
    throw error;
  }
}

class KeptTunnel implements Tunnel {
  readonly port: number;
  readonly #options: TunnelOptions;
  readonly #command: SshCommand;
  readonly #closing = new AbortController();
  readonly #first = Promise.withResolvers<void>();
  readonly #kept: Promise<void>;
  #state: TunnelStatus['state'] = 'opening';
  #starts = 0;
  #problem: Problem | undefined;
  #warned = false;
  #pauseMs = firstPauseMs;

  constructor(options: TunnelOptions, command: SshCommand, port: number) {
    this.#options = options;
    this.#command = command;
    this.port = port;
    this.#first.promise.catch(() => {});
    this.#kept = this.#keep();
  }

  status(): TunnelStatus {
    return { state: this.#state, starts: this.#starts, problem: this.#problem };
  }

  /** Resolves with the first answer of the far end; rejects as `openTunnel` says. */
  async firstAnswer(): Promise<void> {
    const { clock, signal, waitMs = 60_000 } = this.#options;
    const over = new AbortController();
    const cancel = (): void => this.#first.reject(signal?.reason);
    signal?.addEventListener('abort', cancel, { once: true });
    if (signal?.aborted) cancel();
    clock.sleep(waitMs, over.signal).then(() => {
      if (!over.signal.aborted) this.#first.reject(this.#late(waitMs));
    });
    try {
      await this.#first.promise;
    } finally {
      over.abort();
      signal?.removeEventListener('abort', cancel);
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#kept;
    this.#state = 'closed';
  }

  async #keep(): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#closing;
    try {
      while (!signal.aborted) {
        if (this.#options.localPort !== 0 && (await this.#answers())) {
          this.#isUp('shared');
          await clock.sleep(sharedCheckMs, signal);
          continue;
        }
        const found = await this.#runSsh();
        if (signal.aborted) break;
        // Another process was faster with this port.
        if (/Address already in use/.test(found.why ?? '') && (await this.#answers())) continue;
        this.#isDown(found);
        await clock.sleep(this.#pauseMs, signal);
        this.#pauseMs = Math.min(longestPauseMs, this.#pauseMs * 2);
      }
    } catch (error) {
      // Only that there is no ssh on this machine, which time does not heal.
      this.#first.reject(error);
      this.#isDown(isFault(error) ? error.problem : problem('SSH001', { what: String(error) }));
    }
  }

  /** Runs ssh until it ends by itself or the tunnel is closed; returns why it ended. */
  async #runSsh(): Promise<Problem> {
    const { server, clock } = this.#options;
    const ssh = await this.#start();
    this.#starts += 1;
    let printed = '';
    ssh.stderr?.setEncoding('utf8');
    ssh.stderr?.on('data', (text: string) => {
      printed = (printed + text).slice(-printedLimit);
      // Said while ssh goes on: the far end refuses, and `openTunnel` may run out of time.
      if (this.#state !== 'open') this.#problem = this.#trouble(printed);
    });
    this.#problem = undefined;
    const ended = new AbortController();
    const stop = (): void => void ssh.kill('SIGTERM');
    this.#closing.signal.addEventListener('abort', stop, { once: true });
    if (this.#closing.signal.aborted) stop();
    const gone = ssh.ended.then(() => ended.abort());
    while (!ended.signal.aborted && !this.#closing.signal.aborted) {
      const answers = await this.#answers();
      if (ended.signal.aborted) break;
      if (answers) {
        this.#isUp('open');
        await gone;
      } else await clock.sleep(askEveryMs, ended.signal);
    }
    await gone;
    this.#closing.signal.removeEventListener('abort', stop);
    return (
      refusal(server, this.#command, printed) ??
      this.#trouble(printed) ??
      problem('SSH001', { what: `the tunnel through '${serverName(server)}' has ended` })
    );
  }

  #start(): Promise<StartedProcess> {
    const { server, remotePort } = this.#options;
    return startProcess(
      'setpriv',
      [
        ...['--pdeathsig', 'KILL', 'ssh', '-N', '-T', ...this.#command.options],
        ...['-o', 'ExitOnForwardFailure=yes', '-L', `127.0.0.1:${this.port}:127.0.0.1:${remotePort}`],
        ...['-l', server.user, '-p', String(server.port ?? 22), '--', server.host],
      ],
      { env: this.#command.environment, stdout: 'ignore', newSession: true },
    );
  }

  async #answers(): Promise<boolean> {
    const { say, expect } = this.#options.greeting ?? redisGreeting;
    const answer = await askTcpPort(this.port, say, answerWithinMs);
    return answer.kind === 'answers' && expect.test(Buffer.from(answer.bytes).toString('latin1'));
  }

  #trouble(printed: string): Problem | undefined {
    const { server, remotePort } = this.#options;
    const words = lastWords(printed);
    if (words === '') return undefined;
    const what = `no tunnel to port ${remotePort} through '${serverName(server)}'`;
    return problem('SSH001', { what, why: `ssh says: ${words}` });
  }

  #late(waitMs: number): ProblemError {
    const { server, remotePort } = this.#options;
    const { why } = this.#problem ?? { why: 'ssh said nothing.' };
    const seconds = Math.round(waitMs / 100) / 10;
    const what = `no tunnel to port ${remotePort} through '${serverName(server)}' within ${seconds} s`;
    return fault('SSH001', { what, why });
  }

  #isUp(state: 'open' | 'shared'): void {
    this.#state = state;
    this.#problem = undefined;
    this.#pauseMs = firstPauseMs;
    const warning = state === 'open' ? unpinnedWarning(this.#options.server, this.#command) : undefined;
    if (warning && !this.#warned) {
      this.#warned = true;
      this.#options.onProblem?.(warning);
    }
    this.#first.resolve();
  }

  #isDown(found: Problem): void {
    const wasUp = this.#state === 'open' || this.#state === 'shared';
    const isNew = this.#problem?.code !== found.code;
    this.#problem = found;
    if (found.code !== 'SSH001') this.#first.reject(new ProblemError(found));
    if (this.#state === 'opening') return;
    this.#state = 'down';
    if (wasUp || isNew) this.#options.onProblem?.(found);
  }
}
