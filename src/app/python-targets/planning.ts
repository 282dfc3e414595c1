import { type PythonConfig, usualPython } from '../../config/index.ts';
import { fault, type Problem } from '../../diagnostics/index.ts';
import { normalisedName } from '../../formats/python/index.ts';
import { type PythonDistribution, standardLibraryName } from '../../formats/python-graph/index.ts';
import { digestBytes, entryFacts, pathKind, realPath, textIfThere } from '../../host/index.ts';
import type { Recipe } from '../../model/index.ts';
import { contentDigest, explorerDigest, interpreterFacts } from '../../python-explorer/index.ts';
import { indexingBuilder } from '../../recipes/ebin/index.ts';
import {
  exploreJob,
  manifestJob,
  type PythonDetails,
  type PythonPiece,
  pythonLabel,
  pythonRecipe,
} from '../../recipes/python/index.ts';
import type { Farm } from '../farm.ts';
import {
  filesOf,
  findInstalled,
  type InstalledDistribution,
  nowhereWords,
} from '../python/installed-files.ts';
import { ArchiveShelf, archiveDigest, archiveRequirements, requiredNames } from './archive-shelf.ts';
import { programDigest } from './program.ts';
import { readSelected, type SelectedDistribution } from './selection.ts';
import { isInSource, placeOf } from './source-paths.ts';

/** The builder that makes manifests, and explores what is installed on its machine: that of the manager. */
const keeper = indexingBuilder;

/** Settings of a source of Python distributions. Throws SCH001. */
export function pythonConfig(
  { config }: Pick<Farm, 'config'>,
  source: string,
): PythonConfig & { readonly target: string } {
  const { kind, python = usualPython, target } = config['recipe-sources'][source] ?? {};
  if (kind === 'python' && target !== undefined) return { ...python, target };
  throw fault('SCH001', { what: `the farm has no source of Python distributions '${source}'` });
}

interface Scene {
  readonly top: string;
  readonly config: PythonConfig;
  readonly shelf: ArchiveShelf;
  readonly explorer: string;
  readonly interpreter: Awaited<ReturnType<typeof interpreterFacts>>;
}

/** What an exploration is made of, and what stands for all of it. */
interface Gathered {
  readonly pieces: readonly PythonPiece[];
  readonly lacking: string | undefined;
  readonly isFromSites: boolean;
  readonly digests: readonly string[];
}

/**
 * The jobs of a source, from its files in a folder: an exploration for each distribution, and the manifest of all. Digests of inputs
 * are of everything that counts, so that a job whose digest is known has nothing to do.
 */
export class PythonPlanning {
  readonly items: readonly SelectedDistribution[];
  readonly problems: readonly Problem[];
  readonly #scene: Scene;

  private constructor(scene: Scene, selection: Awaited<ReturnType<typeof readSelected>>) {
    this.#scene = scene;
    this.items = selection.items;
    this.problems = selection.problems;
  }

  /** Throws SCH001, MPY203, MPY253, and SBX problems where the root of sandboxes is an archive. */
  static async open(
    farm: Pick<Farm, 'config' | 'sandboxRoot'>,
    source: string,
    top: string,
  ): Promise<PythonPlanning> {
    const config = pythonConfig(farm, source);
    const { interpreter: python, prefixes } = config;
    const scene = {
      ...{ top, config },
      shelf: new ArchiveShelf(
        config.archives.map((path) => placeOf(top, path)),
        (path) =>
          config.archives.some((one) => one.startsWith('/') && path.startsWith(`${one}/`)) ||
          isInSource(top, path),
      ),
      explorer: explorerDigest(),
      interpreter: await seenInterpreter({ python, prefixes, site: [] }, await farm.sandboxRoot()),
    };
    return new PythonPlanning(scene, await readSelected(top, config.lists));
  }

