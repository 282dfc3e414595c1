// What the stores and archives cost: ingest (three hashes and a copy), a check that has to find every flipped bit, look-ups, and
// packing against tar with a compressor. The last part takes longest: six archives with each of xz and zstd, 2 s each.
import { execFileSync } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkStores, openFastpull } from '../src/fastpull/index.ts';
import { median, timed } from './measure/figures.ts';

const mib = 1 << 20;
type Opened = ReturnType<typeof openFastpull>;

/** Lines that compress about as well as source text, the same on every run. */
function sourceText(bytes: number, seed: number): string {
  const words = ['const', 'return', 'value', 'index', 'string', 'if', 'for', 'await', 'export', 'function'];
  let text = '';
  for (let at = seed * 7919 + 1; text.length < bytes; at = (at * 48271) % 2147483647) {
    text += `${words[at % words.length]}${at % 3 === 0 ? at % 9973 : ''}${at % 7 === 0 ? '\n' : ' '}`;
  }
  return text;
}

async function ingest(opened: Opened, folder: string): Promise<void> {
  const file = join(folder, 'large');
  const bytes = randomFillSync(Buffer.alloc(256 * mib));
  const rounds: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    bytes.writeUInt32LE(round, 0);
    writeFileSync(file, bytes);
    rounds.push(await timed(() => opened.blos.insertFile(file)));
  }
  const ms = median(rounds);
  console.log(
    `ingest of 256 MiB, copied, hashed three times and synced: ${(256 / (ms / 1000)).toFixed(0)} MiB/s`,
  );
  for (let round = 0; round < 3; round += 1) {
    bytes.writeUInt32LE(round + 10, 0);
    writeFileSync(file, bytes);
    rounds[round] = await timed(() => opened.blos.insertFile(file, { move: true }));
  }
  console.log(`the same for files of our own, moved: ${(256 / (median(rounds) / 1000)).toFixed(0)} MiB/s`);
  const names = Array.from({ length: 200 }, (_, at) => join(folder, `small-${at}`));
  for (const [at, name] of names.entries()) writeFileSync(name, `small file ${at}`);
  const small = await timed(() => Promise.all(names.map((name) => opened.blos.insertFile(name))));
  console.log(`200 small files: ${(small / 200).toFixed(2)} ms each`);
}

/** Flips one bit in each object, at places all over it; a check of the hashes has to name each. */
async function flippedBits(opened: Opened, folder: string): Promise<void> {
  const count = 64;
  const flipped = new Set<string>();
  for (let at = 0; at < count; at += 1) {
    const file = join(folder, `whole-${at}`);
    writeFileSync(file, randomFillSync(Buffer.alloc(mib)));
    const { path, sha512 } = await opened.blos.insertFile(file, { move: true });
    const bytes = readFileSync(path);
    const place = Math.floor((at * (mib - 1)) / (count - 1));
    bytes[place] = (bytes[place] ?? 0) ^ (1 << (at % 8));
    chmodSync(path, 0o644);
    writeFileSync(path, bytes);
    flipped.add(sha512);
  }
  let found: readonly string[] = [];
  let checked = 0;
  const ms = await timed(async () => {
    const { troubles, objects } = await checkStores(opened.parts, { full: true });
    found = troubles.filter(({ kind }) => kind === 'damaged').map(({ sha512 }) => sha512);
    checked = objects;
  });
  const missed = [...flipped].filter((sha512) => !found.includes(sha512)).length;
  const others = found.length - (flipped.size - missed);
  console.log(
    `a check of ${checked} objects finds ${found.length - others} of ${count} flipped bits, and ${others} that are whole: ${ms.toFixed(0)} ms`,
  );
  if (missed > 0 || others > 0) throw new Error('the check is wrong');
}

async function lookUps(opened: Opened, folder: string): Promise<void> {
  const file = join(folder, 'one');
  writeFileSync(file, 'one');
  const blob = await opened.blos.insertFile(file);
  const archives = opened.dynamic();
  const keyOf = (at: number) => ({ key: { gosum: `${at}`.repeat(20), at }, finalName: `foo-${at}.tar.xz` });
  for (let at = 0; at < 200; at += 1) await archives.put(keyOf(at), blob, { note: 'x' });
  const count = 20_000;
  const ms = await timed(async () => {
    for (let at = 0; at < count; at += 1) if (!archives.find(keyOf(at % 200))) throw new Error('not found');
  });
  console.log(`dynamic find: ${((ms / count) * 1000).toFixed(1)} us`);
}

async function packing(opened: Opened, folder: string): Promise<void> {
  const staging = join(folder, 'staging');
  for (let at = 0; at < 60; at += 1) {
    const path = join(staging, `d${at % 20}`);
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, `f${at}.ts`), sourceText(100_000, at));
  }
  const kinds = [
    ['x.tar.xz', 'xz -6 -T0'],
    ['x.tar.zst', 'zstd -q -19 -T0'],
    ['x.tar.gz', 'gzip -n -6'],
  ] as const;
  for (const [finalName, program] of kinds) {
    const ours: number[] = [];
    const theirs: number[] = [];
    let size = 0;
    for (let round = 0; round < 3; round += 1) {
      // in turns, so that other work on the machine meets both
      theirs.push(
        await timed(async () =>
          execFileSync('sh', ['-c', `tar -cf - . | ${program} > ${join(folder, 'theirs')}`], {
            cwd: staging,
          }),
        ),
      );
      ours.push(
        await timed(async () => {
          size = (await opened.pack(staging, finalName)).blob.sizeBytes;
        }),
      );
    }
    const [best, other] = [median(ours), median(theirs)];
    const sizes = `${size} against ${statSync(join(folder, 'theirs')).size} bytes`;
    console.log(
      `${finalName}, hashed and stored: ${best.toFixed(0)} ms; tar | ${program}: ${other.toFixed(0)} ms; ratio ${(best / other).toFixed(3)}; ${sizes}`,
    );
  }
}

/** Prints the figures. */
export async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-fastpull-'));
  const opened = openFastpull({ root: folder, distfilesHost: undefined });
  try {
    console.log(`load ${loadavg()[0]?.toFixed(1)}`);
    await ingest(opened, folder);
    await flippedBits(opened, folder);
    await lookUps(opened, folder);
    await packing(opened, folder);
  } finally {
    await opened.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
