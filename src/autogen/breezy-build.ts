import { join } from 'node:path';
import { fault, isFault, problem } from '../diagnostics/index.ts';
import {
  ebuildFileName,
  isCategoryName,
  isPackageName,
  type ManifestEntry,
  requireVersion,
} from '../formats/gentoo/index.ts';
import { Archive } from './archive.ts';
import { Artifact, type ArtifactOptions } from './artifact.ts';
import { DistFile } from './dist-file.ts';
import { withNameVariables } from './ebuild-words.ts';
import { exposeAll } from './expose-all.ts';
import { isMapping } from './merge-settings.ts';
import type { BuildInProgress, Unit } from './run-context.ts';
import { type ArtifactSet, artifactsOf, srcUriText } from './src-uri.ts';
import type { StagedBuild } from './staged-build.ts';

/** What can be listed as an artifact; a mapping with a `url` becomes one. */
export type ArtifactLike = Artifact | Archive | ArtifactOptions;

/** What a build is made of (specification 3.1). Everything is a variable of the template, too. */
export interface BreezyBuildOptions {
  readonly cat?: string | undefined;
  readonly name?: string | undefined;
  readonly version?: string | number | undefined;
  /** A whole number, or one for each version; 0 is none. */
  readonly revision?: number | string | Readonly<Record<string, number | string>> | undefined;
  /** A list, or by USE flag with `global` for what is always fetched. */
  readonly artifacts?: ArtifactSet<ArtifactLike> | undefined;
  /** Default: `<name>.tmpl`. */
  readonly template?: string | undefined;
  readonly template_text?: string | undefined;
  readonly templateText?: string | undefined;
  readonly template_path?: string | undefined;
  readonly templatePath?: string | undefined;
  /** Templates are in its folder `templates` unless `template_path` says otherwise. */
  readonly path?: string | undefined;
  readonly [variable: string]: unknown;
}

/** One ebuild to be written. */
export class BreezyBuild implements BuildInProgress {
  readonly #unit: Unit;
  readonly #given: BreezyBuildOptions;
  readonly #artifacts: ArtifactSet<DistFile>;
  readonly version: string;
  #done: Promise<void> | undefined;

  /** Throws AGN010 without a version, PMS001 for one that Portage does not take, AGN035 for what is no artifact. */
  constructor(unit: Unit, options: BreezyBuildOptions) {
    this.#unit = unit;
    this.#given = options;
    const { version } = options;
    if (version === undefined || version === null || version === '') {
      throw fault('AGN010', { what: `the build of '${this.shownName}' has no version` });
    }
    this.version = String(version);
    requireVersion(this.version);
    this.#artifacts = readArtifacts(unit, options.artifacts ?? []);
    unit.builds.add(this);
  }

  get cat(): string | undefined {
    return this.#given.cat;
  }

  get name(): string | undefined {
    return this.#given.name;
  }

  /** `category/name`. Throws AGN009. */
  get catpkg(): string {
    const { cat, name } = this.#given;
    for (const [what, value] of [
      ['category', cat],
      ['name', name],
    ] as const) {
      const isGood =
        typeof value === 'string' && (what === 'name' ? isPackageName(value) : isCategoryName(value));
      if (isGood) continue;
      throw fault('AGN009', {
        what:
          value === undefined || value === ''
            ? `the build of '${this.shownName}' has no ${what}`
            : `'${String(value)}' is not the ${what} of a package`,
      });
    }
    return `${cat}/${name}`;
  }

  /** A keyword as it was given. */
  get(keyword: string): unknown {
    return Object.hasOwn(this.#given, keyword) ? this.#given[keyword] : undefined;
  }

  /** Whether something became of it. */
  get isPushed(): boolean {
    return this.#done !== undefined;
  }

  /** Has the ebuild made while `generate` goes on; what goes wrong is in the summary of the run. */
  push(): void {
    const done = this.#start();
    done.catch(() => undefined);
    this.#unit.pushed.push(done);
  }

  /** Makes the ebuild and throws what goes wrong. It is written when all of the package succeeded. */
  async generate(): Promise<void> {
    await this.#start();
  }

  #start(): Promise<void> {
    this.#done ??= this.#make();
    return this.#done;
  }

