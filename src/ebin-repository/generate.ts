import type { Problem } from '../diagnostics/index.ts';
import { type GeneratedEbuild, repositoryTexts, usualUriDigits } from '../ebin-index/index.ts';
import { ContentStore } from '../ebins/index.ts';
import { layoutOf, packageNameOf, parseLayout, parseMirrors } from '../formats/gentoo/index.ts';
import { digestBytes, ensureFolder, entryFacts, sha512Text, systemClock } from '../host/index.ts';
import { compareBytes } from '../primitives/index.ts';
import {
  checkAsked,
  foundVersions,
  requireNoEbins,
  requireOwnRepository,
  unmatchedAtoms,
} from './check-request.ts';
import type {
  Diagnostic,
  GenerateOptions,
  GenerateRequest,
  GenerateResult,
  ObjectChange,
  PackageReport,
} from './contract.ts';
import { diagnosticOf } from './diagnostic.ts';
import { allUris, type DiskEbin, ebinsIn, packageFolders, textAt } from './disk-package.ts';
import { FileWriter } from './file-writer.ts';
import { type Gathered, type GatheredBuild, gather, isWanted } from './gather.ts';
import { buildPath, type MadeVersion, makeVersion, refusal } from './make-version.ts';
import { describedFlags, filesOf, publishPackage } from './publish-package.ts';
import { sonamesIn, unmetSonames } from './sonames.ts';
import { GeneratorState, type KnownPackage } from './state.ts';
import { asOnlyWriter } from './writer-lock.ts';

/** Changes whenever the same input is to give other output. */
const generation = 1;

/** A long run that is killed keeps what it found out up to then. */
const saveEveryMs = 10_000;

/** What became of one version. */
type Outcome =
  | { readonly kind: 'made'; readonly fingerprint: string; readonly made: MadeVersion }
  | { readonly kind: 'unchanged'; readonly known: KnownPackage }
  | { readonly kind: 'refused'; readonly problems: readonly Problem[] };

