import { fault } from '../diagnostics/index.ts';
import {
  ensureFolder,
  makeSymlink,
  makeTemporaryFolder,
  namesIn,
  pathKind,
  removeTree,
  renameEntry,
  replaceFile,
  textIfThere,
  writeFileWithMode,
} from '../host/index.ts';
import { CheckoutProgram } from './checkout-program.ts';
import { checkCommittable } from './committable.ts';
import {
  type CloneOptions,
  cloneTrouble,
  defaultMaxBytes,
  defaultMaxMemoryBytes,
  downloadRecipe,
  tooLarge,
} from './download-recipe.ts';
import type { Setting } from './git-settings.ts';
import { History, type HistoryBounds } from './history.ts';
import { ObjectReader } from './object-reader.ts';
import { remoteAddress } from './remote-address.ts';
import type { TreeEntry } from './working-copy.ts';

export interface ClonedRecipe {
  /** The newest commit of the branch. */
  readonly commit: string;
  readonly folder: string;
}

/**
 * Clones of strangers' small repositories, for comparisons (specification 7.6): bytes, executable bits and links as
 * committed, no `.git`, no submodules; nothing of them is run or obeyed, attributes included. Each costs one process of
 * git, and all are read by one more.
 */
export class RecipeClones {
  readonly #folder = makeTemporaryFolder('packmill-clone-');
  readonly #packs = `${this.#folder}/all.git/objects/pack`;
  #objects: ObjectReader | undefined;
  #count = 0;

  /**
   * Lays out the newest commit of a repository. Tries once. Throws GIT001 (out of reach, too slow, called off), GIT003,
   * GIT004, GIT005 (no such branch, or no commit yet), GIT013 (a name that leads out of the folder), GIT014 (too large);
   * `into` is not there then.
   */
  async clone(options: CloneOptions): Promise<ClonedRecipe> {
    const { into } = options;
    if (pathKind(into) !== 'none') throw fault('SYS004', { what: `'${into}' is there already` });
    const remote = remoteAddress(options.url);
    this.#count += 1;
    const bare = `${this.#folder}/${this.#count}.git`;
    let own: ObjectReader | undefined;
    try {
      const result = await downloadRecipe(remote.url, bare, options);
      if (result.code !== 0 || result.why !== 'ended') throw cloneTrouble(remote.shown, result, options);
      const tip = newestCommit(bare);
      const history = (objects: ObjectReader): History =>
        new History(objects, boundsOf(remote.shown, options));
      own = this.#takeIn(bare) ? undefined : readerOf(bare);
      const objects = own ?? this.#reader();
      const commit = tip && (await history(objects).find([tip]))[0];
      if (!commit) throw fault('GIT005', { what: `'${remote.shown}' has no commit yet` });
      await layOutCommit(commit, history(objects), { shown: remote.shown, objects, options });
      return { commit: commit.id, folder: into };
    } catch (error) {
      await removeTree(into);
      throw error;
    } finally {
      await own?.close();
      await removeTree(bare);
    }
  }

