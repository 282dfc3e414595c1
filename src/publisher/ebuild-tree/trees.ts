import { dirname } from 'node:path';
import { fault, type Problem } from '../../diagnostics/index.ts';
import { readTarBytes } from '../../formats/archives/index.ts';
import { parsePackageId } from '../../formats/gentoo/index.ts';
import {
  type Clock,
  ensureFolder,
  entryFacts,
  fsyncDirectory,
  linkDestination,
  linkNew,
  namesIn,
  removeEntry,
  removeTree,
  renameEntry,
  replaceSymlink,
  syncPaths,
  type TreeFile,
  writeDurably,
  writeFileTree,
} from '../../host/index.ts';
import { type Digest, isPlainPath, Slots } from '../../primitives/index.ts';
import type { ObjectStore } from '../../store/index.ts';
import { generationName, generationNumber } from '../generation-name.ts';
import type { PublishReport, VerifyMode } from '../publisher.ts';
import { addObjects } from './place-objects.ts';
import { readRecord, type TreePackage, type TreeRecord, wholeGenerations } from './record.ts';
import { verifyFiles } from './verify-files.ts';

export type { PlacedObject, TreePackage } from './record.ts';

export interface EbuildTreesOptions {
  readonly publicRoot: string;
  readonly store: ObjectStore;
  readonly clock: Clock;
  /** Generations that stay, the visible one included. */
  readonly keep: number;
}

export interface TreeSummary {
  readonly name: string;
  readonly arch: string;
  readonly path: string;
  readonly generation: number;
  readonly packages: number;
}

/** One kept state of a tree. */
export interface TreeGeneration {
  readonly number: number;
  /** Milliseconds since the epoch. */
  readonly createdMs: number;
  readonly reason: string;
  readonly packages: number;
  readonly visible: boolean;
}

/** What is to change of a tree. */
export interface TreeChange {
  readonly tree: string;
  readonly add: readonly TreePackage[];
  readonly remove: readonly string[];
  readonly reason: string;
}

/**
 * Trees of ebuilds as generations: `PUBLIC/NAME/tree` is a relative link to `.trees/000042`, a complete overlay. Readers
 * see one generation or the next. Files of packages that did not change are shared with the generation before.
 */
export class EbuildTrees {
  readonly #options: EbuildTreesOptions;
  /** One change of trees after the other. */
  readonly #changes = new Slots(1);

  constructor(options: EbuildTreesOptions) {
    this.#options = options;
  }

  /**
   * Publishes packages and takes others out, as one new generation; `nothing-new` when all is there. Throws PUB034 for an
   * archive that is none of a tree, STO problems.
   */
  publish(change: TreeChange): Promise<PublishReport> {
    return this.#changes.run(() => this.#publishNow(change));
  }

