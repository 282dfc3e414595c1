import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OperationName, operationOf, violations } from './documented-fields.ts';

/** What a command does in the scripted engine. */
export interface Act {
  /** Printed by the command; each piece is a frame. */
  readonly output?: readonly (string | Uint8Array)[];
  /** What the runner tells; default: started and ended with `code`. */
  readonly report?: string;
  readonly code?: number;
  /** Ends only by TERM, or only with the container. */
  readonly until?: 'term' | 'kill';
  /** The stream loses its last bytes. */
  readonly cut?: number;
  /** The connection is torn down after the output, and with it the engine when `gone`. */
  readonly breaks?: 'connection' | 'engine';
  /** The engine never tells the code. */
  readonly forgets?: boolean;
  readonly oomKilled?: boolean;
}

export interface EngineScript {
  readonly flavour?: 'docker' | 'podman';
  readonly act?: (words: readonly string[]) => Act;
  /** Answers an operation with a refusal instead. */
  readonly refuse?: (name: OperationName, id: string) => { status: number; message: string } | undefined;
  /** Lines of a pull's progress; default: a successful one. Called for each pull. */
  /** Lines of a build's progress; one that has an `error` fails. Default: a successful one. */
  readonly build?: (tag: string, context: Buffer) => readonly object[];
  readonly pull?: (name: string) => readonly object[] | Promise<readonly object[]>;
}

export interface SeenRequest {
  readonly name: OperationName;
  readonly id: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: Body;
}

// biome-ignore lint/suspicious/noExplicitAny: the body is checked against the documented fields before it is used
type Body = any;

interface ScriptedContainer {
  readonly body: Body;
  running: boolean;
  oomKilled: boolean;
}
interface ScriptedImage {
  readonly id: string;
  readonly digests: readonly string[];
  readonly labels: object;
  /** Id of the image it was made from. */
  readonly parent?: string;
  /** Whether it has a name. */
  readonly named?: boolean;
}
interface ScriptedExec {
  readonly container: string;
  readonly body: Body;
  running: boolean;
  code: number | null;
  end: (code: number) => void;
}

const frame = (stream: number, bytes: Uint8Array): Buffer => {
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(bytes.byteLength, 4);
  return Buffer.concat([header, bytes]);
};

/**
 * A container engine that runs nothing: a real HTTP server on a unix socket that answers as Docker's API 1.43 and
 * Podman's compatible one do (status codes, chunked progress, streams without a length), and that notes everything
 * in a request which is not documented.
 */
export class ScriptedEngine {
  readonly socketPath: string;
  readonly seen: SeenRequest[] = [];
  readonly violations: string[] = [];
  readonly containers = new Map<string, ScriptedContainer>();
  /** Images by name or id. */
  readonly images = new Map<string, ScriptedImage>();
  readonly #execs = new Map<string, ScriptedExec>();
  readonly #script: EngineScript;
  readonly #folder: string;
  readonly #server: Server;
  #count = 0;

