import { fault, isFault, type Problem, ProblemError, problem } from '../diagnostics/index.ts';
import {
  type KitDefinition,
  parseReleaseDefinition,
  type ReleaseDefinition,
} from '../formats/gentoo/index.ts';
import { ensureFolder, replaceFile } from '../host/index.ts';
import type { KitMaterial } from './auto-kit.ts';
import { type BuiltKit, buildKit } from './build-kit.ts';
import type { RegenOptions, RegenReport, RegenServices } from './contract.ts';
import { Destination } from './destination.ts';
import { collisions, digestsOf } from './distfiles.ts';
import { kitCacheText } from './kit-cache.ts';
import { kitOrder } from './kit-order.ts';
import { metaRepoFiles } from './meta-repo.ts';
import { FolderRuns } from './run-in-folder.ts';
import { SourceTrees } from './source-trees.ts';

const metaRepo = 'meta-repo';
const branchOf = ({ branch }: KitDefinition): string => branch ?? 'master';

/**
 * Makes all kits of a release and its meta-repo (specification 7). First everything is made and checked; then objects are
 * uploaded, then kits are pushed, and meta-repo at last, so that it never names a commit that is nowhere. A run that is
 * killed or fails at any moment is completed by the next one: what has the same tree already is not committed again. Throws
 * TRE problems, those of autogens that cannot even begin, of git and of servers.
 */
export async function regenerateTree(options: RegenOptions, services: RegenServices): Promise<RegenReport> {
  const run = new Regeneration(options, services);
  try {
    return await run.perform();
  } finally {
    await run.close();
  }
}

class Regeneration {
  readonly #options: RegenOptions;
  readonly #services: RegenServices;
  readonly #sources: SourceTrees;
  readonly #destinations = new Map<string, Destination>();
  readonly #built: BuiltKit[] = [];
  readonly #problems: Problem[] = [];

  constructor(options: RegenOptions, services: RegenServices) {
    this.#options = options;
    this.#services = services;
    this.#sources = new SourceTrees(`${options.workspace}/source-trees`, options);
  }

