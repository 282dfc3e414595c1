import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { systemClock, VirtualClock } from '../../src/host/index.ts';
import { type PackageToPublish, PacmanRepositories } from '../../src/publisher/pacman-repo/index.ts';
import { initKey, openGnupgSigner } from '../../src/signer/gnupg/index.ts';
import type { Signer } from '../../src/signer/index.ts';
import { memorySigner } from '../../src/signer/memory/index.ts';
import { type ObjectStore, openDiskStore } from '../../src/store/index.ts';
import { type StubOptions, stubPackage } from './stub-packages.ts';

/** A farm's publishing half in a folder of its own. */
export interface TestFarm {
  readonly root: string;
  readonly publicRoot: string;
  readonly store: ObjectStore;
  readonly signer: Signer;
  readonly clock: VirtualClock;
  readonly database: DatabaseSync;
  readonly repositories: PacmanRepositories;
  /** A second process would open the repositories like this. */
  reopen(): PacmanRepositories;
  /** Makes a stub package and stores it. */
  make(options: StubOptions): Promise<PackageToPublish>;
  close(): Promise<void>;
}

export async function openTestFarm(options: { gnupg?: boolean; root?: string } = {}): Promise<TestFarm> {
  const root = options.root ?? mkdtempSync(join(tmpdir(), 'publisher-'));
  const publicRoot = join(root, 'public');
  const store = openDiskStore({ root: join(root, 'store') });
  const home = join(root, 'keys');
  if (options.gnupg) await initKey(home, { name: 'Farm', email: 'farm@example.org' });
  const signer = options.gnupg ? await openGnupgSigner({ home }) : memorySigner();
  const clock = new VirtualClock(systemClock.nowMs());
  mkdirSync(root, { recursive: true });
  const database = new DatabaseSync(join(root, 'farm.sqlite'));
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000');
  const reopen = (): PacmanRepositories =>
    PacmanRepositories.open({ publicRoot, database, store, signer, clock });
  return {
    root,
    publicRoot,
    store,
    signer,
    clock,
    database,
    repositories: reopen(),
    reopen,
    make: async (stub) => {
      const made = stubPackage(stub);
      await store.putBytes(made.bytes);
      return made.toPublish;
    },
    close: async () => {
      await signer.close();
      database.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** Where a child that goes back a generation notes the one it means to go forward to again. */
export const forwardMark = (root: string): string => join(root, 'forward-to');

/** Finishes going back and forward where somebody was killed in between; what was acknowledged is visible then. */
export async function goForward({
  root,
  repositories,
}: Pick<TestFarm, 'root' | 'repositories'>): Promise<void> {
  const mark = forwardMark(root);
  if (!existsSync(mark)) return;
  const generation = Number(readFileSync(mark, 'utf8'));
  // an empty mark: killed while it was written, so nobody went back yet
  if (generation > 0)
    await repositories.rollback({ repo: 'farm', arch: 'x86_64', generation, reason: 'forward' });
  rmSync(mark);
}
