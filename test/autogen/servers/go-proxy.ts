import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Kit, Upstream } from '../kit.ts';

/** Builds a module as `go mod` packs it, and computes its sums anew in another language. */
const program = String.raw`
import base64, hashlib, json, sys, zipfile
folder, module, version, files = sys.argv[1], sys.argv[2], sys.argv[3], json.loads(sys.argv[4])
def h1(named):
    lines = ''.join('%s  %s\n' % (hashlib.sha256(data).hexdigest(), name) for name, data in sorted(named.items()))
    return 'h1:' + base64.b64encode(hashlib.sha256(lines.encode()).digest()).decode()
named = {'%s@%s/%s' % (module, version, name): text.encode() for name, text in files.items()}
with zipfile.ZipFile(folder + '/module.zip', 'w', zipfile.ZIP_DEFLATED) as z:
    for name, data in named.items(): z.writestr(name, data)
print(h1(named), h1({'go.mod': files['go.mod'].encode()}))
`;

/** Serves modules by the protocol of Go's proxies; returns the lines of their go.sum. */
export class GoProxy {
  readonly #kit: Kit;
  readonly #upstream: Upstream;
  readonly settings: Readonly<Record<string, string>>;

  constructor(kit: Kit, upstream: Upstream) {
    this.#kit = kit;
    this.#upstream = upstream;
    this.settings = { 'go-proxy': `${upstream.address}/go` };
  }

  module(module: string, version: string, files: Readonly<Record<string, string>>): string {
    const all = { 'go.mod': `module ${module}\n`, ...files };
    const args = ['-c', program, this.#kit.top, module, version, JSON.stringify(all)];
    const [zipSum, modSum] = execFileSync('python3', args, { encoding: 'utf8' }).trim().split(' ');
    const escaped = module.replace(/[A-Z]/g, (letter) => `!${letter.toLowerCase()}`);
    const path = `/go/${escaped}/@v/${version}`;
    this.#upstream.serve(`${path}.zip`, readFileSync(join(this.#kit.top, 'module.zip')));
    this.#upstream.serve(`${path}.mod`, all['go.mod']);
    return `${module} ${version} ${zipSum}\n${module} ${version}/go.mod ${modSum}\n`;
  }
}
