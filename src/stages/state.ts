import { fault } from '../diagnostics/index.ts';
import { digestBytes, ensureFolder, entryFacts, readMounts, realPath, removeTree } from '../host/index.ts';

/** Where everything of stage builds is that is not in a mirror. */
export class StageState {
  readonly root: string;

  /** Makes the folders. Throws SYS004. */
  constructor(root: string) {
    ensureFolder(root);
    this.root = realPath(root);
    for (const name of ['layers', 'work', 'records', 'results', 'fetched', 'running'])
      ensureFolder(`${this.root}/${name}`, 0o700);
  }

  /** Root file systems, unpacked, by the digest of their archives. */
  layer(digest: string, target: string): string {
    return `${this.root}/layers/${digest}${target === '/' ? '' : `-${digestBytes(target).slice(0, 12)}`}`;
  }

  /** What was built under a key. */
  record(key: string): string {
    return `${this.root}/records/${key}.json`;
  }

  /** Key of what was last built for a result. */
  result(path: string): string {
    return `${this.root}/results/${digestBytes(path).slice(0, 32)}`;
  }

  /** Folder in which a result is made. */
  work(path: string): string {
    return `${this.root}/work/${digestBytes(path).slice(0, 16)}`;
  }

  fetched(key: string): string {
    return `${this.root}/fetched/${key}`;
  }

  /** Locks of builds that are being made, one file each. */
  get running(): string {
    return `${this.root}/running`;
  }

  get tidyLock(): string {
    return `${this.root}/tidying`;
  }

  get digests(): string {
    return `${this.root}/digests.json`;
  }
}

/** Removes a folder of an old build; never what is mounted in it (Q33). Throws MST012, SYS004. */
export async function discardFolder(path: string): Promise<void> {
  if (entryFacts(path) === undefined) return;
  const real = realPath(path);
  const mounted = readMounts().find(({ point }) => point === real || point.startsWith(`${real}/`));
  if (mounted)
    throw fault('MST012', { what: `'${path}' stays, as something is mounted at '${mounted.point}'` });
  await removeTree(real);
}