  async #make(): Promise<void> {
    const { catpkg } = this;
    this.#unit.claims.add(catpkg);
    const fileName = ebuildFileName({
      category: this.cat ?? '',
      name: this.name ?? '',
      version: this.version,
      revision: this.#given.revision,
    });
    const artifacts = artifactsOf(this.#artifacts);
    for (const artifact of artifacts) artifact.breezyBuilds.add(this);
    // all of them are waited for, so that none is left behind when one fails
    const completed = await Promise.allSettled(artifacts.map((artifact) => artifact.ensureCompleted()));
    const failed = completed.find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
    const text = this.#render(catpkg);
    const staged: StagedBuild = {
      catpkg,
      fileName,
      version: this.version,
      text,
      entries: artifacts.map(manifestEntry),
    };
    this.#remark(staged, artifacts);
    this.#unit.staged.push(staged);
  }

  #render(catpkg: string): string {
    const given = this.#given;
    const { overlay } = this.#unit.run.settings;
    const folder =
      given.templatePath ??
      given.template_path ??
      join(given.path ?? join(overlay.root, catpkg), 'templates');
    const inline = given.templateText ?? given.template_text;
    const shelf = this.#unit.run.templates;
    const template =
      inline === undefined
        ? shelf.file(folder, given.template ?? `${given.name}.tmpl`)
        : shelf.text(inline, { name: `${this.#unit.file} (template_text)`, folder });
    const uris = srcUriText(this.#artifacts);
    const variables = { src_uri: uris, src_uri_with_use: uris, ...given };
    if (given.artifacts !== undefined) variables['artifacts'] = this.#artifacts;
    const text = template.render(exposeAll(variables) as Record<string, unknown>);
    return text.endsWith('\n') ? text : `${text}\n`;
  }

  #remark({ text, fileName, catpkg }: StagedBuild, artifacts: readonly DistFile[]): void {
    const words = withNameVariables(text, fileName);
    const remark = (code: 'AGN020' | 'AGN021', what: string): void => {
      this.#unit.problems.push(problem(code, { what }));
    };
    for (const artifact of artifacts) {
      if (!words.includes(artifact.finalName) && !words.includes(artifact.url)) {
        remark('AGN020', `'${catpkg}/${fileName}' does not mention '${artifact.finalName}'`);
      }
      const isZstd = artifact instanceof Archive && /\.tar\.zstd?$/.test(artifact.finalName);
      if (isZstd && !/--zstd|\bunzstd\b|\bzstd\b|\bunpacker\b/.test(text)) {
        remark('AGN021', `'${catpkg}/${fileName}' does not unpack '${artifact.finalName}'`);
      }
    }
  }

  get shownName(): string {
    const { cat, name } = this.#given;
    return cat === undefined || name === undefined ? (name ?? this.#unit.label) : `${cat}/${name}`;
  }
}

function manifestEntry(artifact: DistFile): ManifestEntry {
  const { blake2b, sha512, size } = artifact.hashes;
  return { type: 'DIST', name: artifact.finalName, size, hashes: { BLAKE2B: blake2b, SHA512: sha512 } };
}

/** Makes artifacts of mappings, and refuses what is none before anything is done. */
function readArtifacts(unit: Unit, artifacts: ArtifactSet<ArtifactLike>): ArtifactSet<DistFile> {
  const one = (value: unknown): DistFile => {
    if (value instanceof DistFile) {
      if (value instanceof Archive) checkStored(value);
      return value;
    }
    if (isMapping(value) && typeof value['url'] === 'string') {
      return new Artifact(unit, value as unknown as ArtifactOptions);
    }
    throw fault('AGN035', { what: `an artifact of '${unit.label}' is neither an artifact nor an archive` });
  };
  if (Array.isArray(artifacts)) return artifacts.map(one);
  if (!isMapping(artifacts)) throw fault('AGN035', { what: `the artifacts of '${unit.label}' are no list` });
  return Object.fromEntries(
    Object.entries(artifacts).map(([flag, value]) => [
      flag,
      Array.isArray(value) ? value.map(one) : one(value),
    ]),
  );
}

/** An archive that is not stored yet says so here, where it was handed over, not later. */
function checkStored(archive: Archive): void {
  try {
    archive.hash('sha512');
  } catch (error) {
    if (!isFault(error, 'AGN014')) throw error;
    throw fault('AGN014', {
      what: `archive '${archive.finalName}' is handed to a build before it is stored`,
      cause: error,
    });
  }
}
