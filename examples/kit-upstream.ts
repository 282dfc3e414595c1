// The upstream of examples/kit: lists of releases, and tarballs that are the same whenever they are asked for.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { encodeTarEntry, tarEnd } from '../src/formats/archives/index.ts';

/** A server on this machine with the releases of some projects. */
export class KitUpstream {
  /** Paths in the order in which they were asked for. */
  readonly asked: string[] = [];
  readonly #server: Server;
  readonly #releases = new Map<string, string[]>([
    ['inkwell', ['1.0', '1.9', '1.10']],
    ['nib', ['3.0', '3.1']],
    ['libquill', ['1.9', '2.0']],
  ]);

  constructor() {
    this.#server = createServer((request, response) => {
      const path = request.url ?? '/';
      this.asked.push(path);
      const found = this.#answer(path);
      if (!found) response.writeHead(404).end('nothing here\n');
      else response.writeHead(200, { 'content-type': found.type }).end(found.body);
    });
  }

  /** Begins to listen on a port of this machine; returns the address. */
  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  /** The project has a new release from now on. */
  release(project: string, version: string): void {
    this.#releases.get(project)?.push(version);
  }

  #answer(path: string): { readonly type: string; readonly body: string | Uint8Array } | undefined {
    const [, project = '', file = ''] = path.split('/');
    const versions = this.#releases.get(project);
    if (!versions) return undefined;
    if (file === 'releases.json') {
      const releases = versions.map((version) => ({ version, file: tarballName(project, version) }));
      return { type: 'application/json', body: JSON.stringify({ releases }) };
    }
    if (file === '') {
      const links = versions.map((version) => tarballName(project, version));
      const lines = links.map((name) => `<li><a href="${name}">${name}</a></li>`);
      return { type: 'text/html', body: `<h1>${project}</h1>\n<ul>\n${lines.join('\n')}\n</ul>\n` };
    }
    const version = versions.find((one) => tarballName(project, one) === file);
    if (version === undefined) return undefined;
    return { type: 'application/gzip', body: tarball(project, version) };
  }
}

const tarballName = (project: string, version: string): string => `${project}-${version}.tar.gz`;

function tarball(project: string, version: string): Uint8Array {
  const text = new TextEncoder().encode(`This is ${project} ${version}.\n`);
  return gzipSync(Buffer.concat([encodeTarEntry({ path: `${project}-${version}/README` }, text), tarEnd]));
}
