import { fault, isFault, type ProblemError } from '../../diagnostics/index.ts';
import { type Clock, signalName } from '../../host/index.ts';
import type { SandboxCommand, SandboxEnd, SandboxResult, SandboxRun } from '../sandbox-driver.ts';
import type { Container, Containers } from './containers.ts';
import type { EngineStream } from './engine-client.ts';
import { fieldOf, textOf } from './json-fields.ts';
import { runnerScript, termScript } from './scripts.ts';
import { FrameReader, type StreamName } from './stream-frames.ts';

/** One command and the container it runs in. */
export interface CommandInput {
  readonly containers: Containers;
  readonly container: Container;
  readonly command: SandboxCommand;
  readonly builder: { readonly uid: number; readonly gid: number };
  /** Whether the command gets a terminal; its output then comes raw, and nobody tells of leftovers. */
  readonly terminal: boolean;
  readonly clock: Clock;
  /** How long the engine may take to say how a command ended whose stream is over, and to end what was killed. */
  readonly settleMs: number;
}

const keptReportBytes = 8_192;
/** What the runner ends with when it could not start the command. */
const runnerFailed = 125;

/** One running command: hands its output on, ends it when it must, and says how it ended. */
export class CommandRun {
  readonly #input: CommandInput;
  readonly #run: SandboxRun;
  readonly #over = new AbortController();
  /** Aborted when the stream has to be given up. */
  readonly #hopeless = new AbortController();
  #stop: SandboxEnd | undefined;
  #killed = false;
  #killing: Promise<void> | undefined;
  #spent = false;
  #leftovers = 0;
  #report = '';
  #outputBytes = 0;

  private constructor(input: CommandInput, run: SandboxRun) {
    this.#input = input;
    this.#run = run;
  }

