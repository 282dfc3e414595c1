import { fault } from '../../diagnostics/index.ts';
import {
  type Clock,
  type ControlGroup,
  descendants,
  type OpenedPipe,
  type StartedProcess,
  sendSignal,
  signalName,
  startProcess,
} from '../../host/index.ts';
import type { SandboxEnd, SandboxLimits, SandboxResult, SandboxRun } from '../sandbox-driver.ts';
import { descriptors } from './arguments.ts';

/** A sandbox ready to be started. */
export interface Launch {
  readonly program: string;
  readonly args: readonly string[];
  /** Arguments of bwrap, given to it through a descriptor so that no process list shows the environment. */
  readonly bubblewrap: readonly string[];
  readonly limits: SandboxLimits;
  readonly pipe: OpenedPipe;
  /** Undefined: memory is watched by looking at the processes twice a second. */
  readonly group: ControlGroup | undefined;
  readonly clock: Clock;
}

const hostPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const watchEveryMs = 500;
/** How long to wait for the last bytes and for the kernel to bury the dead. */
const settleMs = 5_000;
const keptMessageBytes = 8_192;

/** One running sandbox: feeds its output on, ends it when it must, and says how it ended. */
export class Supervision {
  readonly #launch: Launch;
  readonly #run: SandboxRun;
  readonly #over = new AbortController();
  readonly #process: StartedProcess;
  #stop: SandboxEnd | undefined;
  #killed = false;
  #report = '';
  #messages = '';
  #outputBytes = 0;
  #leftovers = 0;
  #peakSeen = 0;

  private constructor(launch: Launch, run: SandboxRun, started: StartedProcess) {
    this.#launch = launch;
    this.#run = run;
    this.#process = started;
  }

  /** Starts the sandbox and waits for its end. Throws SBX001 when it could not be set up. */
  static async run(launch: Launch, run: SandboxRun): Promise<SandboxResult> {
    const { clock, pipe } = launch;
    const startedAt = clock.monotonicMs();
    let started: StartedProcess;
    try {
      started = await startProcess(launch.program, launch.args, {
        env: { PATH: hostPath },
        stdout: pipe.writerDescriptor,
        channels: 2,
        newSession: true,
      });
    } catch (error) {
      pipe.reader.destroy();
      throw error;
    } finally {
      pipe.closeWriter();
    }
    const supervision = new Supervision(launch, run, started);
    return supervision.#attend(startedAt);
  }

