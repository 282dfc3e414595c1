import type { Problem } from '../../diagnostics/index.ts';
import { isFault, problem } from '../../diagnostics/index.ts';
import {
  type FoundPackage,
  openFound,
  type PackageFolder,
  presumedVersion,
  readPackageFolder,
} from '../../ebins/index.ts';
import { compareVersions, formatVersion, parsePackageId } from '../../formats/gentoo/index.ts';
import { digestBytes } from '../../host/index.ts';
import type { Recipe } from '../../model/index.ts';
import { compareText } from '../../primitives/index.ts';
import { type EbinDetails, indexRecipe } from './ebin-recipe.ts';

export interface FoundEbins {
  readonly recipes: readonly Recipe<EbinDetails>[];
  readonly problems: readonly Problem[];
}

/** What is known of the builds of a package without opening them. */
interface Builds {
  newest: string;
  readonly facts: string[];
}

/**
 * The packages of folders of binary packages, one job each. Its inputs are its files, as far as path, size, time and index tell,
 * and `settings`. Throws EBN012 for a folder that is none, EBN001 for a damaged index, SYS004.
 */
export async function discoverEbins(folders: readonly string[], settings: string): Promise<FoundEbins> {
  const packages = new Map<string, Builds>();
  const problems: Problem[] = [];
  for (const path of folders) {
    const folder = readPackageFolder(path);
    problems.push(...folder.problems);
    for (const found of folder.packages) {
      try {
        add(packages, found, await versionOf(folder, found));
      } catch (error) {
        if (!isFault(error) || error.problem.blame === 'world') throw error;
        problems.push(error.problem);
      }
    }
  }
  const recipes = [...packages].map(([name, { newest, facts }]) =>
    indexRecipe(name, {
      folders,
      version: newest,
      inputDigest: digestBytes(JSON.stringify([settings, folders, facts.sort(compareText)])),
    }),
  );
  if (recipes.length === 0)
    problems.push(problem('PLN001', { what: `'${folders.join("', '")}' holds no binary packages` }));
  return { recipes: recipes.sort((a, b) => compareText(a.name, b.name)), problems };
}

/** In old layouts without an index only the file itself knows its category. */
async function versionOf(folder: PackageFolder, found: FoundPackage): Promise<string> {
  return (
    presumedVersion(found) ??
    (await openFound(folder, found, { check: 'metadata', signatures: 'ignore' })).cpv
  );
}

function add(
  packages: Map<string, Builds>,
  { file, sizeBytes, modifiedMs, stanza }: FoundPackage,
  cpv: string,
) {
  const id = parsePackageId(cpv);
  if (!id) return;
  const name = `${id.category}/${id.name}`;
  const version = formatVersion(id.version);
  const known = packages.get(name) ?? { newest: version, facts: [] };
  packages.set(name, known);
  if (compareVersions(known.newest, version) < 0) known.newest = version;
  const listed = [stanza?.get('MD5'), stanza?.get('SHA1')];
  known.facts.push(JSON.stringify([file, sizeBytes, modifiedMs, ...listed]));
}
