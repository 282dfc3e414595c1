import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach } from 'vitest';
import {
  findOverlay,
  type RunEvent,
  type RunOptions,
  type RunReport,
  type RunSettings,
  runAutogens,
} from '../../src/autogen/index.ts';
import { type FastpullOptions, openFastpull } from '../../src/fastpull/index.ts';
import { encodeTarEntry, tarEnd } from '../../src/formats/archives/index.ts';
import { systemClock } from '../../src/host/index.ts';

const leftovers: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  for (const clear of leftovers.splice(0).reverse()) await clear();
});

/** Wishes of one run beyond what kits have in common. */
export interface RunWish {
  readonly files?: readonly string[];
  readonly folder?: string;
  readonly settings?: Partial<RunSettings>;
  readonly fastpull?: Partial<FastpullOptions>;
  readonly options?: Partial<RunOptions>;
}

/** A small overlay with a workspace of its own, as the acceptance checks have it. */
export class Kit {
  readonly top = mkdtempSync(join(tmpdir(), 'packmill-kit-'));
  /** Root of the overlay. */
  readonly root = join(this.top, 'kit-fixups-test', 'test-kit', 'curated');
  readonly workspace = join(this.top, 'repo_tmp');
  readonly distdir = join(this.top, 'distfiles');
  readonly events: RunEvent[] = [];
  #edition = 0;

  constructor() {
    leftovers.push(() => {
      chmodSync(this.top, 0o755);
      rmSync(this.top, { recursive: true, force: true });
    });
    mkdirSync(join(this.top, 'kit-fixups-test', '.git'), { recursive: true });
    mkdirSync(this.distdir);
    this.write('metadata/layout.conf', 'masters =\n');
  }

  /** Writes a file below the overlay root. */
  write(path: string, text: string): string {
    const whole = join(this.root, path);
    mkdirSync(dirname(whole), { recursive: true });
    writeFileSync(whole, text);
    return whole;
  }

  /** A stand-alone autogen with a template that has what every ebuild here has. */
  autogen(catpkg: string, body: string, template?: string): string {
    const name = catpkg.split('/')[1] ?? '';
    this.write(`${catpkg}/templates/${name}.tmpl`, template ?? 'EAPI=8\nSRC_URI="{{src_uri}}"\n');
    return this.write(
      `${catpkg}/autogen.ts`,
      `import { writeFileSync } from 'node:fs';\nimport type { Hub, PkgInfo } from 'packmill/autogen';\n` +
        `export async function generate(hub: Hub, pkg: PkgInfo): Promise<void> {\n${body}\n}\n`,
    );
  }

  read(path: string): string {
    return readFileSync(join(this.root, path), 'utf8');
  }

  has(path: string): boolean {
    return existsSync(join(this.root, path));
  }

  /** Names in a folder below the overlay root, in order. */
  names(path: string): readonly string[] {
    return existsSync(join(this.root, path)) ? readdirSync(join(this.root, path)).sort() : [];
  }

  /** Paths of files below a folder of the workspace, except bytes of objects. */
  files(path: string): readonly string[] {
    const folder = join(this.workspace, path);
    if (!existsSync(folder)) return [];
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.endsWith('.blob'))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  }

  /** One run; modules that changed since the last one are loaded anew. */
  async run(wish: RunWish = {}): Promise<RunReport> {
    this.#edition += 1;
    const fastpull = openFastpull({
      root: this.workspace,
      distfilesHost: 'https://cdn.example',
      onProblem: () => undefined,
      ...wish.fastpull,
    });
    try {
      return await runAutogens({
        settings: {
          overlay: findOverlay(this.root),
          fixups: join(this.top, 'kit-fixups-test'),
          release: 'next',
          forceDynamic: false,
          production: false,
          genPathPrefix: `\${REPODIR}`,
          upstreams: {},
          timeLimitMs: 60_000,
          archiveTime: 0,
          ...wish.settings,
        },
        fastpull,
        clock: systemClock,
        files: wish.files ?? [],
        folder: wish.folder ?? this.root,
        processors: 2,
        failFast: false,
        dryRun: false,
        clean: false,
        distdir: this.distdir,
        packages: {},
        edition: this.#edition,
        signal: new AbortController().signal,
        onEvent: (event) => this.events.push(event),
        ...wish.options,
      });
    } finally {
      await fastpull.close();
    }
  }
}

/** A build of an autogen that is pushed at once; `keywords` as in an object. */
export const push = (keywords: string): string => `  hub.breezyBuild({ ...pkg, ${keywords} }).push();`;

/** An autogen that fetches nothing and succeeds. */
export const ok = push(`version: '1.0'`);

/** Version 1.0 with one file of an upstream. */
export const pushWith = (url: string): string =>
  push(`version: '1.0', artifacts: [hub.artifact({ url: '${url}' })]`);

/** Outcomes by label, in the order of the report. */
export function outcomes(report: RunReport): readonly (readonly [string, string, string?])[] {
  return report.packages.map(({ label, outcome, problem }) =>
    problem ? [label, outcome, problem.code] : [label, outcome],
  );
}

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** An upstream on this machine that counts what it is asked. */
export class Upstream {
  readonly asked: string[] = [];
  readonly #routes = new Map<string, Handler>();
  readonly #server = createServer((request, response) => {
    const path = request.url ?? '/';
    this.asked.push(path);
    const handler = this.#routes.get(path);
    if (handler) handler(request, response);
    else response.writeHead(404).end('nothing here');
  });
  address = '';

  static async start(): Promise<Upstream> {
    const upstream = new Upstream();
    await new Promise<void>((resolve) => upstream.#server.listen(0, '127.0.0.1', resolve));
    upstream.address = `http://127.0.0.1:${(upstream.#server.address() as AddressInfo).port}`;
    leftovers.push(() => upstream.stop());
    return upstream;
  }

  serve(path: string, body: string | Uint8Array | Handler): string {
    this.#routes.set(path, typeof body === 'function' ? body : (_request, response) => response.end(body));
    return `${this.address}${path}`;
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

/** A `.tar.gz` with one file. */
export function tarball(name: string, text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  return gzipSync(Buffer.concat([encodeTarEntry({ path: name }, bytes), tarEnd]));
}

export const hashOf = (algorithm: string, bytes: string | Uint8Array): string =>
  createHash(algorithm).update(bytes).digest('hex');
