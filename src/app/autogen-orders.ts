import { basename, relative } from 'node:path';
import type { WorkOrder } from '../api/index.ts';
import type { TravellingObject } from '../builder/index.ts';
import {
  ensureFolder,
  moveFolder,
  namesIn,
  removeTree,
  setModifiedTime,
  systemRandom,
} from '../host/index.ts';
import type { Artifact, Outcome, PlannedJob, Recipe, RecipeKind } from '../model/index.ts';
import type { Digest } from '../primitives/index.ts';
import {
  type AutogenDetails,
  asRecipe,
  type CredentialTable,
  createAutogenKind,
  readDistfiles,
} from '../recipes/autogen/index.ts';
import { unpackRecipe } from '../recipes/pkgbuild/index.ts';
import type { ObjectStore } from '../store/index.ts';
import { autogenCredentials, blobOfWorkspace, travellingSettings } from './autogen-kind.ts';
import type { Farm } from './farm.ts';
import { ownProgram } from './own-program.ts';

/** What an order says to a builder of an autogen: settings of the farm, and where in the archive of the overlay it is. */
interface OrderSettings extends ReturnType<typeof travellingSettings> {
  readonly credentials: CredentialTable;
  readonly repository: string;
  readonly inside: string;
  readonly file: string | undefined;
  readonly rule: string | undefined;
}

/** Throws CFG010 for credentials that cannot be read. */
export function autogenOrderSettings(
  farm: Farm,
  target: string,
  { overlay, repository, file, rule }: AutogenDetails,
): OrderSettings {
  return {
    ...travellingSettings(farm, target),
    credentials: autogenCredentials(farm, target),
    repository: basename(repository),
    inside: relative(repository, overlay),
    file,
    rule,
  };
}

const settingsOf = ({ settings }: WorkOrder): OrderSettings => settings as unknown as OrderSettings;

/** The kind of an order for an autogen. Distfiles become objects of the builder's store, to be handed in. */
export function autogenKindOf(order: WorkOrder, store: ObjectStore): RecipeKind {
  const { upstreams, distfilesHost, release, credentials } = settingsOf(order);
  return createAutogenKind({
    ...{ upstreams, distfilesHost, release },
    ...ownProgram(),
    credentials: () => credentials,
    objectPath: blobOfWorkspace,
    keepDistfile: async ({ path, sha512 }) => {
      const { digest, sizeBytes } = await store.putFile(path);
      return { sha512, object: digest, sizeBytes };
    },
  }) as RecipeKind;
}

/** Texts of an order that may stand in no log. */
export const orderSecrets = (order: WorkOrder, store: ObjectStore): readonly string[] =>
  order.kind === 'autogen' ? (autogenKindOf(order, store).secrets?.() ?? []) : [];

/** The autogen of an order, in the overlay as the manager packed it: unpacked once for all jobs that have the same. */
export async function autogenRecipeOf(
  order: WorkOrder,
  { store, overlays }: { readonly store: ObjectStore; readonly overlays: Overlays },
): Promise<Recipe<AutogenDetails>> {
  const { repository: name, inside, file, rule } = settingsOf(order);
  const planned = order.planned as unknown as PlannedJob;
  const object = order.recipe.object as Digest;
  const repository = await overlays.get({ digest: object, name, path: () => store.path(object) });
  const overlay = inside === '' ? repository : `${repository}/${inside}`;
  const { version, inputDigest, buildClass } = planned;
  const details = { overlay, repository, file, rule };
  return asRecipe(planned.name, { folder: overlay, version, inputDigest, buildClass, details });
}

/** All that has to travel of the result of an autogen: packages, and distfiles that they name. Throws STO problems. */
export async function autogenObjects(
  outcome: Outcome,
  store: ObjectStore,
): Promise<readonly TravellingObject[]> {
  if (outcome.kind !== 'succeeded') return [];
  const objects = new Map<string, TravellingObject>();
  const add = ({ object, sizeBytes }: TravellingObject): void =>
    void objects.set(object, { object, sizeBytes });
  for (const artifact of outcome.artifacts) {
    add(artifact);
    if (artifact.facts === artifact.object) continue;
    const list = await store.readBytes(artifact.facts);
    add({ object: artifact.facts as Artifact['object'], sizeBytes: list.byteLength });
    for (const distfile of readDistfiles(list)) add(distfile);
  }
  return [...objects.values()];
}

const mostOverlays = 4;

/** Overlays of a builder, each unpacked once by a process; those that were used last stay. */
export class Overlays {
  readonly #folder: string;
  readonly #nowMs: () => number;
  readonly #unpacking = new Map<string, Promise<string>>();
  /** Names of folders that are being filled. */
  readonly #fresh = new Set<string>();

  constructor(folder: string, nowMs: () => number) {
    this.#folder = folder;
    this.#nowMs = nowMs;
  }

  /** Path of an overlay's repository, which nobody may write to. Throws BLD030, SYS004. */
  async get(wish: {
    readonly digest: string;
    readonly name: string;
    readonly path: () => Promise<string>;
  }): Promise<string> {
    const { digest, name } = wish;
    // the same files may be those of repositories of different names
    const key = `${digest}.${name}`;
    const top = `${this.#folder}/${key}`;
    const before = this.#unpacking.get(key);
    const unpacking = before ?? this.#unpack(top, wish);
    this.#unpacking.delete(key);
    this.#unpacking.set(key, unpacking);
    unpacking.catch(() => this.#unpacking.delete(key));
    await unpacking;
    setModifiedTime(top, this.#nowMs());
    return `${top}/${name}`;
  }

  async #unpack(
    top: string,
    { name, path }: { readonly name: string; readonly path: () => Promise<string> },
  ): Promise<string> {
    const own = `.new-${systemRandom.hex(8)}`;
    const fresh = `${this.#folder}/${own}`;
    this.#fresh.add(own);
    try {
      ensureFolder(fresh);
      await unpackRecipe(await path(), `${fresh}/${name}`);
      // one of an earlier process may have lost files with the power
      await removeTree(top);
      await moveFolder(fresh, top);
    } finally {
      await removeTree(fresh);
      this.#fresh.delete(own);
    }
    return top;
  }

  /** Removes overlays whose digests are not among these, but for those used last. */
  async tidy(inUse: ReadonlySet<string>): Promise<void> {
    const isUsed = (name: string): boolean => inUse.has(name.split('.', 1).join());
    const unused = [...this.#unpacking.keys()].filter((name) => !isUsed(name));
    const kept = new Set(unused.slice(-mostOverlays));
    for (const name of namesIn(this.#folder)) {
      if (isUsed(name) || kept.has(name) || this.#fresh.has(name)) continue;
      this.#unpacking.delete(name);
      await removeTree(`${this.#folder}/${name}`);
    }
  }
}
