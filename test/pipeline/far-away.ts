// One server for all that is far away: the AUR's list and RPC, package databases, and whatever a test wants.
import { gzipSync } from 'node:zlib';
import { printDesc, writeDatabase } from '../../src/formats/pacman/index.ts';
import { xzCodec } from '../../src/host/index.ts';
import { type Answer, type FarServer, farServer, sendJson } from '../fetcher/far-server.ts';

export interface AurEntry {
  readonly modified: number;
  readonly maintainer?: string | null;
  readonly coMaintainers?: readonly string[];
  readonly names?: readonly string[];
}

export class FarAway {
  readonly aur = new Map<string, AurEntry>();
  /** Answers by path without its query, in front of everything else. */
  readonly answers = new Map<string, Answer>();
  /** `NAME.db` by its file name. */
  readonly databases = new Map<string, Uint8Array>();
  #server: FarServer | undefined;

  async listen(): Promise<void> {
    this.#server = await farServer((request, response, index) => this.#answer(request, response, index));
  }

  async closeServer(): Promise<void> {
    await this.#server?.close();
  }

  get url(): string {
    return this.#server?.url ?? '';
  }

  /** `METHOD PATH` of every request. */
  get heard(): readonly string[] {
    return this.#server?.heard ?? [];
  }

  /** Puts a database where it is served; rows are `pkgbase:version`. Returns its address. */
  publish(
    name: string,
    rows: readonly string[],
    fields: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {},
  ): string {
    const entries = rows.map((row) => {
      const base = row.slice(0, row.indexOf(':'));
      const version = row.slice(row.indexOf(':') + 1);
      const own = Object.entries(fields[base] ?? {}).map(([key, values]) => [key, [...values]] as const);
      const desc = printDesc(new Map([['NAME', [base]], ['BASE', [base]], ['VERSION', [version]], ...own]));
      return { name: base, version, desc };
    });
    const bytes = writeDatabase(entries, { kind: 'db', compression: 'gzip', codecs: { xz: xzCodec } });
    this.databases.set(name, bytes);
    return `${this.url}/db/${name}`;
  }

  #answer: Answer = (request, response, index) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const own = this.answers.get(url.pathname);
    if (own) return own(request, response, index);
    if (url.pathname === '/packages-meta-ext-v1.json.gz') {
      return void response.writeHead(200).end(gzipSync(JSON.stringify(this.#entries(undefined))));
    }
    if (url.pathname === '/rpc/v5/info') {
      return sendJson(response, {
        type: 'multiinfo',
        results: this.#entries(url.searchParams.getAll('arg[]')),
      });
    }
    const database = /^\/db\/(.+)$/.exec(url.pathname)?.[1];
    const bytes = database === undefined ? undefined : this.databases.get(database);
    if (bytes) return void response.writeHead(200).end(bytes);
    response.writeHead(404).end();
  };

  #entries(asked: readonly string[] | undefined): readonly object[] {
    return [...this.aur].flatMap(
      ([base, { modified, maintainer = 'someone', coMaintainers = [], names = [base] }]) =>
        names
          .filter((name) => !asked || asked.includes(name))
          .map((name) => ({
            Name: name,
            PackageBase: base,
            LastModified: modified,
            Maintainer: maintainer,
            CoMaintainers: coMaintainers,
          })),
    );
  }
}
