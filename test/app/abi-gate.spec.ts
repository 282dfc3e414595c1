import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { AbiGate, type OpenRebuild } from '../../src/app/abi/abi-gate.ts';
import type { GoneWith } from '../../src/app/abi/gate.ts';
import { abiReader } from '../../src/app/abi/reading.ts';
import { detailOf } from '../../src/app/abi/rebuild-detail.ts';
import { dropRebuild } from '../../src/app/abi/rebuilds.ts';
import { type Farm, openFarm } from '../../src/app/farm.ts';
import { type FarmDatabase, openFarmDatabase, type StoredArtifact } from '../../src/database/index.ts';
import { encodeSymbolSet } from '../../src/formats/elf/index.ts';
import { digestBytes } from '../../src/host/index.ts';
import { type AttemptId, builderName, type JobId, jobId } from '../../src/primitives/index.ts';
import { planOf } from '../dispatcher/scene.ts';
import { writeFarm } from './written-farm.ts';

const of = { target: 'local', arch: 'x86_64' };
const machine = 6264;
const folder = mkdtempSync(join(tmpdir(), 'packmill-abi-gate-'));
let opened: Farm;
let database: FarmDatabase;
let nowMs = 0;
/** Published packages: name and version. */
let published: Record<string, string>;

beforeAll(async () => {
  await writeFarm(join(folder, 'farm'), 'rebuild: { abi: auto }');
  opened = await openFarm(join(folder, 'farm'), 'write');
});
afterAll(async () => {
  await opened?.close();
  rmSync(folder, { recursive: true, force: true });
});

const objectOf = (name: string, version: string) => digestBytes(`${name} ${version}`);

/** The farm with a record of its own; what is published is what a test says. */
function farm(): Farm {
  const members = () =>
    Object.entries(published).map(([name, version]) => ({
      ...{ name, version, fileName: `${name}-${version}-x86_64.pkg.tar.zst` },
      object: objectOf(name, version),
    }));
  return Object.create(opened, {
    database: { value: database },
    clock: { value: { ...opened.clock, nowMs: () => nowMs } },
    repositories: { value: { members, visible: () => JSON.stringify(published) } },
  }) as Farm;
}

/** What a build has in libraries and needs of them. */
function record(
  name: string,
  version: string,
  provides: readonly string[],
  needs: readonly string[] = [],
): void {
  const symbols = encodeSymbolSet(['draw']);
  database.abi.record([
    {
      ...{ object: objectOf(name, version), reader: abiReader, name, base: name, version },
      ...{ payload: undefined, seen: undefined },
      provides: provides.map((library) => ({ name: library, machine, versioned: false, symbols })),
      needs: needs.map((library) => ({ name: library, machine, symbols })),
    },
  ]);
}

let previous: Record<string, AttemptId> = {};

/** A success of a recipe that waits for being published. */
function build(
  base: string,
  version: string,
  packages: readonly string[] = [base],
): readonly StoredArtifact[] {
  const job: JobId = jobId({ ...of, name: base });
  const { attempts, artifacts, jobs, inventory } = database;
  return database.transaction(() => {
    const row = jobs.newestWithId(job);
    if (!row) throw new Error(`there is no job '${job}'`);
    const attempt = attempts.start({
      ...{ jobKey: row.key, job, builder: builderName('one'), fence: 1, startedMs: nowMs },
      previous: previous[base],
    });
    previous = { ...previous, [base]: attempt };
    attempts.end(attempt, { endedMs: nowMs, outcome: { kind: 'succeeded', artifacts: [] } } as never);
    for (const name of packages) {
      const object = objectOf(name, version);
      const fileName = `${name}-${version}-x86_64.pkg.tar.zst`;
      const empty = { depends: [], provides: [], providedSonames: [], neededSonames: [] };
      const artifact = {
        name,
        version,
        arch: 'x86_64',
        fileName,
        object,
        sizeBytes: 1,
        facts: object,
        ...empty,
      };
      artifacts.add({ attempt, job, artifact });
    }
    jobs.update(row, { state: 'succeeded', attempt, sinceMs: nowMs });
    const success = {
      version,
      outputs: packages,
      providedSonames: [],
      neededSonames: [],
      inputDigest: objectOf('', ''),
    };
    inventory.succeeded(job, success, attempt);
    return artifacts.ofAttempt(attempt);
  });
}

/** Asks for builds, as a request does that was admitted. */
function plan(...names: readonly string[]): void {
  const of = planOf(Object.fromEntries(names.map((name) => [name, {}])));
  database.transaction(() => database.plans.add({ plan: of, why: '', failFast: false, atMs: nowMs }));
}