class Generation {
  readonly #request: GenerateRequest;
  readonly #store: ContentStore;
  readonly #state: GeneratorState;
  readonly #objects = new Map<string, ObjectChange>();
  readonly #writer: FileWriter;
  readonly #outcomes = new Map<string, Outcome>();
  #gathered: Gathered = {
    ...{ versions: new Map(), refused: new Map(), provided: [], problems: [] },
    isEmpty: true,
  };
  #split = 0;
  #provided: ReadonlySet<string> | undefined;
  #savedMs = systemClock.monotonicMs();

  constructor(request: GenerateRequest) {
    this.#request = request;
    checkAsked(request);
    requireOwnRepository(request.repo);
    ensureFolder(request.repo);
    this.#store = new ContentStore({ root: request.store });
    this.#state = new GeneratorState(request.repo);
    this.#writer = new FileWriter(request.repo, (event) => request.onEvent?.(event));
  }

  async run(): Promise<GenerateResult> {
    try {
      this.#gathered = await gather(this.#request, this.#state);
      if (this.#request.options.prune && this.#gathered.isEmpty) requireNoEbins(this.#request);
      for (const [cpv, problems] of this.#gathered.refused)
        this.#outcomes.set(cpv, { kind: 'refused', problems });
      for (const [cpv, builds] of this.#gathered.versions) {
        this.#request.signal?.throwIfAborted();
        if (!this.#outcomes.has(cpv)) this.#outcomes.set(cpv, await this.#version(cpv, builds));
        this.#tell(cpv);
        this.#saveNowAndThen();
      }
      this.#rememberRefused();
      if (!this.#request.options.strict || !this.#isRefused()) await this.#publish();
    } finally {
      this.#state.save();
    }
    return this.#result();
  }

  #tell(cpv: string): void {
    const outcome = this.#outcomes.get(cpv)?.kind ?? 'refused';
    this.#request.onEvent?.({ kind: 'package', cpv, outcome });
  }

  #saveNowAndThen(): void {
    if (systemClock.monotonicMs() - this.#savedMs < saveEveryMs) return;
    this.#state.save();
    this.#savedMs = systemClock.monotonicMs();
  }

  #isRefused(): boolean {
    return [...this.#outcomes.values()].some(({ kind }) => kind === 'refused');
  }

  #options(cpv: string): GenerateOptions {
    return { ...this.#request.options, ...this.#request.optionsFor?.(cpv) };
  }

  /** Of all that decides what a version becomes (specification 10.4). */
  #fingerprint(cpv: string, builds: readonly GatheredBuild[]): string {
    const { open, mirrors, masters, prune, strict, sonameCheck, packdebugDir, ...options } =
      this.#options(cpv);
    const { signal: _____, temporaryFolder: ______, ...opening } = open ?? {};
    const input = builds.map(({ folder, found, known, debug }) => [
      found.path,
      known.sizeBytes,
      known.modifiedMs,
      known.sha512,
      folder.index?.header.get('ARCH') ?? '',
      ...(debug ? [debug.sizeBytes, debug.modifiedMs] : []),
    ]);
    return sha512Text(JSON.stringify([generation, input.sort(), options, opening]));
  }

  async #version(cpv: string, builds: readonly GatheredBuild[]): Promise<Outcome> {
    const fingerprint = this.#fingerprint(cpv, builds);
    const known = this.#state.packages.get(cpv);
    const isSame = known?.fingerprint === fingerprint && this.#isInPlace(known);
    if (isSame) for (const object of known.objects) this.#note({ ...object, action: 'unchanged' });
    try {
      if (isSame) {
        await this.#alias(cpv, known.objects);
        return { kind: 'unchanged', known };
      }
      const made = await makeVersion(builds, {
        store: this.#store,
        state: this.#state,
        options: this.#options(cpv),
        signal: this.#request.signal,
        isTaken: (name) => this.#isTaken(name),
        onObject: (change) => this.#note(change),
        onSplit: () => {
          this.#split += 1;
          this.#request.onEvent?.({ kind: 'split', cpv });
        },
      });
      const objects = made.index.ebuilds.flatMap((ebuild) => ebuild.objects.map(({ object }) => object));
      await this.#alias(cpv, objects);
      return { kind: 'made', fingerprint, made };
    } catch (error) {
      return { kind: 'refused', problems: [refusal(error)] };
    }
  }

  /** Addresses of the style `short` need names of their own in the store. */
  async #alias(cpv: string, objects: readonly { readonly sha512: string }[]): Promise<void> {
    const { uriStyle, uriDigits = usualUriDigits } = this.#options(cpv);
    if (uriStyle !== 'short') return;
    for (const sha512 of new Set(objects.map((object) => object.sha512)))
      await this.#store.alias(sha512, uriDigits);
  }

  #note(change: ObjectChange): void {
    if (this.#objects.get(change.sha512)?.action !== 'written') this.#objects.set(change.sha512, change);
  }

  /** Whether all that was made of a version is still there. */
  #isInPlace({ files, objects }: KnownPackage): boolean {
    const isRight = (path: string, sha256: string, text: string): boolean => {
      // other versions have their lines and flags in these, too
      if (path.endsWith('.xml')) return true;
      if (!path.endsWith('/Manifest')) return digestBytes(text) === sha256;
      return ebuildsOf(path).every((digest) => text.includes(digest));
    };
    const ebuildsOf = (manifest: string): string[] =>
      files
        .filter(({ path }) => path.endsWith('.ebuild') && path.startsWith(manifest.slice(0, -8)))
        .flatMap(({ path }) => allUris(textAt(this.#request.repo, path) ?? ''))
        .map(({ name }) => `DIST ${name} `);
    return (
      files.every(({ path, sha256 }) => {
        const text = textAt(this.#request.repo, path);
        return text !== undefined && isRight(path, sha256, text);
      }) && objects.every(({ sha512, size }) => entryFacts(this.#store.path(sha512))?.sizeBytes === size)
    );
  }

  #isTaken(name: string): boolean {
    const { sourceRepo } = this.#request.options;
    const isGiven = [...this.#gathered.versions.keys()].some((cpv) => packageNameOf(cpv) === name);
    return isGiven || (sourceRepo !== undefined && entryFacts(`${sourceRepo}/${name}`) !== undefined);
  }

  async #publish(): Promise<void> {
    const fresh = new Map<string, GeneratedEbuild[]>();
    const origins = new Map<string, string>();
    for (const [cpv, outcome] of this.#outcomes) {
      if (outcome.kind === 'unchanged')
        for (const { path, sha256 } of outcome.known.files) this.#writer.keep(path, sha256);
      if (outcome.kind !== 'made') continue;
      for (const ebuild of outcome.made.index.ebuilds) {
        const directory = `${ebuild.id.category}/${ebuild.id.name}`;
        fresh.set(directory, [...(fresh.get(directory) ?? []), ebuild]);
        origins.set(directory, packageNameOf(cpv) ?? cpv);
      }
    }
    const gone = this.#gone(fresh);
    for (const directory of gone.keys()) if (!fresh.has(directory)) fresh.set(directory, []);
    this.#putRepository([...fresh].flatMap(([directory, list]) => (list.length > 0 ? [directory] : [])));
    for (const [directory, list] of [...fresh].sort(([a], [b]) => compareBytes(a, b))) {
      const meanings = this.#meanings(origins.get(directory) ?? directory);
      const plan = { directory, fresh: list, gone: gone.get(directory) ?? [], meanings };
      await asOnlyWriter(this.#request.repo, directory, async () => {
        publishPackage(this.#request.repo, plan, this.#writer);
      });
    }
    this.#remember();
  }

  /** Ebins on disk that no build stands for any more, by folder; none without `prune`. */
  #gone(fresh: ReadonlyMap<string, readonly GeneratedEbuild[]>): Map<string, DiskEbin[]> {
    const gone = new Map<string, DiskEbin[]>();
    if (!this.#request.options.prune) return gone;
    const staying = new Set([...fresh.values()].flat().map((ebuild) => filesOf(ebuild).ebuild));
    for (const outcome of this.#outcomes.values())
      if (outcome.kind === 'unchanged') for (const { path } of outcome.known.files) staying.add(path);
    for (const directory of packageFolders(this.#request.repo)) {
      const old = ebinsIn(this.#request.repo, directory).filter(
        ({ path, origin }) =>
          !staying.has(path) &&
          isWanted(origin, this.#request.atoms) &&
          this.#outcomes.get(origin)?.kind !== 'refused',
      );
      if (old.length > 0) gone.set(directory, old);
    }
    return gone;
  }

  #meanings(name: string): ReadonlyMap<string, string> {
    const { sourceRepo } = this.#request.options;
    return describedFlags(sourceRepo === undefined ? undefined : textAt(sourceRepo, `${name}/metadata.xml`));
  }

  /** The files that belong to no package; what was said before and is not said now stays (specification 8.7). */
  #putRepository(directories: readonly string[]): void {
    const { repo, options } = this.#request;
    const mirrorName = options.mirrorName ?? 'binhost';
    const layout = layoutOf(parseLayout(textAt(repo, 'metadata/layout.conf') ?? '', '').settings);
    const builds = [...this.#gathered.versions.values()].flat();
    const named = builds.map(({ known }) => known.repository).filter((name) => name !== '');
    const mirrors = parseMirrors(textAt(repo, 'profiles/thirdpartymirrors') ?? '');
    const name = options.repoName ?? textAt(repo, 'profiles/repo_name')?.trim();
    const categories = [...packageFolders(repo), ...directories].map((one) => one.split('/')[0] ?? '');
    const texts = repositoryTexts({
      name,
      masters:
        options.masters ??
        [...new Set([...(layout.masters ?? []), ...named])].filter((one) => one !== name).sort(compareBytes),
      categories: [...new Set(categories)],
      mirrorName,
      mirrors: options.mirrors ?? mirrors.get(mirrorName) ?? [],
    });
    for (const [path, text] of texts) this.#writer.put(path, text);
  }

  #remember(): void {
    const changes = new Map(this.#writer.changes().map((change) => [change.path, change]));
    for (const [cpv, outcome] of this.#outcomes) {
      if (outcome.kind !== 'made') continue;
      const { index } = outcome.made;
      const paths = index.ebuilds.flatMap((ebuild) => Object.values(filesOf(ebuild)));
      this.#state.packages.set(cpv, {
        fingerprint: outcome.fingerprint,
        files: paths.map((path) => ({ path, sha256: changes.get(path)?.sha256 ?? '' })),
        objects: index.ebuilds.flatMap(({ objects }) =>
          objects.map(({ object: { sha512, size } }) => ({ sha512, size })),
        ),
        report: this.#report(cpv, outcome),
        problems: outcome.made.problems,
      });
    }
    if (this.#request.options.prune && this.#request.atoms.length === 0)
      for (const cpv of this.#state.packages.keys())
        if (!this.#outcomes.has(cpv)) this.#state.packages.delete(cpv);
  }

  #rememberRefused(): void {
    if (this.#request.atoms.length === 0) this.#state.refused.clear();
    for (const [cpv, outcome] of this.#outcomes) {
      this.#state.refused.delete(cpv);
      if (outcome.kind === 'refused') this.#state.refused.set(cpv, this.#report(cpv, outcome).diagnostics);
    }
  }

  #report(cpv: string, outcome: Outcome): PackageReport {
    if (outcome.kind === 'unchanged') return outcome.known.report;
    const builds = this.#gathered.versions.get(cpv) ?? [];
    const told = (problems: readonly Problem[]): Diagnostic[] =>
      problems.map((one) => diagnosticOf(one, cpv, builds));
    if (outcome.kind === 'refused') return { cpv, refused: true, diagnostics: told(outcome.problems) };
    return { ...outcome.made.index.report, diagnostics: told(outcome.made.problems) };
  }

  /** Told anew on each run: what others have changes while a version does not. */
  #sonames({ cpv, builds = [] }: PackageReport): readonly Problem[] {
    if (!this.#request.options.sonameCheck) return [];
    this.#provided ??= sonamesIn(this.#gathered.provided.join(' '));
    const all = this.#gathered.versions.get(cpv) ?? [];
    const counting = new Set(builds.flatMap(({ path, selected }) => (selected ? [path] : [])));
    const required = all
      .filter((one) => counting.has(buildPath(one, all)))
      .map(({ known }) => known.requires);
    return unmetSonames(cpv, required, this.#provided);
  }

  #result(): GenerateResult {
    const outcomes = [...this.#outcomes].sort(([a], [b]) => compareBytes(a, b));
    const told = outcomes.map(([cpv, outcome]) => {
      const report = this.#report(cpv, outcome);
      const sonames = this.#sonames(report);
      const diagnostics = [...report.diagnostics, ...sonames.map((one) => diagnosticOf(one, cpv))];
      return { report: { ...report, diagnostics }, problems: [...problemsOf(outcome), ...sonames] };
    });
    const { atoms } = this.#request;
    const unmatched = unmatchedAtoms(atoms, foundVersions(this.#gathered), 'warning');
    const others = [...this.#gathered.problems, ...unmatched];
    return {
      files: this.#writer.changes(),
      objects: [...this.#objects.values()].sort((a, b) => compareBytes(a.sha512, b.sha512)),
      reports: told.map(({ report }) => report),
      problems: [...others, ...told.flatMap(({ problems }) => problems)],
      diagnostics: others.map((one) => diagnosticOf(one)),
      split: this.#split,
      exit: this.#isRefused() || others.some(({ severity }) => severity === 'error') ? 1 : 0,
    };
  }
}

function problemsOf(outcome: Outcome): readonly Problem[] {
  if (outcome.kind === 'made') return outcome.made.problems;
  return outcome.kind === 'unchanged' ? outcome.known.problems : outcome.problems;
}

/**
 * Makes ebins of folders of binary packages (specification 10.4): objects into the store, then Manifests and ebuilds, the
 * cache last. What is unchanged since the run before costs a look at the folder. A version that is refused stays as it was
 * and stops no other, unless `strict`.
 * @throws EBN012 for a folder that is none, EBN001 for a damaged index, EBN070, EBN071, EBN080, EBN083, EBN086, EBN089, SYS001 to SYS004
 */
export async function generate(request: GenerateRequest): Promise<GenerateResult> {
  return await new Generation(request).run();
}
