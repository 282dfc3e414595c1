import { connect, createServer } from 'node:net';

/** A TCP port of the loopback that nobody listens on at this moment. */
export function freeTcpPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

/**
 * What is behind a TCP port: `answers` with these bytes; `closes` the connection without a word; says nothing within
 * the time (`silent`); or nobody listens (`refused`).
 */
export type TcpAnswer =
  | { readonly kind: 'answers'; readonly bytes: Uint8Array }
  | { readonly kind: 'closes' | 'silent' | 'refused' };

/** Connects to a port of this machine, says `text` and waits up to `withinMs` for the first bytes. Never rejects. */
export function askTcpPort(port: number, text: string, withinMs: number): Promise<TcpAnswer> {
  return new Promise((resolve) => {
    let connected = false;
    const socket = connect(port, '127.0.0.1');
    const end = (answer: TcpAnswer): void => {
      clearTimeout(timer);
      resolve(answer);
      socket.destroy();
    };
    const timer = setTimeout(() => end({ kind: 'silent' }), withinMs);
    socket.once('connect', () => {
      connected = true;
      socket.write(text);
    });
    socket.once('data', (bytes) => end({ kind: 'answers', bytes }));
    socket.on('error', () => {});
    socket.once('close', () => end({ kind: connected ? 'closes' : 'refused' }));
  });
}
