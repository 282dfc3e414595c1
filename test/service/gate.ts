import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';

/** A build that stands at the gate. */
export interface Visitor {
  /** `name version`, as its recipe says. */
  readonly text: string;
  /** Lets it build on to its end. */
  go(): void;
  /** Makes it fail. */
  fail(): void;
  /** Resolves when the build is gone, on whichever way. */
  readonly gone: Promise<void>;
}

/**
 * Holds builds: a recipe with `gated` lines knocks here and goes on when the test says so. Tests know by that who
 * builds at one moment, without a clock.
 */
export class Gate {
  readonly #server: Server;
  readonly #arrived = new Map<string, Visitor[]>();
  readonly #waiting = new Map<string, ((visitor: Visitor) => void)[]>();
  readonly #sockets = new Set<Socket>();
  readonly #present = new Set<Visitor>();
  #isOpen = false;

  private constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket) => this.#welcome(socket));
  }

  static async open(): Promise<Gate> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Gate(server);
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address ? address.port : 0;
  }

  /** Names of the builds that stand here now, sorted. */
  get present(): readonly string[] {
    return [...this.#present].map(nameOf).sort();
  }

  /** The next build of a package that comes to the gate; each is given out once. */
  arrival(name: string): Promise<Visitor> {
    const here = this.#arrived.get(name)?.shift();
    if (here) return Promise.resolve(here);
    return new Promise((resolve) => {
      this.#waiting.set(name, [...(this.#waiting.get(name) ?? []), resolve]);
    });
  }

  /** Lets everybody pass, from now on. */
  openWide(): void {
    this.#isOpen = true;
    this.#arrived.clear();
    for (const visitor of this.#present) visitor.go();
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #welcome(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => {});
    const { promise: gone, resolve } = Promise.withResolvers<void>();
    let text = '';
    socket.once('close', () => {
      this.#sockets.delete(socket);
      if (visitor) this.#present.delete(visitor);
      resolve();
    });
    let visitor: Visitor | undefined;
    socket.setEncoding('utf8').on('data', (piece) => {
      text += String(piece);
      if (visitor || !text.includes('\n')) return;
      visitor = {
        text: text.trim(),
        gone,
        go: () => void socket.end('go\n'),
        fail: () => void socket.end('fail\n'),
      };
      this.#receive(visitor);
    });
  }

  #receive(visitor: Visitor): void {
    const name = nameOf(visitor);
    this.#present.add(visitor);
    if (this.#isOpen) visitor.go();
    const waiting = this.#waiting.get(name)?.shift();
    if (waiting) waiting(visitor);
    else if (!this.#isOpen) this.#arrived.set(name, [...(this.#arrived.get(name) ?? []), visitor]);
  }

  /** Lines of a PKGBUILD whose build stops at this gate; it says so before anybody hears of it, and may then be ended. */
  get lines(): string {
    return `build() {
  exec 9<>/dev/tcp/127.0.0.1/${this.port}
  echo "$pkgbase stands at the gate"
  echo "$pkgbase $pkgver" >&9
  read -r word <&9
  echo "the gate says $word"
  [ "$word" = go ]
}`;
  }
}

const nameOf = ({ text }: Visitor): string => text.split(' ')[0] ?? '';