  private constructor(script: EngineScript) {
    this.#script = script;
    this.#folder = mkdtempSync(join(tmpdir(), 'packmill-engine-'));
    this.socketPath = join(this.#folder, 'engine.sock');
    this.#server = createServer((request, answer) => void this.#serve(request, answer));
  }

  static async start(script: EngineScript = {}): Promise<ScriptedEngine> {
    const engine = new ScriptedEngine(script);
    await new Promise<void>((resolve) => engine.#server.listen(engine.socketPath, resolve));
    return engine;
  }

  addImage(name: string, id = `sha256:${this.#id()}`): string {
    this.images.set(name, {
      id,
      digests: [`${name.split(':')[0]}@sha256:${'d'.repeat(64)}`],
      labels: {},
      named: true,
    });
    return id;
  }

  requests(name: OperationName): readonly SeenRequest[] {
    return this.seen.filter((one) => one.name === name);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #id(): string {
    this.#count += 1;
    return this.#count.toString(16).padStart(64, '0');
  }

  async #serve(request: IncomingMessage, answer: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://engine');
    const pieces: Uint8Array[] = [];
    for await (const piece of request) pieces.push(piece as Uint8Array);
    const bytes = Buffer.concat(pieces);
    const text = request.headers['content-type'] === 'application/x-tar' ? '' : bytes.toString('utf8');
    if (url.pathname === '/v4.0.0/libpod/_ping') {
      if (this.#script.flavour === 'podman') answer.end('OK');
      else say(answer, 404, { message: 'page not found' });
      return;
    }
    const path = url.pathname.replace(/^\/v1\.\d+/, '');
    const operation = operationOf(request.method ?? '', path);
    if (operation === undefined) {
      this.violations.push(`${request.method} ${url.pathname} is not documented`);
      say(answer, 404, { message: 'page not found' });
      return;
    }
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    const { name, id } = operation;
    this.violations.push(...violations(name, url.searchParams, body));
    if (name === 'POST /build') {
      this.#build(url.searchParams.get('t') ?? '', bytes, answer);
      return;
    }
    const query = Object.fromEntries(url.searchParams);
    this.seen.push({ name, id, query, body });
    const refusal = this.#script.refuse?.(name, id);
    if (refusal !== undefined) say(answer, refusal.status, { message: refusal.message });
    else await this.#answer({ name, id, query, body }, answer);
  }

  async #answer({ name, id, query, body }: SeenRequest, answer: ServerResponse): Promise<void> {
    switch (name) {
      case 'GET /version':
        return say(answer, 200, this.#version());
      case 'GET /info':
        return say(answer, 200, { SecurityOptions: ['name=seccomp,profile=builtin'] });
      case 'POST /containers/create':
        return this.#create(body, answer);
      case 'POST /containers/{id}/start':
        return this.#withContainer(id, answer, (container) => {
          container.running = true;
          return say(answer, 204);
        });
      case 'GET /containers/{id}/json':
        return this.#withContainer(id, answer, ({ running, oomKilled, body: made }) =>
          say(answer, 200, {
            Id: id,
            State: { Running: running, OOMKilled: oomKilled, ExitCode: 0, Error: '' },
            Config: { Env: ['PATH=/usr/bin', 'FROM_IMAGE=yes'], Labels: made.Labels },
          }),
        );
      case 'GET /containers/{id}/top':
        return this.#withContainer(id, answer, () =>
          say(answer, 200, {
            Titles: ['PID', 'CMD'],
            Processes: [1, 2, 3, 4, 5].map((pid) => [`${pid}`, 'sh']),
          }),
        );
      case 'POST /containers/{id}/kill':
      case 'DELETE /containers/{id}':
        return this.#withContainer(id, answer, () => {
          this.containers.delete(id);
          for (const exec of this.#execs.values()) if (exec.container === id && exec.running) exec.end(137);
          return say(answer, 204);
        });
      case 'POST /containers/{id}/exec':
        return this.#withContainer(id, answer, ({ running }) => {
          if (!running) return say(answer, 409, { message: `container ${id} is not running` });
          const exec = this.#id();
          const nothing = (): void => {};
          this.#execs.set(exec, { container: id, body, running: false, code: null, end: nothing });
          return say(answer, 201, { Id: exec });
        });
      case 'POST /exec/{id}/start':
        return this.#startExec(id, body, answer);
      case 'GET /exec/{id}/json': {
        const exec = this.#execs.get(id);
        if (exec === undefined) return say(answer, 404, { message: `No such exec instance: ${id}` });
        return say(answer, 200, { ID: id, Running: exec.running, ExitCode: exec.code, Pid: 0 });
      }
      default:
        return this.#answerImages({ name, id, query, body }, answer);
    }
  }

  #build(tag: string, context: Buffer, answer: ServerResponse): void {
    const lines = this.#script.build?.(tag, context) ?? [{ stream: 'Successfully built' }];
    if (!lines.some((line) => 'error' in line)) this.addImage(tag);
    answer.writeHead(200, { 'Content-Type': 'application/json' });
    for (const line of lines) answer.write(`${JSON.stringify(line)}\r\n`);
    answer.end();
  }

  async #answerImages({ name, id, query }: SeenRequest, answer: ServerResponse): Promise<void> {
    switch (name) {
      case 'POST /commit': {
        const made = this.containers.get(query['container'] ?? '');
        const image = `sha256:${this.#id()}`;
        const named = query['repo'] !== undefined;
        const labels = made?.body.Labels ?? {};
        this.images.set(image, { id: image, digests: [], labels, parent: made?.body.Image, named });
        return say(answer, 201, { Id: this.#script.flavour === 'podman' ? image.slice(7) : image });
      }
      case 'POST /images/create': {
        const lines = await (this.#script.pull?.(`${query['fromImage']}:${query['tag']}`) ?? [
          { status: `Pulling from ${query['fromImage']}`, id: query['tag'] },
          { status: 'Downloading', progressDetail: { current: 1, total: 2 }, id: 'a1' },
          { status: 'Status: Downloaded newer image' },
        ]);
        answer.writeHead(200, { 'Content-Type': 'application/json' });
        for (const line of lines) answer.write(`${JSON.stringify(line)}\r\n`);
        answer.end();
        return;
      }
      case 'GET /images/{id}/json': {
        const image = [...this.images].find(([key, one]) => key === id || one.id === id)?.[1];
        if (image === undefined) return say(answer, 404, { message: `No such image: ${id}` });
        return say(answer, 200, { Id: image.id, RepoDigests: image.digests });
      }
      case 'GET /containers/json':
        return say(
          answer,
          200,
          labelled(
            query,
            [...this.containers].map(([Id, { body }]) => ({ Id, Labels: body.Labels })),
          ),
        );
      case 'GET /images/json':
        return say(
          answer,
          200,
          labelled(
            query,
            [...this.images.values()].map((one) => ({ Id: one.id, Labels: one.labels })),
          ),
        );
      case 'DELETE /images/{id}':
        if (!this.images.has(id)) return say(answer, 404, { message: `No such image: ${id}` });
        this.#removeImage(id);
        return say(answer, 200, [{ Deleted: id }]);
      default:
        return say(answer, 501, { message: 'not scripted' });
    }
  }

  /** Takes parents along that have neither a name nor another child. */
  #removeImage(id: string): void {
    const parent = this.images.get(this.images.get(id)?.parent ?? '');
    this.images.delete(id);
    const isNeeded = parent?.named || [...this.images.values()].some((one) => one.parent === parent?.id);
    if (parent !== undefined && !isNeeded) this.#removeImage(parent.id);
  }

  #version(): object {
    const podman = this.#script.flavour === 'podman';
    return podman
      ? {
          Version: '4.3.1',
          ApiVersion: '1.41',
          MinAPIVersion: '1.24',
          Components: [{ Name: 'Podman Engine' }],
        }
      : { Version: '24.0.7', ApiVersion: '1.43', MinAPIVersion: '1.12', Components: [{ Name: 'Engine' }] };
  }

  #create(body: Body, answer: ServerResponse): undefined {
    const known = [...this.images].some(([name, { id }]) => name === body.Image || id === body.Image);
    if (!known) return say(answer, 404, { message: `No such image: ${body.Image}` });
    const id = this.#id();
    this.containers.set(id, { body, running: false, oomKilled: false });
    return say(answer, 201, { Id: id, Warnings: [] });
  }

  #withContainer(
    id: string,
    answer: ServerResponse,
    use: (container: ScriptedContainer) => undefined,
  ): undefined {
    const container = this.containers.get(id);
    if (container === undefined) return say(answer, 404, { message: `No such container: ${id}` });
    return use(container);
  }

  #startExec(id: string, body: Body, answer: ServerResponse): undefined {
    const exec = this.#execs.get(id);
    if (exec === undefined) return say(answer, 404, { message: `No such exec instance: ${id}` });
    if (body.Detach === true) {
      for (const other of this.#execs.values()) {
        if (other.container === exec.container && other.running && isTermable(other)) other.end(143);
      }
      exec.code = 0;
      return say(answer, 200);
    }
    const [, , , name, ...words] = exec.body.Cmd as readonly string[];
    const act = name === 'packmill-run' ? (this.#script.act?.(words) ?? {}) : { report: '', ...scriptAct };
    this.#play(exec, act, answer);
    return undefined;
  }

  /** The stream has neither length nor chunks: it ends with the connection, as a hijacked one does. */
  #play(exec: ScriptedExec, act: Act, answer: ServerResponse): void {
    const socket = answer.socket;
    if (socket === null) return;
    const tty = exec.body.Tty === true;
    const modern = this.#script.flavour !== 'podman' && !tty;
    socket.write(
      `HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.${modern ? 'multiplexed' : 'raw'}-stream\r\n\r\n`,
    );
    const write = (stream: number, bytes: string | Uint8Array, cut = 0): void => {
      if (tty && stream === 2) return;
      const buffer = Buffer.from(bytes);
      const whole = tty ? buffer : frame(stream, buffer);
      socket.write(whole.subarray(0, whole.byteLength - cut));
    };
    exec.running = true;
    Object.assign(exec, { until: act.until });
    const report = act.report ?? 'started\n';
    if (report !== '') write(2, act.report === undefined ? 'started\n' : report);
    for (const piece of act.output ?? []) write(1, piece);
    exec.end = (code) => {
      exec.running = act.forgets === true;
      exec.code = act.forgets === true ? null : code;
      const container = this.containers.get(exec.container);
      if (container !== undefined) container.oomKilled = act.oomKilled ?? false;
      if (act.cut !== undefined) write(1, 'the last words', act.cut);
      else if (act.report === undefined && code !== 137) write(2, `ended ${code} 0 0 4096\n`);
      socket.end();
    };
    if (act.breaks === 'engine') {
      this.#server.close();
      this.#server.closeAllConnections();
    } else if (act.breaks === 'connection') socket.destroy();
    else if (act.until === undefined) exec.end(act.code ?? 0);
  }
}

const scriptAct: Act = { report: '', code: 0 };
const isTermable = (exec: object): boolean => (exec as { until?: string }).until === 'term';

function labelled(query: SeenRequest['query'], all: readonly { Id: string; Labels: object }[]): object {
  const [wanted = ''] = (JSON.parse(query['filters'] ?? '{}') as { label?: string[] }).label ?? [];
  return all.filter(({ Labels }) =>
    Object.entries(Labels).some(([name, text]) => `${name}=${text}` === wanted),
  );
}

function say(answer: ServerResponse, status: number, value?: object): undefined {
  answer.writeHead(status, { 'Content-Type': 'application/json' });
  answer.end(value === undefined ? undefined : JSON.stringify(value));
  return undefined;
}
