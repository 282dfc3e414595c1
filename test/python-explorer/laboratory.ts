import { execFileSync } from 'node:child_process';
import { cpSync, createReadStream, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  type GraphNode,
  type GraphShard,
  type GraphTrouble,
  readShards,
  validateShard,
} from '../../src/formats/python-graph/index.ts';
import { systemClock } from '../../src/host/index.ts';
import {
  type Exploration,
  type ExplorationOptions,
  explore,
  type PythonCage,
} from '../../src/python-explorer/index.ts';
import { BubblewrapDriver } from '../../src/sandbox/bubblewrap/index.ts';

export const python = '/usr/bin/python3';

/** A graph in memory, to ask for paths. */
export class ReadGraph {
  readonly shards = new Map<string, GraphShard>();
  readonly troubles: GraphTrouble[] = [];
  complete = false;

  static async of(path: string): Promise<ReadGraph> {
    const graph = new ReadGraph();
    for await (const event of readShards(createReadStream(path))) {
      if (event.event === 'shard') graph.shards.set(event.shard.toplevel, event.shard);
      else if (event.event === 'trouble') graph.troubles.push(event.trouble);
      else if (event.event === 'end') graph.complete = event.complete;
    }
    return graph;
  }

  shard(toplevel: string): GraphShard {
    const shard = this.shards.get(toplevel);
    if (shard === undefined) throw new Error(`no shard '${toplevel}'`);
    return shard;
  }

  /** The node that a path of members leads to. */
  at(path: string): GraphNode | undefined {
    const [toplevel = '', ...parts] = path.split('.');
    const shard = this.shards.get(toplevel);
    let node = shard?.root == null ? undefined : shard.nodes.get(shard.root);
    for (const part of parts) {
      const id = node?.members.get(part);
      node = id === undefined ? undefined : shard?.nodes.get(id);
    }
    return node;
  }

  /** Nodes of a shard by what they are. */
  counts(toplevel: string): Record<string, number> {
    const found: Record<string, number> = {};
    for (const node of this.shard(toplevel).nodes.values()) {
      const kind = node.reference === null ? String(node.kind) : 'reference';
      found[kind] = (found[kind] ?? 0) + 1;
    }
    return found;
  }

  /** The same graph made valid. */
  validated(): ReadGraph {
    const graph = new ReadGraph();
    for (const shard of this.shards.values()) {
      const { shard: valid, troubles } = validateShard(shard);
      if (valid !== undefined) graph.shards.set(valid.toplevel, valid);
      graph.troubles.push(...troubles);
    }
    return graph;
  }
}

/** `a, b=x, *, c: int -> str` for a signature. */
export function written(signature: GraphNode['signature'] | undefined): string | undefined {
  if (signature == null) return undefined;
  const words: string[] = [];
  let isStarred = false;
  signature.parameters.forEach((parameter, index) => {
    const { name, kind, defaultText, annotation } = parameter;
    const sign = kind === 'var-positional' ? '*' : kind === 'var-keyword' ? '**' : '';
    if (kind === 'keyword-only' && !isStarred) words.push('*');
    if (kind === 'keyword-only' || kind === 'var-positional') isStarred = true;
    const type = annotation === null ? '' : `: ${annotation}`;
    words.push(`${sign}${name}${type}${defaultText === null ? '' : `=${defaultText}`}`);
    const next = signature.parameters[index + 1];
    if (kind === 'positional-only' && next?.kind !== 'positional-only') words.push('/');
  });
  return words.join(', ') + (signature.returns === null ? '' : ` -> ${signature.returns}`);
}

/** A temporary folder with a sandbox, and what is explored in it. */
export class Laboratory {
  readonly folder = mkdtempSync(join(tmpdir(), 'packmill-python-test-'));
  readonly cage: PythonCage;
  #runs = 0;

  constructor() {
    for (const name of ['sandbox', 'scratch']) mkdirSync(join(this.folder, name));
    this.cage = {
      sandbox: new BubblewrapDriver({ folder: join(this.folder, 'sandbox'), hidden: [] }),
      root: { kind: 'host' },
      scratch: join(this.folder, 'scratch'),
      clock: systemClock,
    };
  }

  /** A folder with these files. */
  files(name: string, files: Readonly<Record<string, string>>): string {
    const folder = join(this.folder, name);
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    return folder;
  }

  /** A site with these packages of the system's Python alone: files and folders of its site whose names begin so. */
  siteOf(packages: readonly string[], name = `site-${packages[0]}`): string {
    const folder = join(this.folder, name);
    const where = `import sys; print(next(p for p in sys.path if __import__('os').path.isdir(p + '/requests')))`;
    const site = execFileSync(python, ['-c', where], { encoding: 'utf8' }).trim();
    const names = execFileSync('ls', [site], { encoding: 'utf8' }).split('\n');
    mkdirSync(folder);
    for (const entry of names) {
      const stem = entry.split(/-\d|\.py$/)[0] ?? '';
      if (packages.includes(stem))
        cpSync(join(site, entry), join(folder, entry), { recursive: true, dereference: true });
    }
    return folder;
  }

  async explore(
    name: string,
    site: readonly string[],
    options: ExplorationOptions & { readonly version?: string } = {},
  ): Promise<{ readonly exploration: Exploration; readonly graph: ReadGraph; readonly output: string }> {
    this.#runs += 1;
    const { version = '1.0', ...asked } = options;
    const output = join(this.folder, `graph-${this.#runs}.json`);
    const exploration = await explore({
      environment: { python, prefixes: [], site },
      distribution: { name, version },
      output,
      cage: this.cage,
      options: asked,
    });
    const graph = existsSync(output) ? await ReadGraph.of(output) : new ReadGraph();
    return { exploration, graph, output };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Version of the interpreter of these tests, and of an installed module. */
export function versionOf(module?: string): string {
  const ask = module === undefined ? 'platform.python_version()' : `__import__('${module}').__version__`;
  return execFileSync(python, ['-c', `import platform; print(${ask})`], { encoding: 'utf8' }).trim();
}
