import { connect, createServer, type Socket } from 'node:net';

const maxLineLength = 64 * 1024 * 1024;

/** Lines that come in over a connection, cut where they end. One that does not end within 64 Mi signs ends the connection. */
function onLines(socket: Socket, take: (line: string) => void): void {
  // pieces of a line, joined once: a long one comes in many
  let begun: string[] = [];
  let length = 0;
  socket.setEncoding('utf8');
  socket.on('data', (text: string) => {
    const [end = '', ...more] = text.split('\n');
    begun.push(end);
    length += end.length;
    const next = more.pop();
    if (next !== undefined) {
      take(begun.join(''));
      for (const line of more) take(line);
      begun = [next];
      length = next.length;
    }
    if (length > maxLineLength) socket.destroy();
  });
}

export interface LineServer {
  /** Stops listening and ends all connections. */
  close(): Promise<void>;
}

/**
 * Serves a unix socket: each line that comes is answered by one, in any order. `answer` must not reject. Rejects with the
 * system's error (`EADDRINUSE` when a file of that name is there).
 */
export function serveLines(path: string, answer: (line: string) => Promise<string>): Promise<LineServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    onLines(socket, (line) => {
      void answer(line).then((text) => {
        if (!socket.destroyed) socket.write(`${text}\n`);
      });
    });
  });
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      for (const socket of sockets) socket.destroy();
      server.close(() => resolve());
    });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => resolve({ close }));
  });
}

export interface LineConnection {
  send(line: string): void;
  close(): void;
}

/** Connects to a unix socket. `onEnd` is called once, when the other side is gone. Rejects with the system's error. */
export function connectLines(
  path: string,
  on: { readonly line: (line: string) => void; readonly end: () => void },
): Promise<LineConnection> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => on.end());
      onLines(socket, on.line);
      resolve({ send: (line) => void socket.write(`${line}\n`), close: () => socket.destroy() });
    });
  });
}