  async perform(): Promise<RegenReport> {
    const { release, fixupsUrl, fixupsBranch, keepAutogens, onEvent } = this.#options;
    const fixups = await this.#sources.open({ name: 'kit-fixups', url: fixupsUrl, branch: fixupsBranch });
    await fixups.layOut();
    const definition = await this.#definition(fixups);
    const kits = kitOrder(definition.kits);
    onEvent({ kind: 'begin', release, kits: kits.map((kit) => `${kit.name} ${branchOf(kit)}`) });
    const runs = new FolderRuns(this.#services.runAutogens, onEvent);
    const material = { release, definition, fixups, sources: this.#sources, runs, keepAutogens };
    // missing remotes, branches and rights to read are known before hours of work
    for (const kit of kits) await (await this.#destination(kit.name, definition)).base(branchOf(kit));
    await this.#destination(metaRepo, definition);
    for (const kit of kits) await this.#build(kit, material);
    for (const found of collisions(this.#built)) this.#report(found);
    const written = await this.#publish(definition);
    const partial = this.#built.some(({ report }) => report.failures.length > 0);
    return {
      kits: this.#built.map(({ report }) => report),
      metaRepo: written,
      problems: this.#problems,
      isPartial: partial,
      isFailed: this.#problems.some(({ severity }) => severity === 'error'),
    };
  }

  async close(): Promise<void> {
    for (const destination of this.#destinations.values()) await destination.close();
    await this.#sources.close();
  }

  async #definition(fixups: KitMaterial['fixups']): Promise<ReleaseDefinition> {
    const path = `releases/${this.#options.release}/repositories.yaml`;
    const text = await fixups.text(path);
    if (text === undefined)
      throw fault('AGN029', { what: `kit-fixups define no release '${this.#options.release}'` });
    const { release, problems } = parseReleaseDefinition(text, `${fixups.folder}/${path}`);
    const [first] = problems.filter(({ severity }) => severity === 'error');
    for (const found of problems) if (found !== first) this.#report(found);
    if (first) throw new ProblemError(first);
    if (release) return release;
    throw fault('AGN029', { what: `'${path}' defines no release` });
  }

  #report(found: Problem): void {
    this.#problems.push(found);
    this.#options.onEvent({ kind: 'problem', problem: found });
  }

  /** Address of a repository in production. */
  #url(name: string, definition: ReleaseDefinition): string | undefined {
    const { production, remoteUrl } = this.#options;
    if (!production) return undefined;
    const pattern = remoteUrl ?? definition.remotes.get('prod')?.url;
    if (pattern === undefined)
      throw fault('TRE008', { what: `release '${this.#options.release}' has no 'remotes.prod.url'` });
    return pattern.replaceAll('{repo}', name);
  }

  async #destination(name: string, definition: ReleaseDefinition): Promise<Destination> {
    const known = this.#destinations.get(name);
    if (known) return known;
    const { workspace, production } = this.#options;
    const trees = `${workspace}/dest-trees`;
    const isNested = !production && name !== metaRepo;
    const destination = await Destination.open({
      ...this.#options,
      name,
      folder: isNested ? `${trees}/${metaRepo}/kits/${name}` : `${trees}/${name}`,
      url: this.#url(name, definition),
      ...(name === metaRepo ? { keep: ['kits'] } : {}),
    });
    this.#destinations.set(name, destination);
    return destination;
  }

  async #build(kit: KitDefinition, material: KitMaterial): Promise<void> {
    this.#options.signal.throwIfAborted();
    const branch = branchOf(kit);
    const masters = kit.masters.map((name) => this.#master(name, branch));
    const built = await buildKit({
      kit,
      branch,
      material,
      masters,
      destination: await this.#destination(kit.name, material.definition),
      options: this.#options,
      services: this.#services,
    });
    this.#built.push(built);
  }

  /** The branch of the same name, else the primary one. */
  #master(name: string, branch: string): BuiltKit {
    const branches = this.#built.filter(({ kit }) => kit.name === name);
    const found = branches.find((one) => one.branch === branch) ?? branches[0];
    if (found) return found;
    throw fault('TRE004', { what: `master '${name}' is not made` });
  }

  /** The second phase: nothing is seen by others before. */
  async #publish(definition: ReleaseDefinition): Promise<RegenReport['metaRepo']> {
    const { production, dryRun, onEvent } = this.#options;
    const push = production && this.#options.push && !dryRun;
    this.#options.signal.throwIfAborted();
    if (push) await this.#upload();
    const names = [...new Set(this.#built.map(({ kit }) => kit.name))];
    if (!dryRun) this.#keepCaches();
    for (const name of names) await this.#publishOne(name, definition, push);
    const written = await this.#writeMetaRepo(definition);
    onEvent({ kind: 'meta-repo', ...written });
    if (dryRun) return written;
    await this.#publishOne(metaRepo, definition, push);
    if (push) for (const name of [...names, metaRepo]) await this.#mirror(name, definition);
    return written;
  }

  /** For tools that read them; nothing here does. */
  #keepCaches(): void {
    const { workspace, release } = this.#options;
    for (const { kit, branch, files, report } of this.#built) {
      const path = `${workspace}/tmp/kit_cache/${release}/${kit.name}-${branch}`;
      const problems = report.remarks.filter(({ code }) => code.startsWith('EBD'));
      ensureFolder(path.slice(0, path.lastIndexOf('/')));
      replaceFile(path, kitCacheText({ kit: kit.name, branch, files, problems }));
    }
  }

  async #publishOne(name: string, definition: ReleaseDefinition, push: boolean): Promise<void> {
    if (this.#options.dryRun) return;
    const branches = await (await this.#destination(name, definition)).publish(push);
    if (Object.keys(branches).length > 0)
      this.#options.onEvent({ kind: 'pushed', repository: name, branches });
  }

  async #upload(): Promise<void> {
    const { upload } = this.#services;
    if (!upload) return;
    const report = await upload(digestsOf(this.#built));
    this.#options.onEvent({ kind: 'uploaded', report });
    const [damaged] = report.damaged;
    if (damaged !== undefined)
      throw fault('TRE011', { what: `${report.damaged.length} objects are damaged, of them '${damaged}'` });
  }

  async #writeMetaRepo(definition: ReleaseDefinition): Promise<RegenReport['metaRepo']> {
    const branch = definition.metaRepoBranch ?? this.#options.release;
    const built = this.#built.flatMap(({ kit, branch: one, report }) =>
      report.commit === undefined ? [] : [{ kit, branch: one, commit: report.commit }],
    );
    // without commits of kits nobody knows which ones it would name
    if (built.length < this.#built.length) return { commit: undefined, changed: true };
    const destination = await this.#destination(metaRepo, definition);
    const base = await destination.base(branch);
    const before = base === undefined ? new Map() : await destination.files(base, '');
    const files = new Map([...before, ...metaRepoFiles(definition, built)]);
    const { commit } = await destination.write(branch, files, 'kit updates');
    return { commit, changed: commit === undefined || commit !== base };
  }

  async #mirror(name: string, definition: ReleaseDefinition): Promise<void> {
    const { mirrors, onEvent } = this.#options;
    for (const pattern of mirrors ?? definition.remotes.get('prod')?.mirrors ?? []) {
      try {
        const destination = await this.#destination(name, definition);
        await destination.mirror(pattern.replaceAll('{repo}', name));
        onEvent({ kind: 'mirrored', repository: name });
      } catch (error) {
        if (!isFault(error)) throw error;
        const { what, why } = error.problem;
        this.#report(problem('TRE010', { what: `a mirror of '${name}' lags behind: ${what}`, why }));
      }
    }
  }
}
