import { fault, type Problem, problem } from '../diagnostics/index.ts';
import {
  isAutogenPart,
  type KitDefinition,
  type PackageList,
  parsePackageList,
  type ReleaseDefinition,
  type SourceRepository,
} from '../formats/gentoo/index.ts';
import { pathKind, textIfThere } from '../host/index.ts';
import type { PackageFailure, UsedSource } from './contract.ts';
import { globPattern } from './glob.ts';
import { KitFiles, packagesOf } from './kit-files.ts';
import type { FolderRuns, GeneratedFolder } from './run-in-folder.ts';
import type { Source, SourceTrees } from './source-trees.ts';

/** What kits of a run are made from. */
export interface KitMaterial {
  readonly release: string;
  readonly definition: ReleaseDefinition;
  readonly fixups: Source;
  readonly sources: SourceTrees;
  readonly runs: FolderRuns;
  readonly keepAutogens: boolean;
}

/** A kit as its sources give it. */
export interface RawKit {
  readonly files: KitFiles;
  readonly sources: readonly UsedSource[];
  /** Packages that could not be had: what is in `files` under their names is of an earlier layer, if any. */
  readonly failures: readonly PackageFailure[];
  readonly problems: readonly Problem[];
  /** Repositories that licences may come from, the first one that has it. */
  readonly licences: readonly Source[];
}

/** Puts a kit of the kind `auto` together (specification 7.4, steps 1 and 2). Throws TRE012 and problems of sources. */
export async function buildAutoKit(kit: KitDefinition, material: KitMaterial): Promise<RawKit> {
  const maker = new AutoKit(kit, material);
  return await maker.build();
}

class AutoKit {
  readonly #kit: KitDefinition;
  readonly #material: KitMaterial;
  readonly #files = new KitFiles();
  readonly #used = new Map<string, UsedSource>();
  readonly #failures: PackageFailure[] = [];
  readonly #problems: Problem[] = [];

  constructor(kit: KitDefinition, material: KitMaterial) {
    this.#kit = kit;
    this.#material = material;
    this.#use(material.fixups);
  }

  async build(): Promise<RawKit> {
    const { release, fixups } = this.#material;
    await this.#eclasses();
    this.#files.putAll([...(await fixups.files(`eclass/${release}`))].map(intoEclass));
    const list = this.#packageList();
    await this.#packages(list);
    this.#exclude(list.exclude);
    for (const layer of this.#layers()) await this.#insert(layer);
    return {
      files: this.#files,
      sources: [...this.#used.values()],
      failures: this.#failures,
      problems: this.#problems,
      licences: await this.#licences(),
    };

    function intoEclass<T>([path, file]: readonly [string, T]): readonly [string, T] {
      return [`eclass/${path.slice(`eclass/${release}/`.length)}`, file];
    }
  }

  #use(source: Source): Source {
    this.#used.set(source.name, { name: source.name, commit: source.commit });
    return source;
  }

  /** A repository of the kit's collection, else of the release. */
  #repository(name: string): SourceRepository | undefined {
    const { definition } = this.#material;
    return this.#collection().find((one) => one.name === name) ?? definition.repositories.get(name);
  }

