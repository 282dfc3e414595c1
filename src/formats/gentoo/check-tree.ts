import { type Problem, problem } from '../../diagnostics/index.ts';
import { compareText } from '../../primitives/index.ts';
import { checkManifestFiles } from './check-manifest-files.ts';
import { checkPackage, md5Of, textOf } from './check-package.ts';
import { type ManifestEntry, sameFile } from './manifest.ts';
import { isCategoryName } from './names.ts';
import { type Layout, layoutOf, parseCategories, parseLayout, parseRepoName } from './repository-files.ts';

/** The files of an ebuild repository. */
export interface TreeFiles {
  /** Paths of all files below its root, with `/` and without `./`. */
  readonly paths: readonly string[];
  /** The content of one of them. */
  readonly read: (path: string) => Uint8Array;
}

/** What a repository takes from its masters and profiles, as far as checks ask for it. */
export interface TreeSurroundings {
  /** Categories of the masters. */
  readonly categories?: ReadonlySet<string>;
  /** MD5 of the masters' eclasses by name. */
  readonly eclasses?: ReadonlyMap<string, string>;
  /** Licences of the masters; without them licences are looked at only when the repository has some itself. */
  readonly licenses?: ReadonlySet<string>;
  /** Flags that belong to every package by the profile. */
  readonly implicitFlags?: ReadonlySet<string>;
  /** Whether an ebuild without an entry in `metadata/md5-cache` is a problem; it is unless this is false. */
  readonly needsCache?: boolean;
}

/** Folders of a repository that are no categories (PMS 4.1). */
export const noCategories: ReadonlySet<string> = new Set([
  'eclass',
  'licenses',
  'metadata',
  'profiles',
  'scripts',
]);

/** Parts of USE_EXPAND that PMS lets every ebuild ask for (11.1.1). */
const implicitPrefix = /^(arch|elibc|kernel|userland)_|^(prefix|prefix-guest|prefix-stack)$/;

class TreeCheck {
  readonly problems: Problem[] = [];
  readonly #tree: TreeFiles;
  readonly #around: TreeSurroundings;
  readonly #paths: ReadonlySet<string>;
  readonly #eclasses = new Map<string, string>();

  constructor(tree: TreeFiles, around: TreeSurroundings) {
    this.#tree = tree;
    this.#around = around;
    this.#paths = new Set(tree.paths);
    for (const [name, digest] of around.eclasses ?? []) this.#eclasses.set(name, digest);
    for (const path of tree.paths) {
      const name = /^eclass\/([^/]+)\.eclass$/.exec(path)?.[1];
      if (name !== undefined) this.#eclasses.set(name, md5Of(tree.read(path)));
    }
  }

