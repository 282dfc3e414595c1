// Updates of a repository beside repo-add, on the same file system: 1 package into 1,000 and into 10,000 entries, and
// 1,000 packages at once. repo-add signs nothing unless asked; ours is shown with GnuPG's signatures and without.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type DatabaseEntry, readDatabase } from '../src/formats/pacman/index.ts';
import { type PackageToPublish, PacmanRepositories } from '../src/publisher/pacman-repo/index.ts';
import { initKey, openGnupgSigner } from '../src/signer/gnupg/index.ts';
import type { Signer } from '../src/signer/index.ts';
import { memorySigner } from '../src/signer/memory/index.ts';
import { type ObjectStore, openDiskStore } from '../src/store/index.ts';
import { stubPackage } from '../test/publisher/stub-packages.ts';
import { median, timed } from './measure/figures.ts';

const at = { repo: 'bench', arch: 'x86_64', reason: 'bench' } as const;

interface Side {
  readonly label: string;
  readonly ms: number;
}

interface Farm {
  readonly store: ObjectStore;
  readonly repositories: PacmanRepositories;
  readonly folder: string;
  readonly close: () => void;
}

function openFarm(root: string, signer: Signer): Farm {
  mkdirSync(root, { recursive: true });
  const store = openDiskStore({ root: join(root, 'store') });
  const database = new DatabaseSync(join(root, 'farm.sqlite'));
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  const publicRoot = join(root, 'public');
  const repositories = PacmanRepositories.open({ publicRoot, database, store, signer });
  const folder = join(publicRoot, at.repo, at.arch);
  return { store, repositories, folder, close: () => database.close() };
}

async function stubs(
  store: ObjectStore,
  prefix: string,
  count: number,
): Promise<readonly PackageToPublish[]> {
  const made: PackageToPublish[] = [];
  for (let index = 0; index < count; index += 1) {
    const stub = stubPackage({ name: `${prefix}-${index}` });
    await store.putBytes(stub.bytes);
    made.push(stub.toPublish);
  }
  return made;
}

const packageFiles = (folder: string): readonly string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.pkg.tar.zst'))
    .map((name) => join(folder, name));

/** Copies packages and signatures so that repo-add sees what we published, and nothing is shared. */
function copyPackages(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) {
    if (name.includes('.pkg.tar.zst')) copyFileSync(join(from, name), join(to, name));
  }
}

/** repo-add's temporary trees go to the same file system. */
const environment = (folder: string): NodeJS.ProcessEnv => ({ ...process.env, TMPDIR: join(folder, '..') });

function repoAdd(folder: string, packages: readonly string[]): number {
  const start = performance.now();
  const database = join(folder, `${at.repo}.db.tar.zst`);
  execFileSync('repo-add', ['-q', database, ...packages], { env: environment(folder), stdio: 'ignore' });
  return performance.now() - start;
}

function sameEntries(ours: string, theirs: string): boolean {
  for (const kind of ['db', 'files']) {
    const read = (folder: string): Map<string, DatabaseEntry> => {
      const path = join(folder, `${at.repo}.${kind}.tar.zst`);
      return new Map(readDatabase(readFileSync(path), path).entries.map((entry) => [entry.name, entry]));
    };
    const [one, two] = [read(ours), read(theirs)];
    if (one.size !== two.size) return false;
    for (const [name, entry] of one) {
      const other = two.get(name);
      if (entry.desc !== other?.desc || entry.files !== other.files) return false;
    }
  }
  return true;
}

function show(title: string, sides: readonly Side[], same: boolean): void {
  const theirs = sides.at(-1)?.ms ?? 0;
  console.log(`${title} (${same ? 'same entries afterwards' : 'ENTRIES DIFFER'})`);
  for (const { label, ms } of sides) {
    console.log(
      `  ${label.padEnd(34)} ${ms.toFixed(1).padStart(9)} ms  ${(theirs / ms).toFixed(1).padStart(7)} x`,
    );
  }
  if (!same) process.exitCode = 1;
}

/** One package into a repository of `count`: the middle of several, after the kept generations are filled. */
async function oneInto(
  root: string,
  count: number,
  signers: readonly (readonly [string, Signer])[],
): Promise<void> {
  const sides: Side[] = [];
  let published = '';
  for (const [label, signer] of signers) {
    const farm = openFarm(join(root, `${count}-${label}`), signer);
    await farm.repositories.publish({ ...at, add: await stubs(farm.store, 'base', count) });
    const linked: number[] = [];
    const recycled: number[] = [];
    for (let index = 0; index < 12; index += 1) {
      const add = await stubs(farm.store, `extra${index}`, 1);
      const ms = await timed(() => farm.repositories.publish({ ...at, add }));
      (index < 5 ? linked : recycled).push(ms);
    }
    sides.push({ label: `packmill, ${label}`, ms: median(recycled) });
    sides.push({ label: 'packmill, one of the first five', ms: median(linked) });
    published = farm.folder;
    farm.close();
  }
  const theirs = join(root, `${count}-theirs`);
  copyPackages(published, theirs);
  // repo-add needs minutes for 10,000 entries, so it begins with our database and takes one package out first.
  for (const kind of ['db', 'files']) {
    const name = `${at.repo}.${kind}.tar.zst`;
    copyFileSync(join(published, name), join(theirs, name));
  }
  const database = join(theirs, `${at.repo}.db.tar.zst`);
  execFileSync('repo-remove', ['-q', database, 'base-77'], { env: environment(theirs), stdio: 'ignore' });
  const ms = repoAdd(theirs, [join(theirs, 'base-77-1.0-1-any.pkg.tar.zst')]);
  sides.push({ label: 'repo-add, not signing', ms });
  show(`1 package into ${count} entries`, sides, sameEntries(published, theirs));
}

async function manyAtOnce(root: string, signers: readonly (readonly [string, Signer])[]): Promise<void> {
  const sides: Side[] = [];
  let published = '';
  for (const [label, signer] of signers) {
    const farm = openFarm(join(root, `many-${label}`), signer);
    const add = await stubs(farm.store, 'base', 1000);
    sides.push({
      label: `packmill, ${label}`,
      ms: await timed(() => farm.repositories.publish({ ...at, add })),
    });
    published = farm.folder;
    farm.close();
  }
  const theirs = join(root, 'many-theirs');
  copyPackages(published, theirs);
  sides.push({ label: 'repo-add, not signing', ms: repoAdd(theirs, packageFiles(theirs)) });
  show('1,000 packages at once', sides, sameEntries(published, theirs));
}

/** Prints three tables; the last column says how many times faster than repo-add. */
export async function run(): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'bench-repo-'));
  const home = join(root, 'keys');
  await initKey(home, { name: 'Bench', email: 'bench@example.org' });
  const signer = await openGnupgSigner({ home });
  const signers = [
    ['not signing', memorySigner()],
    ['signing with GnuPG', signer],
  ] as const;
  try {
    await oneInto(root, 1000, signers);
    await manyAtOnce(root, signers);
    await oneInto(root, 10_000, signers);
  } finally {
    await signer.close();
    rmSync(root, { recursive: true, force: true });
  }
}
