import { fault, type Problem, problem } from '../diagnostics/index.ts';
import { type KitDefinition, md5Of, parseArchitectures, parseCategories } from '../formats/gentoo/index.ts';
import type { FileTree } from '../host/index.ts';
import { addLicences, addPythonUse, cacheEntries, checkKit, type MasterFacts } from './after-metadata.ts';
import { buildAutoKit, buildSourcedKit, type KitMaterial, type RawKit } from './auto-kit.ts';
import type { KitReport, RegenOptions, RegenServices } from './contract.ts';
import type { Destination } from './destination.ts';
import { finishKit } from './finish-kit.ts';
import { packagesOf } from './kit-files.ts';

/** A kit that is made. */
export interface BuiltKit {
  readonly kit: KitDefinition;
  readonly branch: string;
  readonly files: FileTree;
  readonly report: KitReport;
}

export interface BuildWish {
  readonly kit: KitDefinition;
  readonly branch: string;
  readonly material: KitMaterial;
  readonly destination: Destination;
  /** Kits that are its masters, in its order. */
  readonly masters: readonly BuiltKit[];
  readonly options: RegenOptions;
  readonly services: RegenServices;
}

/**
 * Makes one branch of a kit and the commit for it, which no branch points to yet (specification 7.4). Throws TRE006 for a
 * failure that ends the run, and what sources, autogens and git throw.
 */
export async function buildKit(wish: BuildWish): Promise<BuiltKit> {
  const { kit, branch, material, destination, options } = wish;
  const stage = (name: string): void =>
    options.onEvent({ kind: 'stage', kit: kit.name, branch, stage: name });
  const base = await destination.base(branch);
  stage('sources and autogens');
  const raw = kit.kind === 'auto' ? await buildAutoKit(kit, material) : await buildSourcedKit(kit, material);
  // autogens that were called off are no failures
  options.signal.throwIfAborted();
  const kept = await applyPolicy(wish, raw, base);
  const { distfilesHost, clock } = options;
  const year = new Date(clock.nowMs()).getUTCFullYear();
  const { licences } = raw;
  const ofManifests = await finishKit(raw.files, { kit, material, licences, year, distfilesHost });
  stage('metadata');
  const facts = factsOf(wish.masters);
  const { metadata, remarks } = await addMetadata(wish, raw, { base, facts });
  const files = raw.files.tree();
  const found = checkKit(files, facts);
  const written = await destination.write(branch, files, commitText(raw));
  const report: KitReport = {
    kind: 'kit',
    kit: kit.name,
    branch,
    commit: written.commit,
    changed: written.changes > 0 || written.base === undefined,
    changedFiles: written.changes,
    ebuilds: [...files.keys()].filter((path) => path.endsWith('.ebuild')).length,
    sources: raw.sources,
    failures: raw.failures,
    kept: kept.names,
    metadata,
    remarks: [...raw.problems, ...kept.problems, ...ofManifests, ...remarks, ...found],
  };
  options.onEvent(report);
  return { kit, branch, files, report };
}

/** What becomes of packages that could not be made. Returns those that are as they were. */
async function applyPolicy(
  { kit, branch, destination, options }: BuildWish,
  raw: RawKit,
  base: string | undefined,
): Promise<{ readonly names: readonly string[]; readonly problems: readonly Problem[] }> {
  const { failures, files } = raw;
  const [first] = failures;
  if (!first) return { names: [], problems: [] };
  if (options.onFailure === 'abort') {
    const { problem: why, catpkg } = first;
    throw fault('TRE006', {
      what: `kit '${kit.name}' of branch '${branch}' lacks '${catpkg ?? 'a package'}': ${why.what}`,
      place: why.place,
    });
  }
  if (options.onFailure === 'skip' || base === undefined) return { names: [], problems: [] };
  const wanted = new Set(failures.flatMap(({ catpkg }) => catpkg ?? []));
  // nobody knows what a file that cannot be read would have made: nothing goes because of it
  if (failures.some(({ catpkg }) => catpkg === undefined)) {
    const here = new Set(files.packages());
    for (const catpkg of packagesOf((await destination.files(base, '')).keys()))
      if (!here.has(catpkg)) wanted.add(catpkg);
  }
  const names: string[] = [];
  for (const catpkg of [...wanted].sort()) {
    const before = await destination.files(base, catpkg);
    if (before.size === 0) continue;
    files.replacePackage(catpkg, before);
    names.push(catpkg);
  }
  const problems = names.map((name) =>
    problem('TRE009', { what: `'${name}' is kept as it was in '${kit.name}'` }),
  );
  return { names, problems };
}

interface WithMetadata {
  readonly metadata: KitReport['metadata'];
  readonly remarks: readonly Problem[];
}

/** Has the metadata of a kit read, and adds what follows from them (specification 7.4, step 6). */
async function addMetadata(
  { kit, material, destination, masters, services }: BuildWish,
  { files, licences }: RawKit,
  { base, facts }: { readonly base: string | undefined; readonly facts: MasterFacts },
): Promise<WithMetadata> {
  const cacheFolder = 'metadata/md5-cache';
  const known = base === undefined ? new Map() : await destination.files(base, cacheFolder);
  const outcome = await services.readMetadata({
    tree: { name: kit.name, files: files.tree() },
    masters: masters.map((master) => ({ name: master.kit.name, files: master.files })),
    known,
  });
  for (const [path, text] of outcome.entries) files.putText(path, text);
  const entries = cacheEntries(files.tree());
  const lacking = await addLicences(files, entries, { sources: licences, masters: facts.licenses });
  addPythonUse(files, entries, material);
  const failed = outcome.problems.filter(({ severity }) => severity === 'error').length;
  return {
    metadata: { kept: outcome.kept, made: outcome.made, failed },
    remarks: [...outcome.problems, ...lacking],
  };
}

function factsOf(masters: readonly BuiltKit[]): MasterFacts {
  const categories = new Set<string>();
  const eclasses = new Map<string, string>();
  const licenses = new Set<string>();
  const implicitFlags = new Set<string>();
  for (const { files } of masters) {
    for (const [path, { bytes }] of files) {
      const eclass = /^eclass\/([^/]+)\.eclass$/.exec(path)?.[1];
      if (eclass !== undefined) eclasses.set(eclass, md5Of(bytes));
      if (path.startsWith('licenses/')) licenses.add(path.slice('licenses/'.length));
      const text = (): string => Buffer.from(bytes).toString('utf8');
      if (path === 'profiles/categories')
        for (const name of parseCategories(text(), path).categories) categories.add(name);
      if (path === 'profiles/arch.list')
        for (const name of parseArchitectures(text())) implicitFlags.add(name);
    }
  }
  return { categories, eclasses, licenses, implicitFlags };
}

function commitText({ sources }: RawKit): string {
  const merged = sources.map(({ name, commit }) => `  ${name}: ${commit}`);
  return ['Autogenerated tree updates.', '', 'merged:', ...merged].join('\n');
}
