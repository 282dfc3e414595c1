import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';

/** An OpenID provider that takes everybody at their word; who is called by a name in `operators` is in the group of them. */
export interface OpenidServer {
  readonly issuer: string;
  /** Signs in as a browser would and agrees to everything; returns the query that the client is sent back with. */
  signIn(address: string, name: string): Promise<string>;
  close(): Promise<void>;
}

const listening = (server: Server): Promise<number> =>
  new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
  );

/** Follows redirections with cookies until one leads to the client. */
class Browser {
  readonly #cookies = new Map<string, string>();

  async ask(url: string, form?: Readonly<Record<string, string>>): Promise<Response> {
    const answer = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: [...this.#cookies].map((pair) => pair.join('=')).join('; ') },
      ...(form ? { method: 'POST', body: new URLSearchParams(form) } : {}),
    });
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      this.#cookies.set(name, value);
    }
    return answer;
  }
}

/** Starts one for a client that is sent back to `redirect`. */
export async function startOpenidServer(client: {
  readonly redirect: string;
  readonly secret?: string;
  readonly operators: readonly string[];
}): Promise<OpenidServer> {
  const server = createServer();
  const issuer = `http://127.0.0.1:${await listening(server)}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'packmill',
        redirect_uris: [client.redirect],
        ...(client.secret === undefined
          ? { token_endpoint_auth_method: 'none' as const }
          : {
              client_secret: client.secret,
              token_endpoint_auth_method: 'client_secret_post' as const,
            }),
      },
    ],
    claims: { openid: ['sub'], profile: ['preferred_username', 'groups'], email: ['email'] },
    findAccount: (_, name) => ({
      accountId: name,
      claims: () => ({
        sub: name,
        preferred_username: name,
        groups: client.operators.includes(name) ? ['staff', 'farm-operators'] : ['staff'],
      }),
    }),
    cookies: { keys: ['only for tests'] },
    ttl: { Interaction: 600, Session: 600, Grant: 600, AccessToken: 600, IdToken: 600 },
  });
  server.on('request', provider.callback());
  return {
    issuer,
    signIn: async (address, name) => {
      const browser = new Browser();
      let answer = await browser.ask(address);
      for (let step = 0; step < 12; step += 1) {
        const next = answer.headers.get('location');
        if (next?.startsWith(client.redirect)) return new URL(next).search;
        if (next === null) {
          const page = await answer.text();
          const [, prompt = ''] = /name="prompt" value="(\w+)"/.exec(page) ?? [];
          const [, action = ''] = /action="([^"]+)"/.exec(page) ?? [];
          if (action === '') throw new Error(`the provider answers ${answer.status}: ${page.slice(0, 500)}`);
          answer = await browser.ask(new URL(action, issuer).href, { prompt, login: name, password: 'any' });
        } else answer = await browser.ask(new URL(next, issuer).href);
      }
      throw new Error('the provider sends the browser in circles');
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
