import { fault, messageOf } from '../diagnostics/index.ts';

interface Listens {
  listen(where: { readonly host: string; readonly port: number }): Promise<string>;
  addresses(): readonly (string | { readonly port: number })[];
}

/** Begins to listen; returns the port, which differs from a wish of 0. Throws HTP011. */
export async function listenAt(
  server: Listens,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<number> {
  try {
    await server.listen({ host, port });
  } catch (error) {
    const why = `The system says: ${messageOf(error)}.`;
    throw fault('HTP011', { what: `cannot listen on '${host}'`, why, cause: error });
  }
  const [address] = server.addresses();
  return typeof address === 'object' ? address.port : port;
}

/** The address of a server for people. */
export const urlOf = (host: string, port: number): string =>
  `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