  /** All jobs. Throws SYS004. */
  async recipes(): Promise<readonly Recipe<PythonDetails>[]> {
    const explorations: Recipe<PythonDetails>[] = [];
    for (const item of this.items) explorations.push(await this.#exploration(item));
    return [...explorations, await this.#manifest(explorations)];
  }

  /** One of the jobs; undefined when there is none of that name. Throws SYS004. */
  async recipe(name: string): Promise<Recipe<PythonDetails> | undefined> {
    if (name === manifestJob) return (await this.recipes()).at(-1);
    const item = this.items.find(({ stem }) => exploreJob(stem) === name);
    return item && (await this.#exploration(item));
  }

  async #exploration(item: SelectedDistribution): Promise<Recipe<PythonDetails>> {
    const { top, config, interpreter, explorer } = this.#scene;
    const { stem, distribution, toplevels } = item;
    const { pieces, lacking, isFromSites, digests } = await this.#gather(item);
    const { interpreter: python, prefixes, timeout: timeoutMs } = config;
    const sites = isFromSites ? config.sites : [];
    const version = config.version ?? interpreter?.version;
    const inputs = [explorer, interpreter?.digest, version, distribution, toplevels, digests, lacking];
    return pythonRecipe({
      ...{ name: exploreJob(stem), folder: top, version: distribution.version || '0', needs: [] },
      inputDigest: digestBytes(JSON.stringify([...inputs, python, prefixes, timeoutMs])),
      by: isFromSites ? { builder: keeper } : { labels: [pythonLabel(version)] },
      details: {
        ...{ kind: 'explore', stem, distribution, toplevels, python, prefixes, pieces, sites },
        ...{ timeoutMs, lacking },
      },
    });
  }

  async #manifest(explorations: readonly Recipe<PythonDetails>[]): Promise<Recipe<PythonDetails>> {
    const { top, config } = this.#scene;
    const { jobs, share } = config;
    const stubs = config.stubs === undefined ? undefined : placeOf(top, config.stubs);
    const items = this.items.map(({ stem, distribution, toplevels }) => ({
      ...{ stem, distribution, toplevels, job: exploreJob(stem) },
    }));
    const problems = this.problems.map(({ code, what }) => ({ code, what }));
    const inputs = explorations.map(({ name, inputDigest }) => [name, inputDigest]);
    const corporaPlace = placeOf(top, config.corpora);
    const corpora = pathKind(corporaPlace) === 'folder' ? corporaPlace : undefined;
    const corporaDigest = corpora === undefined ? undefined : await contentDigest(corpora);
    const stubDigest = stubs === undefined ? undefined : await contentDigest(stubs);
    const inputDigest = digestBytes(
      JSON.stringify([programDigest(), stubDigest, corporaDigest, share, problems, inputs]),
    );
    return pythonRecipe({
      ...{ name: manifestJob, folder: top, version: inputDigest.slice(0, 12), inputDigest },
      needs: items.map(({ job }) => job),
      by: { builder: keeper },
      details: { kind: 'manifest', items, stubs, corpora, jobs, share, problems },
    });
  }

  /** Where a distribution and all that it needs come from: archives, sites, the index, in this order. */
  async #gather({ distribution, extra }: SelectedDistribution): Promise<Gathered> {
    const standard = distribution.name === standardLibraryName;
    const pieces: PythonPiece[] = [];
    const digests: string[] = [];
    const { index, sites } = this.#scene.config;
    let isFromSites = false;
    let lacking: string | undefined;
    const seen = new Set([normalisedName(distribution.name)]);
    const wanted: { one: PythonDistribution; isOwn: boolean; isNamed: boolean }[] = [];
    const want = (names: readonly string[], isNamed: boolean): void => {
      for (const name of names) {
        const key = normalisedName(name);
        if (!seen.has(key)) wanted.push({ one: { name, version: '' }, isOwn: false, isNamed });
        seen.add(key);
      }
    };
    if (!standard) wanted.push({ one: distribution, isOwn: true, isNamed: true });
    want(extra, true);
    for (let at = 0; at < wanted.length; at += 1) {
      const { one, isOwn, isNamed } = wanted[at] as (typeof wanted)[number];
      const archive = this.#scene.shelf.find(one);
      const installed = archive === undefined ? await findInstalled(sites, one) : undefined;
      if (archive !== undefined) {
        const { path, fileName } = archive;
        const object = await archiveDigest(path);
        pieces.push({ from: 'archive', object, fileName, path, isOwn });
        digests.push(`${fileName} ${object}`);
        want(await archiveRequirements(archive), false);
      } else if (installed !== undefined) {
        isFromSites = true;
        digests.push(await installedDigest(installed));
        want(requiredNames(textIfThere(`${installed.metadata}/METADATA`) ?? ''), false);
      } else if (index !== undefined && isNamed) {
        pieces.push({ from: 'index', index, distribution: one, isOwn });
        digests.push(JSON.stringify([index, one]));
      } else if (isOwn) lacking = await nowhereWords(sites, one);
    }
    return { pieces, lacking, isFromSites, digests };
  }
}

/** An installed distribution by the content of its own files. */
async function installedDigest(installed: InstalledDistribution): Promise<string> {
  const parts: (readonly [string, string])[] = [];
  for (const path of filesOf(installed)) parts.push([path, await contentDigest(path)]);
  return JSON.stringify(parts);
}

let lastSeen: { readonly key: string; readonly facts: ReturnType<typeof interpreterFacts> } | undefined;

/** Reading a standard library takes a while: it is read again when the interpreter is another one. */
function seenInterpreter(...of: Parameters<typeof interpreterFacts>): ReturnType<typeof interpreterFacts> {
  const facts = entryFacts(realPath(of[0].python));
  const key = JSON.stringify([of, facts?.inode, facts?.sizeBytes, facts?.modifiedMs]);
  if (lastSeen?.key !== key) lastSeen = { key, facts: interpreterFacts(...of) };
  return lastSeen.facts;
}
