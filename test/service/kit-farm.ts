import { existsSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { JobView, UpkeepView } from '../../src/api/index.ts';
import { ScratchRemote } from '../git/scratch-remote.ts';
import { ServiceFixture } from './service-fixture.ts';

/** A server with a version for each package, who may see it, and a file for each version. */
class Versions {
  readonly versions = new Map<string, string>();
  readonly accounts = new Set<string>();
  /** Paths that wait until they are let go. */
  readonly held = new Map<string, { readonly asked: () => void; readonly letGo: Promise<void> }>();
  readonly #server: Server = createServer((request, response) => {
    const path = (request.url ?? '/').slice(1);
    if (request.headers.authorization !== undefined) this.accounts.add(request.headers.authorization);
    const hold = this.held.get(path);
    hold?.asked();
    void (hold?.letGo ?? Promise.resolve()).then(() => {
      const version = this.versions.get(path);
      if (version !== undefined) return response.end(JSON.stringify({ version }));
      if (path.endsWith('.txt')) return response.end(`bytes of ${path}`);
      return response.writeHead(404).end();
    });
  });

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Answers a path no more until `letGo`; `asked` resolves when somebody asks for it. */
  hold(path: string): { readonly asked: Promise<void>; readonly letGo: () => void } {
    const asked = Promise.withResolvers<void>();
    const letGo = Promise.withResolvers<void>();
    this.held.set(path, { asked: asked.resolve, letGo: letGo.promise });
    return {
      asked: asked.promise,
      letGo: () => {
        this.held.delete(path);
        letGo.resolve();
      },
    };
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

/** A module and a generator that take the version that the server has. */
const generate = `
import { readFileSync } from 'node:fs';
export async function generate(hub, pkg) {
  const upstream = hub.upstream('things');
  const { version } = await hub.getJson(upstream + '/' + pkg.name, { refreshInterval: 0 });
  const source = hub.artifact({ url: upstream + '/' + pkg.name + '-' + version + '.txt' });
  hub.log.info(readFileSync(process.env.HOME + '/.autogen', 'utf8'));
  hub.breezyBuild({ ...pkg, version, release: hub.release, artifacts: [source], template: 'any.tmpl' }).push();
}
`;
const template = 'EAPI=8\nDESCRIPTION="{{ release }}"\nSRC_URI="{{ src_uri }}"\nLICENSE="MIT"\nSLOT="0"\n';

/** The files of the kit: a module, a rule, and a package written by hand. */
export const kitFiles: Readonly<Record<string, string>> = {
  'metadata/layout.conf': 'masters =\nthin-manifests = true\n',
  'profiles/repo_name': 'things\n',
  'profiles/categories': 'app-misc\ndev-libs\n',
  'app-misc/pen/autogen.ts': generate,
  'app-misc/pen/templates/any.tmpl': template,
  'dev-libs/autogen.yaml': 'small-libraries:\n  packages: [nib]\n',
  'dev-libs/generator.ts': generate,
  'dev-libs/templates/any.tmpl': template,
  'app-misc/ruler/ruler-1.ebuild': 'EAPI=8\nDESCRIPTION="by hand"\nLICENSE="MIT"\nSLOT="0"\n',
};

export const password = 'not-for-everybody';

/** A farm that keeps a tree of ebuilds: autogens in a git repository of this test, and their upstream. */
export class KitFarm {
  readonly remote = new ScratchRemote();
  readonly upstream = new Versions();
  readonly farm: ServiceFixture;
  readonly checkout: string;
  readonly tree: string;

  private constructor(farm: ServiceFixture) {
    this.farm = farm;
    this.checkout = this.remote.clone('checkout');
    this.remote.git(this.checkout, 'symbolic-ref', 'HEAD', 'refs/heads/main');
    this.tree = join(farm.farm, 'public', 'things', 'tree');
  }

  /** `upkeep`: settings of the source; `more`: further settings of the farm. */
  static async make(upkeep: string, more = ''): Promise<KitFarm> {
    const kit = new KitFarm(await ServiceFixture.make());
    const address = await kit.upstream.start();
    for (const [name, version] of [
      ['pen', '1.0'],
      ['nib', '2.0'],
    ] as const)
      kit.upstream.versions.set(name, version);
    const secrets = join(kit.farm.folder, 'credentials');
    const account = `authentication: { 127.0.0.1: { username: me, password: ${password} } }\n`;
    writeFileSync(secrets, account, { mode: 0o600 });
    kit.farm.settings(
      `targets: { things: { kind: ebuild-tree, release: "2027", credentials: ${secrets} } }
upstreams: { things: "${address}" }
${more}`,
      `kit: { url: "file://${kit.remote.bare}", branch: main, kind: autogen, target: things, upkeep: { ${upkeep} } }`,
    );
    return kit;
  }

  /** Commits files (null removes one) and pushes; returns the commit. */
  push(files: Readonly<Record<string, string | null>>): string {
    const id = this.remote.commit(this.checkout, files);
    this.remote.git(this.checkout, 'push', '--quiet', 'origin', 'HEAD:main');
    return id;
  }

  async view(): Promise<UpkeepView> {
    const [view] = await this.farm.json<UpkeepView[]>('/api/upkeep');
    return view as UpkeepView;
  }

  /** Waits until something holds. */
  async until<Value>(look: () => Value | undefined | Promise<Value | undefined>): Promise<Value> {
    for (;;) {
      const found = await look();
      if (found !== undefined) return found;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Waits until the tree has a file. */
  has(path: string): Promise<true> {
    return this.until(() => (existsSync(join(this.tree, path)) ? true : undefined));
  }

  /** Which generation is seen. */
  generation(): string {
    return readlinkSync(this.tree);
  }

  ebuilds(catpkg: string): readonly string[] {
    return readdirSync(join(this.tree, catpkg)).filter((name) => name.endsWith('.ebuild'));
  }

  read(path: string): string {
    return readFileSync(join(this.tree, path), 'utf8');
  }

  job(name: string): Promise<JobView> {
    return this.farm.json(`/api/queue/jobs/things/any/${encodeURIComponent(name)}`);
  }

  async dispose(): Promise<void> {
    this.upstream.stop();
    await this.farm.dispose();
    await this.remote.dispose();
  }
}
