import { fault } from '../diagnostics/index.ts';
import type { GitObject, ObjectReader } from './object-reader.ts';
import { type CommitObject, parseCommit, parseTree, type Tree } from './tree-object.ts';
import type { TreeChange, TreeEntry } from './working-copy.ts';

/** How many names of parsed trees are kept: two commits of a repository with thousands of recipes. */
const keptNames = 60_000;
/** How far a line of commits is followed one by one before git is asked to do it. */
const longestLine = 100;

/** What a repository of strangers may have of that which is read before its files are counted. */
export interface HistoryBounds {
  /** Files and folders below a folder, however often the same folder is named. */
  readonly names: number;
  /** Folders within folders. */
  readonly depth: number;
  /** Characters of a path. */
  readonly pathLength: number;
  /** Bytes of all commits and trees together. */
  readonly bytes: number;
  /** Makes the error of what goes beyond, from how it does. */
  readonly refuse: (how: string) => Error;
}

interface Pair {
  readonly path: string;
  readonly before: TreeEntry | undefined;
  readonly after: TreeEntry | undefined;
}

/** Commits and trees of a repository, read object by object, all those of one depth at once. */
export class History {
  readonly #objects: ObjectReader;
  readonly #trees = new Map<string, Tree>();
  readonly #bounds: HistoryBounds | undefined;
  #names = 0;
  #bytes = 0;

  /** Without bounds, the repository is trusted to be of a size that fits into memory. */
  constructor(objects: ObjectReader, bounds?: HistoryBounds) {
    this.#objects = objects;
    this.#bounds = bounds;
  }

  /** Commits by id or name, in the order of the names; undefined for what denotes none. */
  async find(names: readonly string[]): Promise<readonly (CommitObject | undefined)[]> {
    const objects = await this.#read(names.map((name) => name && `${name}^{commit}`));
    return objects.map((object) => object && parseCommit(object.bytes, object.id));
  }

  /** Throws GIT002 when the name denotes no commit. */
  async commit(name: string): Promise<CommitObject> {
    const [commit] = await this.find([name]);
    if (!commit) throw fault('GIT002', { what: `'${name}' denotes no commit` });
    return commit;
  }

  /**
   * The commits from `tip` down to but without `base` when they are a line of single parents, newest first;
   * undefined when a merge, the end of a shallow clone or too many of them are in between.
   */
  async line(tip: CommitObject, base: string): Promise<readonly CommitObject[] | undefined> {
    const line: CommitObject[] = [];
    let current: CommitObject | undefined = tip;
    while (current && line.length < longestLine) {
      if (current.id === base) return line;
      line.push(current);
      const [parent, ...others]: readonly string[] = current.parents;
      if (parent === undefined || others.length > 0) return undefined;
      [current] = await this.find([parent]);
    }
    return undefined;
  }

  /** Names of a folder of a commit; undefined when there is no such folder. */
  async folder(commit: CommitObject, path: string): Promise<Tree | undefined> {
    let tree = await this.#tree(commit.tree);
    for (const part of partsOf(path)) {
      const entry = tree.get(part);
      if (entry?.mode !== '040000') return undefined;
      tree = await this.#tree(entry.id);
    }
    return tree;
  }

  /** Everything below a folder but folders, by path from the top; empty when there is no such folder. */
  async below(commit: CommitObject, path: string): Promise<ReadonlyMap<string, TreeEntry>> {
    const top = await this.folder(commit, path);
    const found = new Map<string, TreeEntry>();
    const prefix = partsOf(path)
      .map((part) => `${part}/`)
      .join('');
    let level = top ? named(top, prefix) : [];
    let names = level.length;
    for (let depth = 0; level.length > 0; depth += 1) {
      this.#check(level, { names, depth });
      const folders = level.filter(([, entry]) => entry.mode === '040000');
      for (const [name, entry] of level) if (entry.mode !== '040000') found.set(name, entry);
      const trees = await this.#readTrees(folders.map(([, entry]) => entry.id));
      // counted before they are written out: a few trees that name each other again and again are billions of paths
      names += folders.reduce((sum, [, { id }]) => sum + (trees.get(id)?.size ?? 0), 0);
      this.#check([], { names, depth });
      level = folders.flatMap(([name, { id }]) => named(trees.get(id) ?? new Map(), `${name}/`));
    }
    return found;
  }

  /** What single paths of a commit are, in their order; those that are not there are left out. */
  async at(commit: CommitObject, paths: readonly string[]): Promise<ReadonlyMap<string, TreeEntry>> {
    const found = new Map<string, TreeEntry>();
    let level = paths.map((path) => ({ path, parts: partsOf(path), tree: commit.tree }));
    while (level.length > 0) {
      const trees = await this.#readTrees(level.map(({ tree }) => tree));
      const next: typeof level = [];
      for (const { path, parts, tree } of level) {
        const [name = '', ...rest] = parts;
        const entry = trees.get(tree)?.get(name);
        if (entry && rest.length === 0) found.set(path, entry);
        else if (entry?.mode === '040000') next.push({ path, parts: rest, tree: entry.id });
      }
      level = next;
    }
    return new Map(paths.flatMap((path) => (found.has(path) ? [[path, found.get(path) as TreeEntry]] : [])));
  }

