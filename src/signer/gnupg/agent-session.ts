import { fault } from '../../diagnostics/index.ts';
import { type StartedProcess, startProcess } from '../../host/index.ts';
import { gnupgEnvironment } from './gnupg-program.ts';
import { numbersOfSignature, sha256Algorithm } from './signature-packet.ts';

/** Undoes the percent escapes of a data line (Assuan protocol, "Server responses"). */
function unescapeData(line: Buffer): Buffer {
  const out = Buffer.alloc(line.byteLength);
  let length = 0;
  for (let at = 0; at < line.byteLength; at += 1) {
    let byte = line[at] ?? 0;
    if (byte === 0x25) {
      byte = Number.parseInt(line.toString('latin1', at + 1, at + 3), 16);
      at += 2;
    }
    out[length] = byte;
    length += 1;
  }
  return out.subarray(0, length);
}

interface Waiting {
  readonly pieces: Buffer[];
  readonly resolve: (data: Buffer) => void;
  readonly reject: (error: Error) => void;
}

/**
 * One gpg-agent that speaks over our pipe (`gpg-agent --server`): no socket, so the depth of the farm's path does
 * not matter, and it ends with us, also when we are killed.
 */
export class AgentSession {
  readonly #process: StartedProcess;
  readonly #waiting: Waiting[] = [];
  #rest: Buffer = Buffer.alloc(0);
  #queue: Promise<unknown> = Promise.resolve();

  private constructor(agent: StartedProcess) {
    this.#process = agent;
    agent.stdout?.on('data', (piece: Buffer) => this.#read(piece));
    void agent.ended.then(({ code, signal }) => {
      const what = `'gpg-agent' ended early (${signal ?? `exit ${code}`})`;
      for (const waiting of this.#waiting.splice(0)) waiting.reject(fault('PUB021', { what }));
    });
  }

  /** Starts an agent for a GnuPG home. Throws SYS001 or SYS002 when it cannot be started, PUB021 when it refuses. */
  static async start(home: string): Promise<AgentSession> {
    const agent = await startProcess('gpg-agent', ['--homedir', home, '--server'], {
      stdin: 'pipe',
      stdout: 'pipe',
      stderr: 'ignore',
      env: gnupgEnvironment(home),
    });
    const session = new AgentSession(agent);
    // The greeting is an answer to no question.
    await session.#expect();
    return session;
  }

  #expect(): Promise<Buffer> {
    return new Promise((resolve, reject) => this.#waiting.push({ pieces: [], resolve, reject }));
  }

  #read(piece: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, piece]);
    for (let end = this.#rest.indexOf(10); end >= 0; end = this.#rest.indexOf(10)) {
      const line = this.#rest.subarray(0, end);
      this.#rest = this.#rest.subarray(end + 1);
      this.#line(line);
    }
  }

  #line(line: Buffer): void {
    const waiting = this.#waiting[0];
    const word = line.toString('latin1').split(' ', 1)[0];
    if (!waiting) return;
    if (word === 'D') {
      waiting.pieces.push(unescapeData(line.subarray(2)));
    } else if (word === 'OK') {
      this.#waiting.shift();
      waiting.resolve(Buffer.concat(waiting.pieces));
    } else if (word === 'ERR') {
      this.#waiting.shift();
      waiting.reject(fault('PUB021', { what: `'gpg-agent' refuses: ${line.toString('utf8').slice(4)}` }));
    } else if (word === 'INQUIRE') {
      // We never have an answer; it would be asked for a passphrase or a card.
      this.#process.stdin?.write('CAN\n');
    }
  }

  #ask(command: string): Promise<Buffer> {
    const answer = this.#expect();
    this.#process.stdin?.write(`${command}\n`);
    return answer;
  }

  /**
   * Signs a SHA-256 hash with the key of a keygrip and returns the numbers of the signature, big-endian.
   * Throws PUB021 when the agent refuses (no such key, a passphrase is needed).
   */
  sign(keygrip: string, hash: Uint8Array): Promise<readonly Uint8Array[]> {
    const next = this.#queue.then(async () => {
      await this.#ask(`SIGKEY ${keygrip}`);
      await this.#ask(`SETHASH ${sha256Algorithm} ${Buffer.from(hash).toString('hex').toUpperCase()}`);
      const expression = await this.#ask('PKSIGN');
      const numbers = numbersOfSignature(expression);
      if (!numbers)
        throw fault('PUB021', { what: "'gpg-agent' answers with no signature that is known here" });
      return numbers;
    });
    this.#queue = next.catch(() => {});
    return next;
  }

  /** Ends the agent and waits for it. */
  async close(): Promise<void> {
    this.#process.stdin?.end();
    this.#process.kill('SIGTERM');
    await this.#process.ended;
  }
}
