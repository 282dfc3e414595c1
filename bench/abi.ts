import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { previewChanges } from '../src/app/abi/preview.ts';
import { type AbiRequirement, type AbiToRecord, openFarmDatabase } from '../src/database/index.ts';
import { encodeSymbolSet, readElfSymbols } from '../src/formats/elf/index.ts';
import { digestBytes, systemClock } from '../src/host/index.ts';
import { PacmanRepositories } from '../src/publisher/pacman-repo/index.ts';
import { memorySigner } from '../src/signer/memory/index.ts';
import { openMemoryStore } from '../src/store/index.ts';
import { median } from './measure/figures.ts';

const count = 15_000;
const machine = 6264;
const of = { target: 'bench', arch: 'x86_64' };

/**
 * Which packages a new build of a library breaks, in which order they are built anew: of a hub that a third of 15,000
 * packages need, once for a symbol that a tenth of those take, once for the whole library. And how fast symbols are read,
 * beside `nm -D` and `readelf --dyn-syms` on the same libraries of this machine.
 */
export async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'packmill-bench-abi-'));
  try {
    plans(folder);
    reading();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function plans(folder: string): void {
  const database = openFarmDatabase(join(folder, 'farm.sqlite'), { clock: systemClock });
  const repositories = PacmanRepositories.open({
    publicRoot: join(folder, 'public'),
    database: database.connection,
    store: openMemoryStore(),
    signer: memorySigner(),
  });
  const start = performance.now();
  const packages = Array.from({ length: count }, (_, n) => packageOf(n));
  database.abi.record(packages);
  console.log(`recording ${count} packages: ${ms(performance.now() - start)}`);
  publish(folder, database, packages);
  const farm = { database, repositories };
  const less = hubWithout('hub_f7');
  database.abi.record([less.some, less.none]);
  const id = (one: AbiToRecord): number => database.abi.package(one.object)?.id ?? -1;
  for (const [what, after] of [
    ['a symbol that a tenth of them take', id(less.some)],
    ['the soname', id(less.none)],
  ] as const) {
    const times: number[] = [];
    const work: number[] = [];
    let found = 0;
    for (let round = 0; round < 9; round += 1) {
      const [began, used] = [performance.now(), process.cpuUsage()];
      found = previewChanges(farm, of, [{ name: 'p0', after }]).rebuild.length;
      times.push(performance.now() - began);
      const { user, system } = process.cpuUsage(used);
      work.push((user + system) / 1000);
    }
    console.log(
      `hub loses ${what}: ${found} packages in order, median ${ms(median(times))}, of it work ${ms(median(work))}`,
    );
  }
  const { bytes, sets } = database.abi.counts();
  console.log(`${sets} sets of symbols, ${(bytes / 1e6).toFixed(1)} MB`);
  database.close();
}

const ms = (value: number): string => `${value.toFixed(0)} ms`;
const hubSymbols = Array.from({ length: 2_000 }, (_, n) => `hub_f${n}`);

/** A third of all have a library of their own, each needs the hub by a third and some before it, as repositories do. */
function packageOf(n: number): AbiToRecord {
  const name = `p${n}`;
  const symbols = n === 0 ? hubSymbols : Array.from({ length: 60 }, (_, k) => `${name}_f${k}`);
  const earlier = [...new Set([n >> 1, n >> 3, (n * 7) % (n + 1), (n * 13) % (n + 1)])];
  const libraries = earlier.filter((other) => other > 0 && other < n && other % 3 === 1);
  const needs = libraries.map(
    (other): AbiRequirement => ({
      ...{ name: `libp${other}.so.1`, machine },
      symbols: encodeSymbolSet(Array.from({ length: 12 }, (_, k) => `p${other}_f${(n + k) % 60}`)),
    }),
  );
  if (n % 3 === 0 && n > 0) {
    const taken = Array.from({ length: 80 }, (_, k) => `hub_f${10 + ((n + k * 17) % 1_900)}`);
    if (n % 30 === 0) taken.push('hub_f7');
    needs.push({ name: 'libp0.so.1', machine, symbols: encodeSymbolSet(taken) });
  }
  return {
    ...{ object: digestBytes(name), reader: 1, name, base: name, version: '1.0-1' },
    ...{ payload: undefined, seen: undefined },
    provides:
      n % 3 === 1 || n === 0
        ? [{ name: `lib${name}.so.1`, machine, versioned: false, symbols: encodeSymbolSet(symbols) }]
        : [],
    needs,
  };
}

/** Two new builds of the hub: without one symbol, and with another soname. */
function hubWithout(symbol: string): { readonly some: AbiToRecord; readonly none: AbiToRecord } {
  const hub = { ...packageOf(0), version: '2.0-1' };
  const symbols = encodeSymbolSet(hubSymbols.filter((one) => one !== symbol));
  const library = { machine, versioned: false, symbols };
  return {
    some: { ...hub, object: digestBytes('some'), provides: [{ ...library, name: 'libp0.so.1' }] },
    none: { ...hub, object: digestBytes('none'), provides: [{ ...library, name: 'libp0.so.2' }] },
  };
}

/** The record of one visible generation that has all of them; the files of its packages are not looked at here. */
function publish(
  folder: string,
  { connection }: ReturnType<typeof openFarmDatabase>,
  packages: readonly AbiToRecord[],
): void {
  const generation = join(folder, 'public', of.target, '.generations', of.arch, '000001');
  mkdirSync(generation, { recursive: true });
  symlinkSync(`.generations/${of.arch}/000001`, join(folder, 'public', of.target, of.arch));
  const fileOf = ({ name, version }: AbiToRecord): string => `${name}-${version}-${of.arch}.pkg.tar.zst`;
  const chunk = connection.prepare(
    'INSERT INTO pacman_chunk (repo, arch, members, db_bytes, db_crc, files_bytes, files_crc) VALUES (?, ?, ?, 0, 0, 0, 0)',
  );
  const file = connection.prepare('INSERT INTO pacman_file VALUES (?, ?, ?, ?, ?, 1)');
  const chunks: number[] = [];
  connection.exec('BEGIN');
  for (let at = 0; at < packages.length; at += 64) {
    const part = packages.slice(at, at + 64);
    const members = part.map((one) => `${one.name}\t${one.version}\t${fileOf(one)}`).join('\n');
    chunks.push(Number(chunk.run(of.target, of.arch, members).lastInsertRowid));
    for (const one of part) file.run(of.target, of.arch, fileOf(one), one.object, Buffer.alloc(64));
  }
  connection
    .prepare("INSERT INTO pacman_generation VALUES (?, ?, 1, NULL, 'complete', 0, 'bench', ?, ?)")
    .run(of.target, of.arch, packages.length, JSON.stringify(chunks));
  connection.exec('COMMIT');
}

/** Libraries of this machine: ours in this process, theirs as the one process that reads all of them. */
function reading(): void {
  const folder = '/usr/lib/x86_64-linux-gnu';
  const names = readdirSync(folder).filter((name) => /\.so\./.test(name));
  const files = [...new Set(names.map((name) => realpathSync(join(folder, name))))];
  const bytes = files.map((file) => readFileSync(file));
  const size = bytes.reduce((sum, one) => sum + one.byteLength, 0) / 1e6;
  const fastest = (work: () => void): number => {
    let best = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 5; round += 1) {
      const start = performance.now();
      work();
      best = Math.min(best, performance.now() - start);
    }
    return best;
  };
  const ours = fastest(() => {
    for (const file of files) {
      const symbols = readElfSymbols(readFileSync(file));
      if (symbols) encodeSymbolSet(symbols.exported);
    }
  });
  const tool = (program: string, ...args: string[]): number =>
    fastest(() => {
      execFileSync(program, [...args, ...files], { maxBuffer: 1 << 30, stdio: ['ignore', 'pipe', 'ignore'] });
    });
  const row = (name: string, time: number): string =>
    `${name.padEnd(34)} ${ms(time).padStart(9)} ${(size / time).toFixed(1).padStart(6)} GB/s ${(time / ours).toFixed(2)} x`;
  console.log(`${files.length} libraries, ${size.toFixed(0)} MB`);
  console.log(row('symbols read, sorted, hashed, packed', ours));
  console.log(row('nm -D', tool('nm', '-D')));
  console.log(row('readelf -W --dyn-syms', tool('readelf', '-W', '--dyn-syms')));
}