function end(name: string, state: 'succeeded' | 'failed'): void {
  database.transaction(() => {
    const job = database.jobs.newestWithId(jobId({ ...of, name }));
    if (job) database.jobs.update(job, { state, sinceMs: nowMs });
  });
}

function gate(goneWith?: GoneWith) {
  const heard: OpenRebuild[] = [];
  const made = new AbiGate(farm(), { held: (one) => heard.push(one) }, goneWith);
  const sort = async () => {
    const { out, held } = await made.sort(of, database.artifacts.unpublished());
    return { out: out.map(({ artifact }) => artifact.name), held: held.length };
  };
  return { made, sort, asked: () => heard.splice(0).flatMap(({ toAsk }) => toAsk) };
}

beforeEach(() => {
  database?.close();
  database = openFarmDatabase(':memory:', { clock: opened.clock });
  nowMs = 1_000;
  previous = {};
  published = { quill: '1-1', brush: '1-1' };
  record('quill', '1-1', ['libquill.so.1']);
  record('brush', '1-1', [], ['libquill.so.1']);
  record('quill', '2-1', ['libquill.so.2']);
  record('brush', '1-1.1', [], ['libquill.so.2']);
  plan('quill', 'brush');
  end('brush', 'succeeded');
  nowMs = 2_000;
});
afterAll(() => database?.close());

it('asks again for what a process asked for that was killed before there was a job, and once only', async () => {
  build('quill', '2-1');
  const before = gate();
  expect(await before.sort()).toEqual({ out: [], held: 1 });
  expect(before.asked()).toEqual(['brush']);
  // the same process waits for what it asked for
  await before.sort();
  expect(before.asked()).toEqual([]);
  const after = gate();
  await after.sort();
  expect(after.asked()).toEqual(['brush']);
  await after.sort();
  expect(after.asked()).toEqual([]);
  expect(database.rebuilds.allOpen().map((one) => [one.state, detailOf(one).asked])).toEqual([
    ['building', ['brush']],
  ]);
});

it('does not ask again for what failed when it was built: somebody has to look at it', async () => {
  build('quill', '2-1');
  await gate().sort();
  nowMs = 3_000;
  plan('brush');
  end('brush', 'failed');
  const after = gate();
  await after.sort();
  expect(after.asked()).toEqual([]);
});

it('closes a rebuild whose results were published before a kill, though nothing waits any more', async () => {
  const made = build('quill', '2-1');
  const { made: first, sort } = gate();
  await sort();
  first.closeOver();
  expect(database.rebuilds.allOpen()).toHaveLength(1);
  database.artifacts.markPublished(
    made.map(({ id }) => id),
    7,
  );
  gate().made.closeOver();
  expect(database.rebuilds.newest(1)[0]).toMatchObject({ state: 'published' });
  expect(detailOf(database.rebuilds.newest(1)[0] as never).generation).toBe(7);
});

it('throws away what was being built for a rebuild while it was dropped, and what was built for it unseen', async () => {
  build('quill', '2-1');
  await gate().sort();
  nowMs = 3_000;
  const early = build('brush', '1-1.1');
  const [open] = database.rebuilds.allOpen();
  nowMs = 4_000;
  dropRebuild(farm(), open?.id ?? 0, 'ann');
  expect(database.artifacts.ofAttempt(early[0]?.attempt as AttemptId)).toMatchObject([{ generation: 0 }]);
  // it began before, and ends now
  nowMs = 3_500;
  const late = build('brush', '1-1.1');
  expect(await gate().sort()).toEqual({ out: [], held: 0 });
  expect(database.artifacts.ofAttempt(late[0]?.attempt as AttemptId)).toMatchObject([{ generation: 0 }]);
  // what is built from now on is built against what is published
  nowMs = 5_000;
  record('brush', '1-2', [], ['libquill.so.1']);
  build('brush', '1-2');
  expect(await gate().sort()).toEqual({ out: ['brush'], held: 0 });
});

it('holds back a build that takes out a package whose library others need', async () => {
  published = { ...published, 'quill-old': '1-1', pen: '1-1' };
  record('quill-old', '1-1', ['libquill.so.0']);
  record('pen', '1-1', [], ['libquill.so.0']);
  record('quill', '1-2', ['libquill.so.1']);
  build('quill', '1-2');
  const gone = new Map([['quill-old', 'quill']]);
  expect(await gate().sort()).toEqual({ out: ['quill'], held: 0 });
  const { sort, asked } = gate(() => gone);
  expect(await sort()).toEqual({ out: [], held: 1 });
  expect(asked()).toEqual(['pen']);
});
