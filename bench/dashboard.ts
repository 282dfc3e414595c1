// The dashboard on a farm of 2,500 packages and 100,000 attempts: what its pages read, how soon they are there, and what fifty
// people who look cost.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { prepareLook } from '../src/app/index.ts';
import { startHttpServer } from '../src/http/index.ts';
import { launchBrowser } from '../test/http/browser.ts';
import { type SeededFarm, seeBuilders, seedFarm } from '../test/seeded-farm.ts';
import { median, print, quantiles, seconds, timed } from './measure/figures.ts';

const rounds = 15;
const viewers = 50;
const watchedSeconds = 30;
const eventsPerSecond = 2;

export async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'packmill-bench-'));
  try {
    let seeded: SeededFarm | undefined;
    const tookMs = await timed(async () => {
      seeded = await seedFarm({
        folder: join(folder, 'farm'),
        packages: 2_500,
        attempts: 100_000,
        days: 180,
      });
    });
    if (!seeded) return;
    const { plans, jobs, attempts } = seeded.counts;
    print(`a farm of ${plans} plans, ${jobs} jobs, ${attempts} attempts is made`, seconds(tookMs));
    await look(seeded);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function look(seeded: SeededFarm): Promise<void> {
  const { farm, service, intake, logReading, close } = await prepareLook(seeded.folder);
  const server = await startHttpServer(service, intake, { port: 0, logReading });
  seeBuilders(farm, seeded.builders, Date.now());
  try {
    await pageData(server.url, seeded.folder);
    await pageLoads(server.url);
    await watched(server.url, seeded.folder);
  } finally {
    await server.close();
    await close();
  }
}

/** As a manager of another process writes it; each event changes what the overview says. */
function eventWriter(folder: string): { write(): void; close(): void } {
  const database = new DatabaseSync(`${folder}/state/farm.sqlite`, { timeout: 10_000 });
  const insert = database.prepare(
    "INSERT INTO events (at_ms, plan, kind, job, from_state, to_state, reason) VALUES (?, 1, 'job-moved', 'a/b/c', 'ready', 'running', '')",
  );
  const change = database.prepare(
    "UPDATE jobs SET urgency = urgency + 1 WHERE key = (SELECT max(key) FROM jobs WHERE state = 'running')",
  );
  const write = (): void => {
    change.run();
    insert.run(Date.now());
  };
  return { write, close: () => database.close() };
}

const reads = [
  '/api/overview',
  '/api/queue/jobs',
  '/api/queue/jobs?limit=5000',
  '/api/queue/jobs?text=aurora',
  '/api/packages',
  '/api/packages?q=aurora',
  '/api/packages/NAME',
  '/api/packages/NAME/history',
  '/api/plans',
  '/api/plans/PLAN',
  '/api/why?of=NAME',
  '/api/forecast',
  '/api/repositories',
  '/api/failures',
  '/api/provenance',
  '/api/rebuilds',
  '/api/audit',
  '/api/builders',
  '/api/upkeep',
  '/api/upkeep/recipes/packages',
  '/api/reviews',
];

interface Named {
  readonly name: string;
  readonly plan: number;
}

/** The open job and the plan that pages are asked about: the largest that is open. */
async function named(url: string): Promise<Named> {
  const read = async <Answer>(path: string): Promise<Answer> =>
    (await (await fetch(url + path)).json()) as Answer;
  const { jobs } = await read<{ jobs: { job: string }[] }>('/api/forecast');
  const { plans } = await read<{ plans: { id: number; jobs: number }[] }>('/api/plans');
  const [largest] = plans.sort((a, b) => b.jobs - a.jobs);
  return { name: jobs[0]?.job.split('/')[2] ?? '', plan: largest?.id ?? 1 };
}

/**
 * Each read after something happened, so that nothing is answered from what was put together before. Processor time is of
 * this process, which both asks and answers: it says what the page costs where the machine is busy with other work.
 */
async function pageData(url: string, folder: string): Promise<void> {
  const events = eventWriter(folder);
  const { name, plan } = await named(url);
  for (const pattern of reads) {
    const path = pattern.replace('NAME', name).replace('PLAN', String(plan));
    const [times, costs]: [number[], number[]] = [[], []];
    let bytes = 0;
    for (let round = 0; round < rounds; round += 1) {
      events.write();
      await new Promise((resolve) => setTimeout(resolve, 350));
      const before = process.cpuUsage();
      times.push(
        await timed(async () => {
          const answer = await fetch(url + path);
          if (!answer.ok) throw new Error(`GET ${path}: ${answer.status}`);
          bytes = (await answer.arrayBuffer()).byteLength;
        }),
      );
      const { user, system } = process.cpuUsage(before);
      costs.push((user + system) / 1000);
    }
    const cpu = `CPU p50 ${median(costs).toFixed(1)}, worst ${Math.max(...costs).toFixed(1)} ms`;
    print(`GET ${path} (${Math.round(bytes / 1024)} KiB)`, `${quantiles(times)}; ${cpu}`);
  }
  events.close();
}

/** From the address to the last row, with an empty cache each time. */
async function pageLoads(url: string): Promise<void> {
  const browser = await launchBrowser();
  for (const path of ['/', '/queue', '/packages', '/upstreams', '/reviews', '/builders']) {
    const times: number[] = [];
    for (let round = 0; round < 7; round += 1) {
      const page = await browser.newPage();
      times.push(
        await timed(async () => {
          await page.goto(url + path, { waitUntil: 'commit' });
          await page.locator('main tr[data-row]').last().waitFor();
        }),
      );
      await page.close();
    }
    print(`page ${path} is there (median of ${times.length})`, seconds(median(times)));
  }
  await browser.close();
}

/** Fifty pages that show the overview while jobs move. */
async function watched(url: string, folder: string): Promise<void> {
  const program = fileURLToPath(new URL('dashboard/viewers.ts', import.meta.url));
  const args = [program, url, '/api/overview', String(viewers), String(watchedSeconds)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let told = '';
  child.stdout.on('data', (piece: Buffer) => {
    told += piece.toString();
  });
  const gone = once(child, 'close');
  const events = eventWriter(folder);
  const ticking = setInterval(() => events.write(), 1000 / eventsPerSecond);
  // those that come in at the beginning are no part of it
  await new Promise((resolve) => setTimeout(resolve, 4_000));
  const [cpu, start] = [process.cpuUsage(), performance.now()];
  await new Promise((resolve) => setTimeout(resolve, (watchedSeconds - 8) * 1000));
  const { user, system } = process.cpuUsage(cpu);
  const share = (user + system) / 1000 / (performance.now() - start);
  clearInterval(ticking);
  events.close();
  await gone;
  const { answers, fresh, bytes } = JSON.parse(told) as { answers: number; fresh: number; bytes: number };
  print(
    `${viewers} pages that look, ${eventsPerSecond} events/s: CPU of the server`,
    `${(share * 100).toFixed(1)} %`,
  );
  const each = answers / viewers / watchedSeconds;
  print(
    'answers to one page',
    `${each.toFixed(2)}/s, ${fresh} of ${answers} with news, ${Math.round(bytes / 1024)} KiB`,
  );
}