  #collection(): readonly SourceRepository[] {
    const { source } = this.#kit;
    if (typeof source !== 'string') return [];
    return this.#material.definition.collections.get(source) ?? [];
  }

  async #open(name: string): Promise<Source | undefined> {
    const repository = this.#repository(name);
    if (!repository) return undefined;
    return this.#use(await this.#material.sources.open(repository as SourceRepository & { url: string }));
  }

  async #eclasses(): Promise<void> {
    const { include, mask } = this.#kit.eclasses;
    const isMasked = (name: string): boolean => mask.some((one) => one.replace(/\.eclass$/, '') === name);
    for (const [name, wanted] of include) {
      const source = await this.#open(name);
      const there = source ? await source.files('eclass') : new Map();
      const all = [...there.keys()].flatMap((path) => /^eclass\/([^/]+)\.eclass$/.exec(path)?.[1] ?? []);
      for (const eclass of wanted.flatMap((one) => (one === '*' ? all : [one.replace(/\.eclass$/, '')]))) {
        if (isMasked(eclass)) continue;
        const file = there.get(`eclass/${eclass}.eclass`);
        if (file) this.#files.put(`eclass/${eclass}.eclass`, file);
        else this.#lacks(`'${name}' has no eclass '${eclass}' for kit '${this.#kit.name}'`);
      }
    }
  }

  #lacks(what: string): void {
    this.#problems.push(problem('TRE005', { what, place: this.#kit.place }));
  }

  /** The first `packages.yaml` that is there (specification 7.3). */
  #packageList(): PackageList {
    const { fixups, release } = this.#material;
    const { name, branch = 'master' } = this.#kit;
    for (const folder of [branch, 'curated', release, '.']) {
      const file = `${fixups.folder}/${name}/${folder}/packages.yaml`;
      const text = textIfThere(file);
      if (text === undefined) continue;
      const { list, problems } = parsePackageList(text, file);
      this.#problems.push(...problems);
      return list;
    }
    return { packages: [], exclude: [], copyfiles: [], eclasses: [] };
  }

  async #packages({ packages }: PackageList): Promise<void> {
    for (const { repository, what, place } of packages) {
      const source = await this.#open(repository);
      const missing = (why: string): void => {
        this.#failures.push({ catpkg: what, problem: problem('TRE005', { what: why, place }) });
      };
      if (!source) missing(`repository '${repository}' of kit '${this.#kit.name}' is not defined`);
      else if (what.endsWith('/metadata.xml')) {
        const file = await source.file(what);
        if (file) this.#files.put(what, file);
        else missing(`'${repository}' has no '${what}'`);
      } else {
        const files = await source.files(what);
        if (files.size > 0) this.#files.replacePackage(what, files);
        else missing(`'${repository}' has no '${what}'`);
      }
    }
  }

  #exclude(globs: readonly string[]): void {
    if (globs.length === 0) return;
    const patterns = globs.map(globPattern);
    const folders = new Set([...this.#files.paths()].map((path) => path.split('/', 2).join('/')));
    for (const folder of folders)
      if (patterns.some((pattern) => pattern.test(folder))) this.#files.replacePackage(folder, []);
  }

  /** Folders of the kit in kit-fixups; later ones override earlier ones. */
  #layers(): readonly string[] {
    const { fixups, release } = this.#material;
    const { name, branch = 'master' } = this.#kit;
    const names = new Set(['global', 'curated', release, branch]);
    return [...names]
      .map((layer) => `${fixups.folder}/${name}/${layer}`)
      .filter((folder) => pathKind(folder) === 'folder');
  }

  async #insert(layer: string): Promise<void> {
    const generated = await this.#material.runs.run(layer);
    insertLayer(this.#files, generated, this.#material.keepAutogens);
    this.#failures.push(...generated.failures);
  }

  /** Later repositories of a collection come first. Only those that are here already: a licence alone is worth no clone. */
  async #licences(): Promise<readonly Source[]> {
    const names = this.#collection()
      .map(({ name }) => name)
      .reverse();
    const used = names.filter((name) => this.#used.has(name));
    const sources: Source[] = [];
    for (const name of used) {
      const source = await this.#open(name);
      if (source) sources.push(source);
    }
    return sources;
  }
}

/** Names in `profiles` that a kit has of its own. */
const ownProfiles = new Set(['profiles/repo_name', 'profiles/categories']);

/** Copies what a layer of kit-fixups has for a kit: its packages whole, the rest file by file. */
function insertLayer(kit: KitFiles, { files, failures }: GeneratedFolder, keepAutogens: boolean): void {
  for (const [path, file] of files) {
    const isShared = /^(?:eclass|licenses|profiles)\//.test(path) || path === 'README.rst';
    const isDescription = /^[^/]+\/metadata\.xml$/.test(path) && !path.startsWith('metadata/');
    if ((isShared && !ownProfiles.has(path)) || isDescription) kit.put(path, file);
  }
  const failed = new Set(failures.map(({ catpkg }) => catpkg));
  const layer = new KitFiles();
  layer.putAll([...files].filter(([path]) => keepAutogens || !isAutogenPart(path)));
  for (const catpkg of packagesOf(files.keys())) {
    if (/^(?:metadata|profiles|eclass|licenses)\//.test(catpkg) || failed.has(catpkg)) continue;
    kit.replacePackage(catpkg, layer.packageFiles(catpkg));
  }
}

/** Takes a kit of the kind `sourced` over (specification 7.4, step 3). Throws TRE012 and problems of its source. */
export async function buildSourcedKit(kit: KitDefinition, material: KitMaterial): Promise<RawKit> {
  const { source: wish, name } = kit;
  if (typeof wish !== 'object')
    throw fault('TRE012', { what: `kit '${name}' has no source`, place: kit.place });
  const source = await material.sources.open({ ...wish, name });
  await source.layOut();
  const generated = await material.runs.run(source.folder, `${name} ${source.commit}`);
  const files = new KitFiles();
  for (const [path, file] of generated.files) {
    if (ownProfiles.has(path) || path.startsWith('metadata/')) continue;
    if (material.keepAutogens || !isAutogenPart(path)) files.put(path, file);
  }
  for (const { catpkg } of generated.failures) if (catpkg !== undefined) files.replacePackage(catpkg, []);
  return {
    files,
    sources: [material.fixups, source].map(({ name: one, commit }) => ({ name: one, commit })),
    failures: generated.failures,
    problems: [],
    licences: [],
  };
}
