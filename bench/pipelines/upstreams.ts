// What a regular run asks, on this machine: the AUR, GitLab, package databases, and git servers that speak protocol v2.
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { printDesc, writeDatabase } from '../../src/formats/pacman/index.ts';
import { xzCodec } from '../../src/host/index.ts';

/** As many packages as the AUR has, so that its list has the length that it has. */
const inAur = 100_000;
/** As many entries as the databases of a distribution have that are watched beside the target's. */
const inDistribution = 11_500;

interface Served {
  readonly bytes: Uint8Array;
  readonly etag: string;
}

/** Servers of others. Each git host is a server of its own, as budgets are per host. */
export class Upstreams {
  /** Seconds of the last change in the AUR, by pkgbase, as a real one would tell them. */
  readonly aur = new Map<string, number>();
  /** Newest tag by number of a GitLab project. */
  readonly tags = new Map<string, string>();
  /** Git repositories, by path, that have a newer commit than before. */
  readonly moved = new Set<string>();
  /** Requests by server since the last `forget`. */
  readonly asked = new Map<string, number>();
  readonly #files = new Map<string, Served>();
  readonly #servers: Server[] = [];
  readonly #urls: string[] = [];

  static async open(gitHosts: number): Promise<Upstreams> {
    const upstreams = new Upstreams();
    for (let at = 0; at <= gitHosts; at += 1) await upstreams.#listen();
    return upstreams;
  }

  /** Where everything is but git repositories. */
  get url(): string {
    return this.#urls[0] ?? '';
  }

  /** Address of a git repository, always the same for a path. */
  gitUrl(path: string): string {
    const owner = path.split('/').slice(0, 2).join('/');
    const number = Number.parseInt(createHash('sha1').update(owner).digest('hex').slice(0, 6), 16);
    return `${this.#urls[1 + (number % (this.#urls.length - 1))]}/${path}`;
  }

  /** Commit that a repository answers with. */
  commitOf(path: string, ref: string): string {
    const text = `${path} ${ref} ${this.moved.has(path) ? 'newer' : ''}`;
    return createHash('sha1').update(text).digest('hex');
  }

  forget(): void {
    this.asked.clear();
  }

  /** Serves the AUR's list as it is now. */
  publishAur(): void {
    const entries: object[] = [];
    for (const [name, modified] of this.aur) entries.push(aurEntry(name, modified, entries.length));
    for (let n = entries.length; n < inAur; n += 1)
      entries.push(aurEntry(`other-${n}`, 1_600_000_000 + n, n));
    this.#serve('/packages-meta-ext-v1.json.gz', gzipSync(JSON.stringify(entries), { level: 3 }));
  }

  /** Serves a database; rows are pkgbase and version. Returns its address. */
  publishDatabase(name: string, rows: Iterable<readonly [string, string]>): string {
    const entries = [...rows].map(([base, version]) => ({
      name: base,
      version,
      desc: descOf(base, version),
    }));
    const bytes = writeDatabase(entries, { kind: 'db', compression: 'gzip', codecs: { xz: xzCodec } });
    this.#serve(`/db/${name}`, bytes);
    return `${this.url}/db/${name}`;
  }

  /** Serves the database of a distribution that has these versions among many others. */
  publishDistribution(libraries: ReadonlyMap<string, string>): string {
    const others = Array.from({ length: inDistribution }, (_, n) => [`official-${n}`, `${n}.1-1`] as const);
    return this.publishDatabase('extra.db', [...libraries, ...others]);
  }

  async close(): Promise<void> {
    for (const server of this.#servers) {
      server.close();
      server.closeAllConnections();
    }
  }