  /** Ends the git that reads, and removes what was fetched; folders that were laid out stay. */
  async close(): Promise<void> {
    await this.#objects?.close();
    await removeTree(this.#folder);
  }

  /** Moves what was fetched to where the one reader looks; not what names its objects in another way than it does. */
  #takeIn(bare: string): boolean {
    if (/objectformat/i.test(textIfThere(`${bare}/config`) ?? '')) return false;
    ensureFolder(this.#packs);
    const from = `${bare}/objects/pack`;
    // git knows a pack by its index, which therefore comes last
    const names = [...namesIn(from)].sort((a, b) => Number(a.endsWith('.idx')) - Number(b.endsWith('.idx')));
    for (const name of names) renameEntry(`${from}/${name}`, `${this.#packs}/${name}`);
    return true;
  }

  #reader(): ObjectReader {
    if (this.#objects) return this.#objects;
    const bare = `${this.#folder}/all.git`;
    ensureFolder(`${bare}/refs`);
    replaceFile(`${bare}/HEAD`, 'ref: refs/heads/none\n');
    this.#objects = readerOf(bare);
    return this.#objects;
  }
}

/** One clone; see `RecipeClones`. */
export async function cloneRecipe(options: CloneOptions): Promise<ClonedRecipe> {
  const clones = new RecipeClones();
  try {
    return await clones.clone(options);
  } finally {
    await clones.close();
  }
}

function readerOf(bare: string): ObjectReader {
  // windows onto many packs would else add up to more than the limit
  const settings: Setting[] = [
    ['core.packedGitLimit', '256m'],
    ['core.packedGitWindowSize', '16m'],
  ];
  return new ObjectReader(
    new CheckoutProgram(bare, settings, { GIT_DIR: bare }, [`--as=${defaultMaxMemoryBytes}`]),
  );
}

/** What `HEAD` of a fresh clone denotes; undefined: nothing yet. */
function newestCommit(bare: string): string | undefined {
  const head = textIfThere(`${bare}/HEAD`)?.trim() ?? '';
  const ref = /^ref: (.*)$/.exec(head)?.[1];
  if (ref === undefined) return head;
  const packed = (textIfThere(`${bare}/packed-refs`) ?? '').split('\n');
  const found = packed.find((line) => line.endsWith(` ${ref}`));
  return found?.slice(0, found.indexOf(' '));
}

interface Laying {
  readonly shown: string;
  readonly objects: ObjectReader;
  readonly options: CloneOptions;
}

async function layOutCommit(
  commit: Parameters<History['below']>[0],
  history: History,
  { shown, objects, options }: Laying,
): Promise<void> {
  const entries = await history.below(commit, '');
  const files = [...entries].filter(([, { mode }]) => mode !== '160000');
  await checkSize(shown, files, { objects, options });
  checkPaths(files);
  await layOut(options.into, files, await history.bytes(new Map(files)));
}

const defaultMaxFiles = 5_000;
/** Folders that there may be in addition to as many files as are allowed. */
const maxFolders = 5_000;
/** More than as many names as are allowed can need. */
const maxTreeBytes = 8 * 1024 * 1024;

const boundsOf = (shown: string, { maxFiles = defaultMaxFiles }: CloneOptions): HistoryBounds => ({
  names: maxFiles + maxFolders,
  depth: 64,
  // as much as the system takes for a path
  pathLength: 4_096,
  bytes: maxTreeBytes,
  refuse: (how) => tooLarge(shown, how),
});

/** Before a byte is read: what is small in a pack may be vast outside of it. */
async function checkSize(
  shown: string,
  files: readonly (readonly [string, TreeEntry])[],
  { objects, options }: { readonly objects: ObjectReader; readonly options: CloneOptions },
): Promise<void> {
  const maxFiles = options.maxFiles ?? defaultMaxFiles;
  if (files.length > maxFiles) throw tooLarge(shown, `${files.length} files`);
  const facts = await objects.facts(files.map(([, { id }]) => id));
  const bytes = facts.reduce((sum, object) => sum + (object?.size ?? 0), 0);
  if (bytes > (options.maxBytes ?? defaultMaxBytes)) throw tooLarge(shown, `${bytes} bytes`);
}

/** A tree that no git wrote may name a file below a link, which would be written to where the link leads. */
function checkPaths(files: readonly (readonly [string, TreeEntry])[]): void {
  const paths = new Set(files.map(([path]) => path));
  for (const [path] of files) {
    checkCommittable(path);
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      if (paths.has(path.slice(0, end))) throw fault('GIT013', { what: `'${path}' is below a file` });
    }
  }
}

async function layOut(
  into: string,
  files: readonly (readonly [string, TreeEntry])[],
  bytes: ReadonlyMap<string, Buffer>,
): Promise<void> {
  ensureFolder(into);
  for (const [path, { mode }] of files) {
    const place = `${into}/${path}`;
    const content = bytes.get(path) ?? Buffer.alloc(0);
    ensureFolder(place.slice(0, place.lastIndexOf('/')));
    if (mode === '120000') makeSymlink(place, content.toString('utf8'));
    else await writeFileWithMode(place, content, mode === '100755' ? 0o755 : 0o644);
  }
}
