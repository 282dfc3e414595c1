import { fault, ProblemError } from '../../diagnostics/index.ts';
import { standardLibraryName } from '../../formats/python-graph/index.ts';
import {
  ensureFolder,
  pathExists,
  removeTree,
  renameEntry,
  shortDigest,
  snapshotFolder,
} from '../../host/index.ts';
import type { BuildItem, Executor, ExecutorWork, SourceTree } from '../../python-build/index.ts';
import {
  type InstallSource,
  installDistribution,
  type PythonCage,
  type PythonEnvironment,
  probeFolder,
} from '../../python-explorer/index.ts';
import { archiveOf } from './archives.ts';
import { exploreTo } from './explore-to.ts';
import { filesOf, findInstalled, nowhereWords } from './installed-files.ts';

export interface ExecutorInput {
  readonly cage: PythonCage;
  readonly python: string;
  readonly prefixes: readonly string[];
  /** Folders with installed distributions. */
  readonly sites: readonly string[];
  /** Folders with wheels and archives of sources. */
  readonly archives: readonly string[];
  readonly index: string | undefined;
  /** Folder for what is installed, one folder in it for each distribution. */
  readonly environments: string;
  /** Limit of one exploration. */
  readonly timeoutMs?: number | undefined;
  readonly rules?: 'packmill' | 'original';
}

/** Installs and explores in the sandbox: from sites as they are, from archives, or from an index. */
export class SandboxExecutor implements Executor {
  readonly mark: string;
  readonly #in: ExecutorInput;

  constructor(input: ExecutorInput) {
    this.#in = input;
    const { python, prefixes, rules = 'packmill', timeoutMs } = input;
    const leavesOut = (path: string): boolean => path.endsWith('__pycache__');
    const probe = snapshotFolder(probeFolder, { leavesOut, texts: new Set() }).digest;
    this.mark = shortDigest(JSON.stringify([probe, python, prefixes, rules, timeoutMs]));
  }

  async sources({ distribution }: Pick<BuildItem, 'distribution'>): Promise<readonly string[]> {
    const { sites, archives, python, cage } = this.#in;
    if (distribution.name === standardLibraryName) {
      return cage.root.kind === 'host' && pathExists(python) ? [python] : [];
    }
    const archive = archiveOf(archives, distribution);
    if (archive !== undefined) return [archive];
    const installed = await findInstalled(sites, distribution);
    return installed === undefined ? [] : filesOf(installed);
  }

  async prepare({ say }: ExecutorWork): Promise<void> {
    await Promise.resolve();
    say(
      `[INFO] '${this.#in.python}' in ${this.#in.cage.root.kind === 'image' ? 'a container' : 'a sandbox'}`,
    );
  }

  async install(item: BuildItem, { say, signal }: ExecutorWork): Promise<void> {
    const { distribution, stem } = item;
    const { cage, environments, sites } = this.#in;
    const target = `${environments}/${stem}`;
    await removeTree(target);
    const source = await this.#sourceOf(item);
    if (source === undefined) {
      const site = (await findInstalled(sites, distribution))?.site;
      say(site === undefined ? '[INFO] nothing to install' : `[INFO] installed in '${site}'`);
      return;
    }
    ensureFolder(environments);
    const fresh = `${target}.new`;
    await removeTree(fresh);
    const environment = this.#environment([]);
    const installed = await installDistribution({
      cage: { ...cage, signal },
      environment,
      source,
      target: fresh,
    });
    if (installed.problem !== undefined) throw new ProblemError(installed.problem);
    renameEntry(fresh, target);
    say(`[INFO] ${installed.distribution.name} ${installed.distribution.version} from '${nameOf(source)}'`);
  }

  async trees({ distribution, stem }: BuildItem): Promise<readonly SourceTree[]> {
    const { environments, sites, archives } = this.#in;
    const own = `${environments}/${stem}`;
    if (pathExists(own)) return [{ folder: own }];
    if (archiveOf(archives, distribution) !== undefined) return [];
    const installed = await findInstalled(sites, distribution);
    if (installed === undefined) return [];
    const { site, metadata } = installed;
    const names = filesOf(installed).filter((path) => path !== metadata);
    return [{ folder: site, only: names.map((path) => path.slice(site.length + 1)) }];
  }

  /** Undefined: it is there already. Throws MPY205. */
  async #sourceOf({ distribution }: BuildItem): Promise<InstallSource | undefined> {
    const { archives, sites, index } = this.#in;
    if (distribution.name === standardLibraryName) return undefined;
    const archive = archiveOf(archives, distribution);
    if (archive !== undefined) return { kind: 'archive', path: archive };
    if ((await findInstalled(sites, distribution)) !== undefined) return undefined;
    if (index !== undefined) return { kind: 'index', distribution, index, hashes: [] };
    throw fault('MPY205', { what: await nowhereWords(sites, distribution) });
  }

  #environment(own: readonly string[]): PythonEnvironment {
    const { python, prefixes, sites } = this.#in;
    return { python, prefixes, site: [...own, ...sites] };
  }

  async explore(
    item: BuildItem,
    files: { readonly output: string; readonly log: string },
    work: ExecutorWork,
  ): Promise<void> {
    const { distribution, stem } = item;
    const { cage, environments, rules = 'packmill', timeoutMs } = this.#in;
    const own = `${environments}/${stem}`;
    const isStandard = distribution.name === standardLibraryName;
    const environment = isStandard
      ? { ...this.#environment([]), site: [] }
      : this.#environment(pathExists(own) ? [own] : []);
    await exploreTo(
      { cage: { ...cage, signal: work.signal }, environment, rules, timeoutMs },
      { item, files, work },
    );
  }
}

const nameOf = (source: InstallSource): string => (source.kind === 'index' ? source.index : source.path);
