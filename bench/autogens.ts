// What a run of autogens costs: a kit of a thousand packages, half of them programs and half of them rows of one YAML file,
// each with a page and a file of a server on this machine. Cold, with nothing changed, with one template changed, one alone.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const program = join(import.meta.dirname, '..', 'bin', 'packmill');
const half = 500;

const template =
  'EAPI=8\nDESCRIPTION="{{desc}}"\nSRC_URI="{{src_uri}}"\nLICENSE="MIT"\nSLOT="0"\nKEYWORDS="*"\n';

const generate = (url: string): string => `export async function generate(hub, pkg) {
  const version = (await hub.getPage('${url}/page/' + pkg.name)).trim();
  const source = hub.artifact({ url: '${url}/file/' + pkg.name + '-' + version + '.bin' });
  hub.breezyBuild({ desc: 'one of many', ...pkg, version, artifacts: [source] }).push();
}
`;

function makeKit(root: string, url: string): void {
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  mkdirSync(join(root, '.git'), { recursive: true });
  write('metadata/layout.conf', 'masters =\n');
  const names = Array.from({ length: half }, (_, index) => `p${index}x`);
  for (const name of names) {
    write(`app-misc/${name}/autogen.ts`, generate(url));
    write(`app-misc/${name}/templates/${name}.tmpl`, template);
  }
  write('dev-x/generator.ts', generate(url));
  write('dev-x/templates/all.tmpl', template);
  const rows = names.map((name) => `    - ${name}y\n`).join('');
  write('dev-x/autogen.yaml', `all:\n  defaults: { template: all.tmpl }\n  packages:\n${rows}`);
}

function doit(root: string, workspace: string, words: readonly string[] = []): Promise<number> {
  const started = performance.now();
  const child = spawn(program, ['-q', 'doit', ...words], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { PATH: process.env['PATH'] ?? '', HOME: workspace, METATOOLS_WORKSPACE: workspace },
  });
  return new Promise((resolve, reject) => {
    child.once('close', (code) => {
      if (code === 0) resolve((performance.now() - started) / 1000);
      else reject(new Error(`doit ends with ${code}`));
    });
  });
}

export async function run(): Promise<void> {
  const top = mkdtempSync(join(tmpdir(), 'packmill-bench-'));
  let asked = 0;
  const server = createServer((request, response) => {
    asked += 1;
    response.end(request.url?.startsWith('/page/') ? '1.0\n' : String(request.url).repeat(100));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const root = join(top, 'kit');
  makeKit(root, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const measure = async (what: string, words?: readonly string[]): Promise<void> => {
    asked = 0;
    const seconds = await doit(root, top, words);
    console.log(`${what.padEnd(44)} ${seconds.toFixed(2).padStart(7)} s  ${asked} requests`);
  };
  try {
    await measure(`cold, ${2 * half} packages`);
    await measure('nothing changed (aim: under 3 s)');
    writeFileSync(join(root, 'app-misc/p7x/templates/p7x.tmpl'), `${template}# changed\n`);
    await measure('one changed (aim: under 1 s)');
    await measure('one alone', ['app-misc/p7x/autogen.ts']);
  } finally {
    server.closeAllConnections();
    server.close();
    rmSync(top, { recursive: true, force: true });
  }
}