  /** Bytes of files and targets of links; throws GIT012 when the repository lacks one. */
  async bytes(entries: ReadonlyMap<string, TreeEntry>): Promise<ReadonlyMap<string, Buffer>> {
    const files = [...entries].filter(([, { mode }]) => mode !== '160000' && mode !== '040000');
    const objects = await this.#objects.read(files.map(([, { id }]) => id));
    const found = new Map<string, Buffer>();
    for (const [index, [path, { id }]] of files.entries()) {
      const object = objects[index];
      if (!object) throw lacking(id);
      found.set(path, object.bytes);
    }
    return found;
  }

  /** What two commits differ in, sorted by path; undefined stands for the empty tree. Subfolders that are equal are not read. */
  async changes(before: CommitObject | undefined, after: CommitObject): Promise<readonly TreeChange[]> {
    const top = (commit: CommitObject | undefined): TreeEntry | undefined =>
      commit && { mode: '040000', id: commit.tree };
    const found: TreeChange[] = [];
    let level: readonly Pair[] = [{ path: '', before: top(before), after: top(after) }];
    while (level.length > 0) {
      const folders = level.flatMap(({ before, after }) => [before, after]).filter(isFolder);
      const trees = await this.#readTrees(folders.map(({ id }) => id));
      const next: Pair[] = [];
      for (const pair of level) {
        if (isLeaf(pair.before) || isLeaf(pair.after)) found.push(leafChange(pair));
        if (isFolder(pair.before) || isFolder(pair.after)) next.push(...inner(pair, trees));
      }
      level = next;
    }
    return found.sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  async #tree(id: string): Promise<Tree> {
    return (await this.#readTrees([id])).get(id) ?? new Map();
  }

  async #readTrees(ids: readonly string[]): Promise<ReadonlyMap<string, Tree>> {
    const wanted = new Map(ids.map((id) => [id, this.#trees.get(id)]));
    const missing = [...wanted].flatMap(([id, tree]) => (tree ? [] : [id]));
    const objects = await this.#read(missing);
    for (const [index, id] of missing.entries()) {
      const object = objects[index];
      if (object?.kind !== 'tree') throw lacking(id);
      const tree = parseTree(object.bytes, id);
      wanted.set(id, tree);
      this.#keep(id, tree);
    }
    return wanted as ReadonlyMap<string, Tree>;
  }

  /** Throws what `refuse` makes of a level of paths, all counted so far, that goes beyond the bounds. */
  #check(
    level: readonly (readonly [string, TreeEntry])[],
    { names, depth }: { readonly names: number; readonly depth: number },
  ): void {
    const bounds = this.#bounds;
    if (!bounds) return;
    if (names > bounds.names) throw bounds.refuse(`${names} files and folders or more`);
    if (depth > bounds.depth) throw bounds.refuse(`folders of a depth of more than ${bounds.depth}`);
    if (level.some(([path]) => path.length > bounds.pathLength)) {
      throw bounds.refuse(`a path of more than ${bounds.pathLength} characters`);
    }
  }

  /** Commits and trees; with bounds, nothing whose size was not asked for before. */
  async #read(names: readonly string[]): Promise<readonly (GitObject | undefined)[]> {
    const bounds = this.#bounds;
    if (bounds) {
      for (const object of await this.#objects.facts(names)) this.#bytes += object?.size ?? 0;
      if (this.#bytes > bounds.bytes) throw bounds.refuse(`commits and trees of ${this.#bytes} bytes`);
    }
    return await this.#objects.read(names);
  }

  #keep(id: string, tree: Tree): void {
    this.#names += tree.size;
    if (this.#names > keptNames) {
      this.#trees.clear();
      this.#names = tree.size;
    }
    this.#trees.set(id, tree);
  }
}

const lacking = (id: string): Error =>
  fault('GIT012', { what: `the repository lacks the object '${id}' that it names` });

const partsOf = (path: string): readonly string[] => path.split('/').filter((part) => part !== '');

const named = (tree: Tree, prefix: string): [string, TreeEntry][] =>
  [...tree].map(([name, entry]) => [prefix + name, entry]);

const isFolder = (entry: TreeEntry | undefined): entry is TreeEntry => entry?.mode === '040000';
const isLeaf = (entry: TreeEntry | undefined): boolean => entry !== undefined && entry.mode !== '040000';

function leafChange({ path, before, after }: Pair): TreeChange {
  if (!isLeaf(before)) return { path, kind: 'added' };
  return { path, kind: isLeaf(after) ? 'changed' : 'deleted' };
}

/** The names in which two folders differ; a folder on one side only is compared with nothing. */
function inner({ path, before, after }: Pair, trees: ReadonlyMap<string, Tree>): readonly Pair[] {
  const treeOf = (entry: TreeEntry | undefined): Tree =>
    (isFolder(entry) ? trees.get(entry.id) : undefined) ?? new Map();
  const [old, now] = [treeOf(before), treeOf(after)];
  const prefix = path === '' ? '' : `${path}/`;
  const pairs: Pair[] = [];
  for (const [name, entry] of old) {
    const other = now.get(name);
    if (other?.id !== entry.id || other.mode !== entry.mode)
      pairs.push({ path: prefix + name, before: entry, after: other });
  }
  for (const [name, entry] of now) {
    if (!old.has(name)) pairs.push({ path: prefix + name, before: undefined, after: entry });
  }
  return pairs;
}