  /**
   * Runs the command to its end. `reusable`: whether the container may run another one. Throws SBX031 when it could
   * not be started, SBX032 and SBX036 when nobody can say how it ended.
   */
  static async run(
    input: CommandInput,
    run: SandboxRun,
  ): Promise<{ readonly result: SandboxResult; readonly reusable: boolean }> {
    const attempt = new CommandRun(input, run);
    const result = await attempt.#attend();
    return { result, reusable: !attempt.#spent };
  }

  async #attend(): Promise<SandboxResult> {
    const { clock, command } = this.#input;
    const startedAt = clock.monotonicMs();
    const exec = await this.#create();
    const stream = await this.#start(exec);
    const cancel = (): void => this.#end({ kind: 'canceled' });
    this.#run.signal?.addEventListener('abort', cancel, { once: true });
    if (this.#run.signal?.aborted) cancel();
    const over = this.#over.signal;
    const { timeoutMs } = command.limits;
    void clock.sleep(timeoutMs, over).then(() => {
      if (!over.aborted) this.#end({ kind: 'timed-out', limitMs: timeoutMs, killed: false });
    });
    let whole: boolean;
    try {
      whole = await this.#read(stream);
    } finally {
      this.#over.abort();
      this.#run.signal?.removeEventListener('abort', cancel);
    }
    const end = await this.#judge(exec, whole);
    const peak = Number(this.#ended?.[4]);
    return {
      end,
      durationMs: clock.monotonicMs() - startedAt,
      peakMemoryBytes: Number.isFinite(peak) && peak > 0 ? peak : undefined,
      leftovers: Number(this.#ended?.[2] ?? this.#leftovers),
    };
  }

  async #create(): Promise<string> {
    const { containers, container, command, terminal } = this.#input;
    const { status, value, message } = await containers.client.call({
      method: 'POST',
      path: `/containers/${container.id}/exec`,
      body: {
        AttachStdin: false,
        AttachStdout: true,
        AttachStderr: true,
        Tty: terminal,
        User: '0:0',
        WorkingDir: '/',
        Env: Object.entries(command.environment).map(([name, text]) => `${name}=${text}`),
        Cmd: ['/bin/sh', '-c', runnerScript, 'packmill-run', command.workingDirectory, ...this.#words()],
      },
    });
    const id = textOf(value, 'Id');
    if (status !== 201 || id === undefined) throw notStarted(message);
    return id;
  }

  /** The command with the step down to its user and without variables that nobody declared. */
  #words(): readonly string[] {
    const { container, command, builder } = this.#input;
    const stepDown = [
      ...['/usr/bin/setpriv', '--reuid', String(builder.uid), '--regid', String(builder.gid)],
      ...['--clear-groups', '--inh-caps=-all', '--'],
    ];
    const undeclared = container.environmentNames.filter((name) => !(name in command.environment));
    return [
      ...(command.user === 'builder' ? stepDown : []),
      ...['/usr/bin/env', ...undeclared.flatMap((name) => ['-u', name])],
      ...command.command,
    ];
  }

  async #start(exec: string): Promise<EngineStream> {
    const { client } = this.#input.containers;
    const body = { Detach: false, Tty: this.#input.terminal };
    const stream = await client.open({ method: 'POST', path: `/exec/${exec}/start`, body });
    if (stream.status !== 200) throw notStarted(await client.refusal(stream));
    return stream;
  }

  /** Reads to the end of the stream; false when it was cut off in the middle of something. */
  async #read({ body }: EngineStream): Promise<boolean> {
    const frames = new FrameReader((stream, bytes) => this.#take(stream, bytes));
    this.#hopeless.signal.addEventListener('abort', () => body.destroy(), { once: true });
    try {
      for await (const piece of body) {
        if (this.#input.terminal) this.#take('stdout', piece as Uint8Array);
        else frames.push(piece as Uint8Array);
      }
    } catch {
      return false;
    }
    return frames.isWhole;
  }

  /** Output goes on as it comes; the runner's own words, on the other stream, are kept. */
  #take(stream: StreamName, bytes: Uint8Array): void {
    if (stream === 'stderr') {
      this.#report = (this.#report + Buffer.from(bytes).toString('latin1')).slice(-keptReportBytes);
      return;
    }
    const limit = this.#input.command.limits.outputBytes;
    const room = limit === undefined ? bytes.byteLength : Math.max(0, limit - this.#outputBytes);
    this.#outputBytes += bytes.byteLength;
    if (room > 0) this.#run.onOutput(bytes.byteLength > room ? bytes.subarray(0, room) : bytes);
    if (limit !== undefined && this.#outputBytes > limit) {
      this.#end({ kind: 'too-much-output', limitBytes: limit });
    }
  }

  /** TERM to everything in the container, KILL when the grace is over. The first reason counts. */
  #end(reason: SandboxEnd): void {
    if (this.#stop !== undefined || this.#over.signal.aborted) return;
    this.#stop = reason;
    const { clock, command } = this.#input;
    const over = this.#over.signal;
    void this.#term().catch(() => {});
    void clock.sleep(command.limits.killGraceMs, over).then(async () => {
      if (over.aborted) return;
      this.#killing = this.#kill();
      await this.#killing;
      await clock.sleep(this.#input.settleMs, over);
      if (!over.aborted) this.#hopeless.abort();
    });
  }

  async #term(): Promise<void> {
    const { containers, container } = this.#input;
    const { value } = await containers.client.call({
      method: 'POST',
      path: `/containers/${container.id}/exec`,
      body: { User: '0:0', WorkingDir: '/', Cmd: ['/bin/sh', '-c', termScript] },
    });
    const id = textOf(value, 'Id');
    if (id === undefined) return;
    const body = { Detach: true, Tty: false };
    await containers.client.call({ method: 'POST', path: `/exec/${id}/start`, body });
  }

  /** Ends the container itself: nothing in it can hide from that. */
  async #kill(): Promise<void> {
    const { containers, container } = this.#input;
    this.#spent = true;
    try {
      this.#leftovers = await this.#countOthers();
      await containers.remove(container.id);
      this.#killed = true;
    } catch {
      this.#hopeless.abort();
    }
  }

  /** Processes beside the idle one, its sleep and the runner. */
  async #countOthers(): Promise<number> {
    const { containers, container } = this.#input;
    const path = `/containers/${container.id}/top`;
    const { value } = await containers.client.call({ method: 'GET', path });
    const rows = fieldOf(value, 'Processes');
    return Array.isArray(rows) ? Math.max(0, rows.length - 3) : 0;
  }

  get #ended(): readonly string[] | undefined {
    return /\nended (\d+) (\d+) (\d+|-) (\d+|-)\n?$/.exec(this.#report) ?? undefined;
  }

  async #judge(exec: string, whole: boolean): Promise<SandboxEnd> {
    const stop = this.#stop;
    await this.#killing;
    if (stop !== undefined && (this.#killed || whole)) {
      return stop.kind === 'timed-out' ? { ...stop, killed: this.#killed } : stop;
    }
    const code = whole ? await this.#exitCode(exec) : undefined;
    if (code === undefined) throw await this.#giveUp(whole);
    const { terminal } = this.#input;
    const started = terminal ? code !== runnerFailed : this.#report.startsWith('started\n');
    if (!started) throw notStarted(this.#report.trim());
    const limitBytes = this.#input.command.limits.memoryBytes;
    if (code !== 0 && limitBytes !== undefined && (await this.#ranOutOfMemory())) {
      return { kind: 'out-of-memory', limitBytes };
    }
    const name = code > 128 ? signalName(code - 128) : undefined;
    return name === undefined ? { kind: 'exited', code } : { kind: 'signalled', signal: name };
  }

  /** The engine closes the stream a moment before it knows the code. Undefined: it never does. */
  async #exitCode(exec: string): Promise<number | undefined> {
    const { clock, containers, settleMs } = this.#input;
    const until = clock.monotonicMs() + settleMs;
    try {
      for (let waitMs = 5; ; waitMs = Math.min(waitMs * 2, 500)) {
        const { status, value } = await containers.client.call({
          method: 'GET',
          path: `/exec/${exec}/json`,
        });
        const code = fieldOf(value, 'ExitCode');
        if (status !== 200) return undefined;
        if (fieldOf(value, 'Running') === false && typeof code === 'number' && code >= 0) return code;
        if (clock.monotonicMs() >= until) return undefined;
        await clock.sleep(waitMs);
      }
    } catch (error) {
      if (isFault(error)) return undefined;
      throw error;
    }
  }

  /** The kernel's count of this command, or the engine's word about the container. */
  async #ranOutOfMemory(): Promise<boolean> {
    const kills = this.#ended?.[3];
    if (kills !== undefined && kills !== '-') return Number(kills) > 0;
    const { containers, container } = this.#input;
    const { value } = await containers.client.call({
      method: 'GET',
      path: `/containers/${container.id}/json`,
    });
    return fieldOf(value, 'State', 'OOMKilled') === true;
  }

  async #giveUp(whole: boolean): Promise<ProblemError> {
    const { containers, container } = this.#input;
    this.#spent = true;
    await containers.remove(container.id).catch(() => {});
    return fault('SBX036', {
      what: 'how the command in the container ended is unknown',
      why: whole
        ? 'Its output is over, but the engine does not tell its exit code.'
        : 'The stream of its output broke off.',
    });
  }
}

function notStarted(said: string): ProblemError {
  return fault('SBX031', {
    what: 'the command cannot be started in its container',
    why: said === '' ? 'The engine gives no reason.' : `The engine says: ${said}`,
  });
}