  async #publishNow({ tree, add, remove, reason }: TreeChange): Promise<PublishReport> {
    const folder = this.#folder(tree);
    const visible = this.#visible(tree);
    const before = readRecord(folder, visible);
    const after = new Map<string, TreePackage>(before.packages.map((one) => [one.name, one]));
    for (const name of remove) after.delete(name);
    for (const one of add) after.set(one.name, one);
    const beyondTar = ({ placed, links }: TreePackage): string => JSON.stringify([placed, links]);
    const isOld = (one: TreePackage): boolean =>
      before.packages.some(
        (old) => old.name === one.name && old.object === one.object && beyondTar(old) === beyondTar(one),
      );
    const added = [...after.values()].filter((one) => !isOld(one)).map(({ fileName }) => fileName);
    const archived = before.packages
      .filter(({ name, object }) => after.get(name)?.object !== object)
      .map(({ fileName }) => fileName);
    if (added.length === 0 && archived.length === 0)
      return { kind: 'nothing-new', generation: visible ?? 0, added, archived, problems: [] };
    const number = await this.#make(tree, { before, visible, after: [...after.values()], reason });
    replaceSymlink(`${this.#options.publicRoot}/${tree}/tree`, `.trees/${generationName(number)}`);
    await this.#retire(folder, number);
    return {
      kind: 'published',
      generation: number,
      added: added.sort(),
      archived: archived.sort(),
      problems: [],
    };
  }

  /** Makes the folder of a generation and writes down that it is whole. Nobody sees it yet. */
  async #make(
    tree: string,
    input: {
      readonly before: TreeRecord;
      readonly visible: number | undefined;
      readonly after: readonly TreePackage[];
      readonly reason: string;
    },
  ): Promise<number> {
    const folder = this.#folder(tree);
    ensureFolder(folder);
    const number = Math.max(0, ...wholeGenerations(folder)) + 1;
    const name = generationName(number);
    const fresh = `${folder}/.new-${name}`;
    for (const left of [fresh, `${folder}/${name}`]) await removeTree(left);
    ensureFolder(fresh);
    const old = input.visible === undefined ? undefined : `${folder}/${generationName(input.visible)}`;
    const packages: TreeRecord['packages'][number][] = [];
    const taken = new Set(
      input.after.flatMap(({ name, placed }) => (name.includes('/') && placed === undefined ? [name] : [])),
    );
    for (const one of input.after) {
      const kept = input.before.packages.find(
        ({ name, object }) => name === one.name && object === one.object,
      );
      // the folder of a generated package is that package's alone
      const isPackage = one.name.includes('/') && one.placed === undefined;
      const isFree = (path: string): boolean => isPackage || !taken.has(path.split('/', 2).join('/'));
      const shared = old === undefined ? [] : shareFiles(old, fresh, kept?.files.filter(isFree) ?? []);
      // what is no package may have files that a package hid before
      const known = new Set(shared);
      const isWanted = (path: string): boolean => isFree(path) && !known.has(path);
      const isWhole = isPackage && old !== undefined && kept !== undefined;
      const unpacked = isWhole ? [] : await this.#unpack(one, fresh, isWanted);
      await addObjects(this.#options.store, one, fresh);
      packages.push({ ...one, files: [...shared, ...unpacked] });
    }
    renameEntry(fresh, `${folder}/${name}`);
    const record: TreeRecord = { createdMs: this.#options.clock.nowMs(), reason: input.reason, packages };
    writeDurably(`${folder}/${name}.json`, `${JSON.stringify(record)}\n`);
    fsyncDirectory(folder);
    return number;
  }

  /** Writes those files of an archive that are wanted, so that they last. Returns their paths. */
  async #unpack(
    one: TreePackage,
    folder: string,
    isWanted: (path: string) => boolean,
  ): Promise<readonly string[]> {
    const files = new Map<string, TreeFile>();
    for (const { path, type, mode, body } of readTarBytes(
      await this.#options.store.readBytes(one.object),
      one.fileName,
    )) {
      const isInside = !one.name.includes('/') || one.placed !== undefined || isOwnPath(one.name, path);
      if (type !== 'file' || !isInside || !isPlainPath(path)) {
        throw fault('PUB034', {
          what: `'${one.fileName}' has an entry '${path}' that is no file of '${one.name}'`,
        });
      }
      if (isWanted(path)) files.set(path, { bytes: body, mode: (mode & 0o111) === 0 ? '100644' : '100755' });
    }
    await writeFileTree(folder, files);
    const paths = [...files.keys()];
    const folders = new Set(paths.map((path) => dirname(`${folder}/${path}`)));
    await syncPaths([...paths.map((path) => `${folder}/${path}`), ...folders]);
    return paths;
  }

  /** Old generations go, their records first: one without a record is swept. */
  async #retire(folder: string, visible: number): Promise<void> {
    const whole = wholeGenerations(folder).filter((number) => number !== visible);
    for (const number of whole.slice(0, Math.max(0, whole.length - this.#options.keep + 1)))
      removeEntry(`${folder}/${generationName(number)}.json`);
    await this.#sweep(folder, visible);
  }

  async #sweep(folder: string, visible: number | undefined): Promise<readonly string[]> {
    const whole = new Set(wholeGenerations(folder).map(generationName));
    const swept: string[] = [];
    for (const name of namesIn(folder)) {
      if (name.endsWith('.json') || whole.has(name) || name === (visible && generationName(visible)))
        continue;
      await removeTree(`${folder}/${name}`);
      swept.push(name);
    }
    return swept;
  }

  /** Removes what a crash left half made. Returns what was done, one line each. */
  async recover(): Promise<readonly string[]> {
    const notes: string[] = [];
    for (const tree of this.#trees()) {
      for (const name of await this.#sweep(this.#folder(tree), this.#visible(tree)))
        notes.push(`removed '${name}' of tree '${tree}', which was not complete`);
    }
    return notes;
  }

  /** Trees that are visible, by name. */
  list(): readonly TreeSummary[] {
    return this.#trees().flatMap((name) => {
      const generation = this.#visible(name);
      if (generation === undefined) return [];
      const packages = readRecord(this.#folder(name), generation).packages.length;
      return [{ name, arch: 'any', path: `${this.#options.publicRoot}/${name}/tree`, generation, packages }];
    });
  }

  /** What a generation (the visible one by default) consists of; nothing for a tree that was never published. */
  packages(tree: string, generation?: number): readonly TreePackage[] {
    return readRecord(this.#folder(tree), generation ?? this.#visible(tree)).packages.map(
      ({ files: _, ...one }) => one,
    );
  }

  /** Kept generations, oldest first. Throws PUB004 for a tree that was never published. */
  generations(tree: string): readonly TreeGeneration[] {
    const visible = this.#visible(tree);
    if (visible === undefined) throw fault('PUB004', { what: `there is no tree '${tree}'` });
    return wholeGenerations(this.#folder(tree)).map((number) => {
      const { createdMs, reason, packages } = readRecord(this.#folder(tree), number);
      return { number, createdMs, reason, packages: packages.length, visible: number === visible };
    });
  }

  /** Makes a kept generation visible again. Throws PUB004 when it is not kept. */
  rollback(tree: string, generation: number): Promise<void> {
    return this.#changes.run(async () => {
      if (!this.generations(tree).some(({ number }) => number === generation))
        throw fault('PUB004', { what: `generation ${generation} of tree '${tree}' is not kept` });
      replaceSymlink(`${this.#options.publicRoot}/${tree}/tree`, `.trees/${generationName(generation)}`);
    });
  }

  /** Holds the files of the visible generation against what it was made of; `quick` reads no objects of the store. Throws PUB004. */
  async verify(
    tree: string,
    mode: VerifyMode = 'full',
  ): Promise<{ readonly generation: number; readonly problems: readonly Problem[] }> {
    const generation = this.generations(tree).find(({ visible }) => visible)?.number as number;
    const folder = this.#folder(tree);
    const { packages } = readRecord(folder, generation);
    const { store } = this.#options;
    const problems = await verifyFiles(store, `${folder}/${generationName(generation)}`, {
      packages,
      mode,
    });
    return { generation, problems };
  }

  /** Versions of what is visible, by name. */
  versions(tree: string): ReadonlyMap<string, string> {
    const { packages } = readRecord(this.#folder(tree), this.#visible(tree));
    return new Map(packages.map(({ name, version }) => [name, version]));
  }

  /** Objects that kept generations were made of; a collection must not remove them. */
  referencedObjects(): ReadonlySet<Digest> {
    const packages = this.#keptPackages();
    return new Set(
      packages.flatMap(({ object, facts, placed = [] }) => [
        ...[object, ...placed.map((one) => one.object)],
        ...(facts === undefined ? [] : [facts]),
      ]),
    );
  }

  /** What kept generations list beside their files: the `facts` of their packages. */
  referencedFacts(): ReadonlySet<Digest> {
    return new Set(this.#keptPackages().flatMap(({ facts }) => facts ?? []));
  }

  #keptPackages(): readonly TreePackage[] {
    return this.#trees().flatMap((tree) =>
      wholeGenerations(this.#folder(tree)).flatMap(
        (number) => readRecord(this.#folder(tree), number).packages,
      ),
    );
  }

  #trees(): readonly string[] {
    const { publicRoot } = this.#options;
    return [...namesIn(publicRoot)].filter((name) => entryFacts(`${publicRoot}/${name}/.trees`)).sort();
  }

  #folder(tree: string): string {
    return `${this.#options.publicRoot}/${tree}/.trees`;
  }

  #visible(tree: string): number | undefined {
    const destination = linkDestination(`${this.#options.publicRoot}/${tree}/tree`);
    const start = '.trees/';
    return destination?.startsWith(start) ? generationNumber(destination.slice(start.length)) : undefined;
  }
}

/** Whether a path belongs to a package: in its folder, or its entry in the metadata cache (PMS 14.3). */
function isOwnPath(name: string, path: string): boolean {
  const cache = 'metadata/md5-cache/';
  if (!path.startsWith(cache)) return path.startsWith(`${name}/`);
  const id = parsePackageId(path.slice(cache.length));
  return id !== undefined && `${id.category}/${id.name}` === name;
}

/** Gives files of a generation another name in the next one. */
function shareFiles(from: string, to: string, files: readonly string[]): readonly string[] {
  for (const path of files) {
    ensureFolder(dirname(`${to}/${path}`));
    linkNew(`${from}/${path}`, `${to}/${path}`);
  }
  return files;
}