  #serve(path: string, bytes: Uint8Array): void {
    this.#files.set(path, { bytes, etag: `"${createHash('sha1').update(bytes).digest('hex')}"` });
  }

  async #listen(): Promise<void> {
    const server = createServer((request, response) => {
      const host = request.headers.host ?? '';
      this.asked.set(host, (this.asked.get(host) ?? 0) + 1);
      this.#answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.#servers.push(server);
    this.#urls.push(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const served = this.#files.get(pathname);
    const project = /^\/api\/v4\/projects\/(\d+)\/repository\/tags$/.exec(pathname)?.[1];
    if (served) {
      const { bytes, etag } = served;
      if (request.headers['if-none-match'] === etag) response.writeHead(304, { etag }).end();
      else response.writeHead(200, { etag }).end(bytes);
    } else if (pathname.endsWith('/git-upload-pack')) this.#answerGit(pathname, request, response);
    else if (project !== undefined) this.#answerTags(project, response);
    else response.writeHead(404).end();
  }

  #answerTags(project: string, response: ServerResponse): void {
    const name = this.tags.get(project) ?? '1.0';
    const commit = {
      web_url: `${this.url}/group/project-${project}/-/commit/${this.commitOf(project, name)}`,
    };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify([{ name, commit }]));
  }

  /** `ls-refs` of gitprotocol-v2(5): every ref that is asked for is there. */
  #answerGit(pathname: string, request: IncomingMessage, response: ServerResponse): void {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const path = pathname.slice(1, -'/git-upload-pack'.length);
      const refs = [
        ...Buffer.concat(pieces)
          .toString()
          .matchAll(/ref-prefix (\S+)/g),
      ].map(([, ref = '']) => ref);
      const rows = refs.map((ref) => {
        const row = `${this.commitOf(path, ref)} ${ref}\n`;
        return (row.length + 4).toString(16).padStart(4, '0') + row;
      });
      response.writeHead(200, { 'content-type': 'application/x-git-upload-pack-result' });
      response.end(`${rows.join('')}0000`);
    });
  }
}

/** All that the AUR tells of a package, in the usual lengths. */
function aurEntry(name: string, modified: number, id: number): object {
  return {
    ...{ ID: id, Name: name, PackageBaseID: id, PackageBase: name, Version: `1.${id}-1` },
    Description: 'One of many recipes, with a description of the usual length',
    ...{ URL: `https://example.org/${name}`, NumVotes: id % 50, Popularity: 0.01, OutOfDate: null },
    ...{ Maintainer: `somebody-${id % 9000}`, Submitter: 'somebody', FirstSubmitted: 1_500_000_000 },
    ...{ LastModified: modified, URLPath: `/cgit/aur.git/snapshot/${name}.tar.gz` },
    Depends: ['glibc', 'gcc-libs', 'hicolor-icon-theme', 'qt6-base'],
    ...{ MakeDepends: ['cmake', 'git', 'ninja'], License: ['GPL-3.0-or-later'], Keywords: [] },
  };
}

function descOf(name: string, version: string): string {
  // signatures do not get smaller when they are packed
  const noise = Array.from({ length: 9 }, (_, n) =>
    createHash('sha512').update(`${name} ${version} ${n}`).digest('base64'),
  );
  return printDesc(
    new Map([
      ['FILENAME', [`${name}-${version}-x86_64.pkg.tar.zst`]],
      ['NAME', [name]],
      ['BASE', [name]],
      ['VERSION', [version]],
      ['DESC', ['One of many packages, with a description of the usual length']],
      ['CSIZE', ['123456']],
      ['ISIZE', ['654321']],
      ['SHA256SUM', [createHash('sha256').update(name).digest('hex')]],
      ['PGPSIG', [noise.join('').slice(0, 752)]],
      ['URL', [`https://example.org/${name}`]],
      ['LICENSE', ['GPL-3.0-or-later']],
      ['ARCH', ['x86_64']],
      ['BUILDDATE', ['1700000000']],
      ['PACKAGER', ['Somebody <somebody@example.org>']],
      ['DEPENDS', ['glibc', 'gcc-libs', 'hicolor-icon-theme', 'qt6-base', 'libx11']],
    ]),
  );
}
