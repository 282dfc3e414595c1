import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import {
  compressDatabase,
  type DatabaseEntry,
  databaseTarEnd,
  databaseTarEntry,
  printDesc,
  printFiles,
} from '../../src/formats/pacman/index.ts';
import { crc32 } from '../../src/host/index.ts';
import type { Artifact } from '../../src/model/index.ts';
import type { SeededPlan } from './history.ts';
import type { SeededPackage } from './world.ts';

/** What one generation has that the one before had not. */
interface Change {
  readonly pkg: SeededPackage;
  readonly artifact: Artifact;
  readonly before: Artifact | undefined;
  readonly builtMs: number;
}

interface Flip {
  readonly number: number;
  readonly atMs: number;
  readonly reason: string;
  readonly changes: readonly Change[];
}

const keptGenerations = 5;

/** What was published in one repository, generation by generation. */
export class PublishedHistory {
  readonly #target: string;
  readonly #arch: string;
  readonly #flips: Flip[] = [];
  readonly #now = new Map<string, Artifact>();
  readonly #built = new Map<Artifact, { readonly pkg: SeededPackage; readonly builtMs: number }>();

  constructor(target: string, arch: string) {
    this.#target = target;
    this.#arch = arch;
  }

  /** Publishes what a plan made; returns the number of the generation, undefined when it made nothing. */
  publish({ jobs, why }: SeededPlan, isOpen: boolean): number | undefined {
    const changes: Change[] = [];
    let atMs = 0;
    for (const { pkg, attempts, sinceMs } of jobs) {
      const outcome = attempts.at(-1)?.outcome;
      const artifact = outcome?.kind === 'succeeded' ? outcome.artifacts[0] : undefined;
      if (!artifact) continue;
      changes.push({ pkg, artifact, before: this.#now.get(pkg.name), builtMs: sinceMs });
      this.#now.set(pkg.name, artifact);
      this.#built.set(artifact, { pkg, builtMs: sinceMs });
      atMs = Math.max(atMs, sinceMs);
    }
    if (changes.length === 0 || isOpen) return undefined;
    const number = this.#flips.length + 1;
    this.#flips.push({ number, atMs: atMs + 2_000, reason: why, changes });
    return number;
  }

  /** Writes record and folders; of the generations only the newest ones are still there. */
  write(publicRoot: string, database: DatabaseSync): void {
    const key = [this.#target, this.#arch] as const;
    const flip = database.prepare(
      'INSERT INTO pacman_flip (repo, arch, number, at_ms, kind, reason) VALUES (?, ?, ?, ?, ?, ?)',
    );
    for (const { number, atMs, reason } of this.#flips) flip.run(...key, number, atMs, 'publish', reason);
    const state = new Map(this.#now);
    const kept = this.#flips.slice(-keptGenerations).reverse();
    for (const one of kept) {
      this.#writeGeneration(publicRoot, database, one, [...state.values()]);
      for (const { pkg, before } of one.changes) {
        if (before) state.set(pkg.name, before);
        else state.delete(pkg.name);
      }
    }
    const visible = kept[0];
    if (!visible) return;
    symlinkSync(
      `.generations/${this.#arch}/${nameOf(visible.number)}`,
      `${publicRoot}/${this.#target}/${this.#arch}`,
    );
  }

  #writeGeneration(
    publicRoot: string,
    database: DatabaseSync,
    flip: Flip,
    artifacts: readonly Artifact[],
  ): void {
    const key = [this.#target, this.#arch] as const;
    const { number, atMs, reason } = flip;
    const entries = artifacts
      .map((artifact) => this.#entry(artifact))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    const pieces = chunksOf(entries);
    const insert = database.prepare(
      'INSERT INTO pacman_chunk (repo, arch, members, db_bytes, db_crc, files_bytes, files_crc) VALUES (?, ?, ?, ?, ?, ?, ?)',
    );
    const ids = pieces.map(({ members, db, files }) =>
      Number(
        insert.run(...key, members, db.byteLength, crc32(db), files.byteLength, crc32(files)).lastInsertRowid,
      ),
    );
    database
      .prepare('INSERT INTO pacman_generation VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)')
      .run(
        ...key,
        number,
        number - 1 || null,
        'complete',
        atMs,
        reason,
        artifacts.length,
        JSON.stringify(ids),
      );
    const file = database.prepare('INSERT OR IGNORE INTO pacman_file VALUES (?, ?, ?, ?, ?, ?)');
    for (const { fileName, object } of artifacts)
      file.run(...key, fileName, object, Buffer.alloc(64), number);
    const folder = `${publicRoot}/${this.#target}/.generations/${this.#arch}/${nameOf(number)}`;
    mkdirSync(folder, { recursive: true });
    const end = compressDatabase(databaseTarEnd, 'zstd');
    for (const kind of ['db', 'files'] as const)
      writeFileSync(
        `${folder}/${this.#target}.${kind}.tar.zst`,
        Buffer.concat([...pieces.map((one) => one[kind]), end]),
      );
  }

  #entry(artifact: Artifact): DatabaseEntry {
    const { pkg, builtMs } = this.#built.get(artifact) ?? {};
    const { name, version } = artifact;
    const desc = printDesc(
      new Map([
        ['FILENAME', [artifact.fileName]],
        ['NAME', [name]],
        ['BASE', [name]],
        ['VERSION', [version]],
        ['DESC', [`A package called ${name}`]],
        ['CSIZE', [String(artifact.sizeBytes)]],
        ['ISIZE', [String(artifact.sizeBytes * 3)]],
        ['SHA256SUM', [artifact.object]],
        ['URL', [`https://${name}.example/`]],
        ['LICENSE', ['MIT']],
        ['ARCH', [artifact.arch]],
        ['BUILDDATE', [String(Math.round((builtMs ?? 0) / 1000))]],
        ['PACKAGER', ['packmill farm packages <packages@packmill.invalid>']],
        ...(artifact.depends.length > 0 ? [['DEPENDS', artifact.depends] as const] : []),
        ...(artifact.provides.length > 0 ? [['PROVIDES', artifact.provides] as const] : []),
      ]),
    );
    const files = ['usr/', 'usr/bin/', `usr/bin/${name}`, ...(pkg?.soname ? [`usr/lib/${pkg.soname}`] : [])];
    return { name, version, desc, files: printFiles(files) };
  }
}

const nameOf = (number: number): string => String(number).padStart(6, '0');

function chunksOf(
  entries: readonly DatabaseEntry[],
): { members: string; db: Uint8Array; files: Uint8Array }[] {
  const chunks = [];
  for (let at = 0; at < entries.length; at += 64) {
    const piece = entries.slice(at, at + 64);
    const frame = (kind: 'db' | 'files'): Uint8Array =>
      compressDatabase(Buffer.concat(piece.map((entry) => databaseTarEntry(entry, kind))), 'zstd');
    const members = piece
      .map(({ name, version, desc }) => `${name}\t${version}\t${/%FILENAME%\n(.*)/.exec(desc)?.[1]}`)
      .join('\n');
    chunks.push({ members, db: frame('db'), files: frame('files') });
  }
  return chunks;
}