  async #attend(startedAt: number): Promise<SandboxResult> {
    const { clock, limits, group } = this.#launch;
    this.#listen();
    const cancel = (): void => this.#end({ kind: 'canceled' });
    this.#run.signal?.addEventListener('abort', cancel, { once: true });
    if (this.#run.signal?.aborted) cancel();
    const over = this.#over.signal;
    void clock.sleep(limits.timeoutMs, over).then(() => {
      if (!over.aborted) this.#end({ kind: 'timed-out', limitMs: limits.timeoutMs, killed: false });
    });
    if (group === undefined && limits.memoryBytes !== undefined) void this.#watchMemory(limits.memoryBytes);
    const ended = await this.#process.ended;
    this.#over.abort();
    this.#run.signal?.removeEventListener('abort', cancel);
    await this.#drain();
    const usage = group?.usage();
    await this.#bury();
    const peakMemoryBytes = usage?.peakMemoryBytes ?? (this.#peakSeen > 0 ? this.#peakSeen : undefined);
    return {
      end: this.#judge(ended.signal, usage?.outOfMemoryKills ?? 0),
      durationMs: clock.monotonicMs() - startedAt,
      peakMemoryBytes,
      leftovers: this.#leftovers,
    };
  }

  #listen(): void {
    const { pipe, bubblewrap } = this.#launch;
    pipe.reader.on('data', (bytes: Uint8Array) => this.#take(bytes));
    pipe.reader.on('error', () => {});
    this.#process.stderr?.on('data', (bytes: Buffer) => {
      this.#messages = (this.#messages + bytes.toString('utf8')).slice(-keptMessageBytes);
    });
    const channel = (descriptor: number) => this.#process.channels[descriptor - 3];
    channel(descriptors.report)?.on('data', (bytes: Buffer) => {
      this.#report = (this.#report + bytes.toString('latin1')).slice(0, keptMessageBytes);
    });
    channel(descriptors.arguments)?.end(bubblewrap.map((word) => `${word}\0`).join(''));
  }

  /** Hands output on as it comes: nothing is kept here, so a slow taker slows the command down. */
  #take(bytes: Uint8Array): void {
    const limit = this.#launch.limits.outputBytes;
    const room = limit === undefined ? bytes.byteLength : Math.max(0, limit - this.#outputBytes);
    this.#outputBytes += bytes.byteLength;
    if (room > 0) this.#run.onOutput(bytes.byteLength > room ? bytes.subarray(0, room) : bytes);
    if (limit !== undefined && this.#outputBytes > limit)
      this.#end({ kind: 'too-much-output', limitBytes: limit });
  }

  async #watchMemory(limitBytes: number): Promise<void> {
    for (;;) {
      await this.#launch.clock.sleep(watchEveryMs, this.#over.signal);
      if (this.#over.signal.aborted) return;
      const bytes = descendants(this.#process.pid).reduce((sum, one) => sum + one.memoryBytes, 0);
      this.#peakSeen = Math.max(this.#peakSeen, bytes);
      if (bytes <= limitBytes) continue;
      this.#end({ kind: 'out-of-memory', limitBytes });
      this.#kill();
      return;
    }
  }

  /** Processes of the launcher (bwrap, its child), and those in the sandbox below them, from the outside. */
  #processes(): { readonly outer: readonly number[]; readonly inner: readonly number[] } {
    const all = descendants(this.#process.pid);
    const bubblewrap = all.filter((one) => one.parent === this.#process.pid).map((one) => one.pid);
    const first = all.filter((one) => bubblewrap.includes(one.parent)).map((one) => one.pid);
    const outer = [...bubblewrap, ...first];
    return { outer, inner: all.map((one) => one.pid).filter((pid) => !outer.includes(pid)) };
  }

  /** TERM to everything in the sandbox, KILL when the grace is over. The first reason counts. */
  #end(reason: SandboxEnd): void {
    if (this.#stop !== undefined || this.#over.signal.aborted) return;
    this.#stop = reason;
    if (!this.#report.startsWith('started')) {
      this.#kill();
      return;
    }
    for (const pid of this.#processes().inner) {
      sendSignal(pid, 'SIGTERM');
      // A stopped process gets its TERM only when it goes on.
      sendSignal(pid, 'SIGCONT');
    }
    const over = this.#over.signal;
    void this.#launch.clock.sleep(this.#launch.limits.killGraceMs, over).then(() => {
      if (!over.aborted) this.#kill();
    });
  }

  #kill(): void {
    if (this.#killed) return;
    this.#killed = true;
    const { outer, inner } = this.#processes();
    // The init script is one of them and no process of the command's.
    this.#leftovers = Math.max(0, inner.length - 1);
    const [first] = outer;
    // The first process of a namespace takes all others with it, and its parent learns when all are gone.
    if (first === undefined || !sendSignal(first, 'SIGKILL')) this.#process.kill('SIGKILL');
  }

  /** Reads what is left in the pipe; it ends when the last process of the sandbox is dead. */
  async #drain(): Promise<void> {
    const { pipe, clock } = this.#launch;
    const streams = [pipe.reader, this.#process.stderr, ...this.#process.channels];
    const closed = Promise.all(
      streams.map(
        (stream) =>
          new Promise<void>((resolve) => {
            if (stream === undefined || stream.closed || stream.readableEnded) resolve();
            else stream.once('end', resolve).once('close', resolve);
          }),
      ),
    );
    const enough = new AbortController();
    await Promise.race([closed, clock.sleep(settleMs, enough.signal)]);
    enough.abort();
    for (const stream of streams) stream?.destroy();
  }

  /** Removes the control group once the kernel has buried the dead; what stays is swept at the next start. */
  async #bury(): Promise<void> {
    const { clock, group } = this.#launch;
    const until = clock.monotonicMs() + settleMs;
    for (let waitMs = 1; group?.remove() === false; waitMs = Math.min(waitMs * 2, 50)) {
      if (clock.monotonicMs() > until) return;
      await clock.sleep(waitMs);
    }
  }

  #judge(signal: string | undefined, outOfMemoryKills: number): SandboxEnd {
    const [first, last] = this.#report.split('\n');
    const [, codeText, leftText] = /^ended ([0-9]+) ([0-9]+)$/.exec(last ?? '') ?? [];
    if (leftText !== undefined) this.#leftovers = Number(leftText);
    const stop = this.#stop;
    if (stop !== undefined) return stop.kind === 'timed-out' ? { ...stop, killed: this.#killed } : stop;
    const limitBytes = this.#launch.limits.memoryBytes;
    const failed = codeText !== '0';
    if (first === 'started' && failed && outOfMemoryKills > 0 && limitBytes !== undefined) {
      return { kind: 'out-of-memory', limitBytes };
    }
    if (first !== 'started') {
      const said = this.#messages.trim();
      throw fault('SBX001', {
        what: 'the sandbox cannot be set up',
        why:
          said === ''
            ? `It ended before the command started (${signal ?? 'no message'}).`
            : `The system says: ${said}`,
      });
    }
    if (codeText === undefined) return { kind: 'signalled', signal: signal ?? 'SIGKILL' };
    const code = Number(codeText);
    const name = code > 128 ? signalName(code - 128) : undefined;
    return name === undefined ? { kind: 'exited', code } : { kind: 'signalled', signal: name };
  }
}
