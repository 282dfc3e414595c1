import type { ProblemError } from '../diagnostics/index.ts';
import type { StartedProcess } from '../host/index.ts';
import type { CheckoutProgram } from './checkout-program.ts';

/** An object of a repository; `bytes` are empty where only facts were asked for. */
export interface GitObject {
  /** The whole id. */
  readonly id: string;
  readonly kind: 'commit' | 'tree' | 'blob' | 'tag';
  /** Bytes of the content. */
  readonly size: number;
  readonly bytes: Buffer;
}

type Answers = readonly (GitObject | undefined)[];

/** Questions that were sent together and what was answered so far. */
interface Batch {
  readonly command: 'contents' | 'info';
  readonly count: number;
  readonly answers: (GitObject | undefined)[];
  readonly resolve: (answers: Answers) => void;
  readonly reject: (error: ProblemError) => void;
}

/** An object whose bytes are still coming. */
interface Body {
  readonly object: GitObject;
  readonly bytes: Buffer;
  filled: number;
}

const header = /^([0-9a-f]{40,64}) (commit|tree|blob|tag) (\d+)$/;
const nothing = Buffer.alloc(0);

/**
 * Objects of a repository through one long-lived `git cat-file --batch-command`, started at the first question.
 * Questions of several callers are answered in their order. Sees objects and refs that came later.
 */
export class ObjectReader {
  readonly #git: CheckoutProgram;
  #process: Promise<StartedProcess> | undefined;
  #gone: Promise<void> | undefined;
  #waiting: Batch[] = [];
  #line = '';
  #stderr = '';
  #body: Body | undefined;

  constructor(git: CheckoutProgram) {
    this.#git = git;
  }

  /** Objects by id or by any name that git knows, in the order of the names; undefined for what is not there. */
  read(names: readonly string[]): Promise<Answers> {
    return this.#ask('contents', names);
  }

  /** The same without their bytes. */
  facts(names: readonly string[]): Promise<Answers> {
    return this.#ask('info', names);
  }

  /** Ends the process; a later question would start another one. */
  async close(): Promise<void> {
    const process = await this.#process?.catch(() => undefined);
    process?.stdin?.end();
    if (process) await this.#gone;
  }

  async #ask(command: Batch['command'], names: readonly string[]): Promise<Answers> {
    const askable = names.filter(isAskable);
    if (askable.length === 0) return names.map(() => undefined);
    this.#process ??= this.#start();
    const process = await this.#process;
    const answers = await new Promise<Answers>((resolve, reject) => {
      this.#waiting.push({ command, count: askable.length, answers: [], resolve, reject });
      process.stdin?.write(`${askable.map((name) => `${command} ${name}\n`).join('')}flush\n`);
    });
    if (askable.length === names.length) return answers;
    let next = 0;
    return names.map((name) => (isAskable(name) ? answers[next++] : undefined));
  }

  async #start(): Promise<StartedProcess> {
    const process = await this.#git.start(['cat-file', '--batch-command', '--buffer']);
    process.stdout?.on('data', (piece: Buffer) => this.#feed(piece));
    process.stderr?.on('data', (piece: Buffer) => {
      this.#stderr = (this.#stderr + piece.toString()).slice(-4_000);
    });
    // the end of both streams too: what it printed last explains why it ended
    const streams = [process.stdout, process.stderr].map(
      (stream) => new Promise<void>((resolve) => (stream ? stream.once('close', resolve) : resolve())),
    );
    this.#gone = Promise.all([process.ended, ...streams]).then(() => this.#lose());
    return process;
  }

  #lose(): void {
    const lost = this.#waiting;
    const stderr = this.#stderr;
    this.#process = undefined;
    this.#waiting = [];
    this.#line = '';
    this.#stderr = '';
    this.#body = undefined;
    for (const batch of lost) batch.reject(this.#git.trouble({ stderr, why: 'ended' }));
  }

  #feed(piece: Buffer): void {
    let at = 0;
    while (at < piece.length) {
      if (this.#body) at = this.#fill(this.#body, piece, at);
      else {
        const end = piece.indexOf(10, at);
        this.#line += piece.toString('latin1', at, end < 0 ? piece.length : end);
        if (end < 0) return;
        at = end + 1;
        this.#begin(this.#line);
        this.#line = '';
      }
    }
  }

  /** Takes the line that precedes each content; a name without an object has nothing but such a line. */
  #begin(line: string): void {
    const [, id = '', kind = '', digits = ''] = header.exec(line) ?? [];
    const size = Number(digits);
    const object = { id, kind: kind as GitObject['kind'], size, bytes: nothing };
    if (id === '') this.#answer(undefined);
    else if (this.#waiting[0]?.command === 'info') this.#answer(object);
    else {
      // one more for the line feed that ends it
      const bytes = Buffer.allocUnsafe(size + 1);
      this.#body = { object: { ...object, bytes: bytes.subarray(0, size) }, bytes, filled: 0 };
    }
  }

  #fill(body: Body, piece: Buffer, at: number): number {
    const copied = piece.copy(body.bytes, body.filled, at);
    body.filled += copied;
    if (body.filled === body.bytes.length) {
      this.#body = undefined;
      this.#answer(body.object);
    }
    return at + copied;
  }

  #answer(object: GitObject | undefined): void {
    const batch = this.#waiting[0];
    if (!batch) return;
    batch.answers.push(object);
    if (batch.answers.length < batch.count) return;
    this.#waiting.shift();
    batch.resolve(batch.answers);
  }
}

/** A line feed would be a second question; no name of an object has one. */
const isAskable = (name: string): boolean => name !== '' && !name.includes('\n');
