// A made-up kit of a thousand packages, half of them programs and half of them rows of one YAML file, each with a page and a
// file of a server on this machine. Programs are there twice, in TypeScript and in Python, so that the original can run, too.
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';

const half = 500;

/** Packages in the kit. */
export const packages = 2 * half;

/** The template of every package. */
export const template =
  'EAPI=8\nDESCRIPTION="{{desc}}"\nHOMEPAGE="https://host.example/"\nSRC_URI="{{src_uri}}"\nLICENSE="MIT"\nSLOT="0"\nKEYWORDS="*"\n';

const inTypeScript = (url: string): string => `export async function generate(hub, pkg) {
  const version = (await hub.getPage('${url}/page/' + pkg.name)).trim();
  const source = hub.artifact({ url: '${url}/file/' + pkg.name + '-' + version + '.bin' });
  hub.breezyBuild({ desc: 'one of many', ...pkg, version, artifacts: [source] }).push();
}
`;

const inPython = (url: string): string => `async def generate(hub, **pkginfo):
	version = (await hub.pkgtools.fetch.get_page('${url}/page/' + pkginfo['name'])).strip()
	source = hub.Artifact(url='${url}/file/' + pkginfo['name'] + '-' + version + '.bin')
	hub.pkgtools.ebuild.BreezyBuild(**pkginfo, desc='one of many', version=version, artifacts=[source]).push()
`;

/** Writes the kit, whose packages have their upstream at `url`, as an overlay. */
export function writeKit(root: string, url: string): void {
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  write('metadata/layout.conf', 'masters =\n');
  const names = Array.from({ length: half }, (_, index) => `p${index}x`);
  for (const name of names) {
    write(`app-misc/${name}/autogen.ts`, inTypeScript(url));
    write(`app-misc/${name}/autogen.py`, inPython(url));
    write(`app-misc/${name}/templates/${name}.tmpl`, template);
  }
  write('dev-x/generator.ts', inTypeScript(url));
  write('dev-x/generator.py', inPython(url));
  write('dev-x/templates/all.tmpl', template);
  const rows = names.map((name) => `    - ${name}y\n`).join('');
  write('dev-x/autogen.yaml', `all:\n  defaults: { template: all.tmpl }\n  packages:\n${rows}`);
}

/** A template of one package, and what it says when it was changed. */
export const oneTemplate = 'app-misc/p7x/templates/p7x.tmpl';
export const changedTemplate = `${template}# changed\n`;

/** The upstream of all packages. */
export class BenchUpstream {
  /** Requests since this was last set. */
  asked = 0;
  readonly #server: Server = createServer((request, response) => {
    this.asked += 1;
    response.end(request.url?.startsWith('/page/') ? '1.0\n' : String(request.url).repeat(100));
  });

  /** Listens on a free port of this machine; returns its address. */
  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