  #text(path: string): string | undefined {
    return this.#paths.has(path) ? textOf(this.#tree.read(path)) : undefined;
  }

  #wrong(file: string, what: string): void {
    this.problems.push(problem('PMS050', { what, place: { file } }));
  }

  /** Name and layout (specification 9.1). */
  layout(): Layout {
    const name = this.#text('profiles/repo_name');
    if (name === undefined) this.#wrong('profiles/repo_name', 'the repository has no name');
    else if (parseRepoName(name) === undefined)
      this.#wrong('profiles/repo_name', `'${name.split('\n')[0] ?? ''}' is not the name of a repository`);
    const file = 'metadata/layout.conf';
    const text = this.#text(file);
    if (text === undefined) this.#wrong(file, 'the repository has no layout.conf');
    const { settings, problems } = parseLayout(text ?? '', file);
    this.problems.push(...problems);
    const layout = layoutOf(settings);
    if (text !== undefined && layout.masters === undefined)
      this.#wrong(file, "'masters' is missing; it may be empty");
    if (layout.repoName !== undefined && name !== undefined && layout.repoName !== parseRepoName(name))
      this.#wrong(file, `'repo-name' is '${layout.repoName}', and not what 'profiles/repo_name' says`);
    return layout;
  }

  /** Files of each package, by `category/name`, as far as there are ebuilds or Manifests. */
  packages(): Map<string, string[]> {
    const packages = new Map<string, string[]>();
    for (const path of this.#tree.paths) {
      const [category = '', name = '', fileName = '', ...more] = path.split('/');
      if (noCategories.has(category) || category.startsWith('.') || fileName === '' || more.length > 0)
        continue;
      const folder = `${category}/${name}`;
      packages.set(folder, [...(packages.get(folder) ?? []), fileName]);
    }
    for (const [folder, names] of packages) {
      const isPackage = names.some((name) => name.endsWith('.ebuild') || name === 'Manifest');
      if (!isPackage) packages.delete(folder);
    }
    return packages;
  }

  categories(used: Iterable<string>): void {
    const file = 'profiles/categories';
    const { categories, problems } = parseCategories(this.#text(file) ?? '', file);
    this.problems.push(...problems);
    for (const category of new Set(used)) {
      if (!isCategoryName(category))
        this.problems.push(
          problem('PMS002', {
            what: `'${category}' is not the name of a category`,
            place: { file: category },
          }),
        );
      else if (!categories.includes(category) && !this.#around.categories?.has(category))
        this.#wrong(file, `category '${category}' is not listed: its packages are invisible`);
    }
  }

  #hasLicense(): ((name: string) => boolean) | undefined {
    const own = this.#tree.paths.some((path) => path.startsWith('licenses/'));
    if (!own && !this.#around.licenses) return undefined;
    return (name) => this.#paths.has(`licenses/${name}`) || this.#around.licenses?.has(name) === true;
  }

  check(): readonly Problem[] {
    const layout = this.layout();
    const packages = this.packages();
    this.categories([...packages.keys()].map((path) => path.split('/')[0] ?? ''));
    const hasLicense = this.#hasLicense();
    const rules = {
      isThin: layout.thinManifests,
      needsCache: this.#around.needsCache ?? true,
      eclassMd5: (name: string) => this.#eclasses.get(name),
      isImplicitFlag: (flag: string) =>
        implicitPrefix.test(flag) || this.#around.implicitFlags?.has(flag) === true,
      hasLicense,
    };
    const files = new Map<string, { entry: ManifestEntry; path: string }>();
    for (const [path, fileNames] of [...packages].sort(([a], [b]) => compareText(a, b))) {
      const exists = (file: string): boolean => this.#paths.has(file);
      const { problems, manifest } = checkPackage({ path, fileNames, exists, read: this.#tree.read }, rules);
      this.problems.push(...problems);
      this.problems.push(...checkManifestFiles(manifest, { path, exists, read: this.#tree.read }));
      for (const entry of manifest.entries) if (entry.type === 'DIST') this.#collide(entry, path, files);
    }
    this.#orphans(packages);
    return this.problems;
  }

  /** One name is one file in the whole repository (specification 9.3). */
  #collide(
    entry: ManifestEntry,
    path: string,
    files: Map<string, { entry: ManifestEntry; path: string }>,
  ): void {
    const before = files.get(entry.name);
    if (!before) files.set(entry.name, { entry, path });
    else if (!sameFile(before.entry, entry))
      this.problems.push(
        problem('PMS012', {
          what: `'${entry.name}' of '${path}' and of '${before.path}' are different files`,
          place: { file: `${path}/Manifest` },
        }),
      );
  }

  #orphans(packages: ReadonlyMap<string, readonly string[]>): void {
    const ebuilds = new Set(
      [...packages].flatMap(([path, names]) => names.map((name) => `${path.split('/')[0] ?? ''}/${name}`)),
    );
    for (const path of this.#tree.paths) {
      const id = /^metadata\/md5-cache\/([^/]+\/[^/]+)$/.exec(path)?.[1];
      if (id !== undefined && !ebuilds.has(`${id}.ebuild`))
        this.problems.push(
          problem('PMS053', {
            what: `metadata of '${id}' is there, the ebuild is not`,
            place: { file: path },
          }),
        );
    }
  }
}

/**
 * Holds the texts of an ebuild repository against PMS and specification 9: names and folders, layout and categories,
 * Manifests and SRC_URI, the metadata cache and the ebuilds, dependencies and IUSE, distfiles of one name. Returns everything
 * that is wrong (PMS002 to PMS054) in the order of paths. Only texts are looked at: nothing is fetched or run.
 */
export function checkTree(tree: TreeFiles, around: TreeSurroundings = {}): readonly Problem[] {
  return new TreeCheck(tree, around).check();
}
