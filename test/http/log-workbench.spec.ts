import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import {
  alikeFailuresSchema,
  failureGroupsSchema,
  logAttemptsSchema,
  logFactsSchema,
  logLinesSchema,
  logPhasesSchema,
  logSearchNewsSchema,
  logsSearchReplySchema,
} from '../../src/api/index.ts';
import { openFarm, prepareLook } from '../../src/app/index.ts';
import { FailureDesk } from '../../src/app/log-workbench/failure-desk.ts';
import { createProgram } from '../../src/cli/program.ts';
import { Shell } from '../../src/cli/shell.ts';
import { systemConsole } from '../../src/host/index.ts';
import { type HttpServer, startHttpServer } from '../../src/http/index.ts';
import { type SeededFarm, seedFarm } from '../seeded-farm.ts';

const folder = mkdtempSync(join(tmpdir(), 'packmill-workbench-'));
let seeded: SeededFarm;
let farm: Awaited<ReturnType<typeof prepareLook>>;
let server: HttpServer;

beforeAll(async () => {
  seeded = await seedFarm({
    folder: join(folder, 'farm'),
    nowMs: 1_790_000_000_000,
    attempts: 300,
    logs: 300,
  });
  farm = await prepareLook(seeded.folder);
  server = await startHttpServer(farm.service, farm.intake, { port: 0, logReading: farm.logReading });
});
afterAll(async () => {
  await server?.close();
  await farm?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function get<T>(path: string, schema: z.ZodType<T>): Promise<T> {
  const answer = await fetch(`${server.url}${path}`);
  const text = await answer.text();
  expect(answer.status, text).toBe(200);
  return schema.parse(JSON.parse(text));
}
const status = async (path: string): Promise<number> => (await fetch(`${server.url}${path}`)).status;
const hits = async (path: string) => {
  const answer = await fetch(`${server.url}${path}`);
  expect(answer.headers.get('content-type')).toContain('application/x-ndjson');
  const lines = (await answer.text()).trimEnd().split('\n');
  const news = lines.map((line) => logSearchNewsSchema.parse(JSON.parse(line)));
  return { hits: news.flatMap((one) => one.hits), total: news.at(-1)?.total, end: news.at(-1)?.end };
};

/** Attempts that failed and have a log, newest first. */
const failed = () =>
  farm.farm.database.attempts
    .before(Number.MAX_SAFE_INTEGER, 1000)
    .filter(({ outcome }) => outcome?.kind === 'failed' || outcome?.kind === 'timed-out');

describe('the log workbench', () => {
  it('tells why attempts failed, as those who wrote the history know it', async () => {
    const classOf: Record<string, string> = {
      network: 'network',
      patch: 'patch-failed',
      dependency: 'missing-dependency',
      compiler: 'compiler-error',
      test: 'test-failure',
      memory: 'out-of-memory',
      time: 'time-out',
      linker: 'linker-error',
    };
    const desk = new FailureDesk({ ...farm.farm, root: seeded.folder, mayWrite: () => false });
    let told = 0;
    for (const attempt of failed()) {
      if (attempt.logPath === undefined) continue;
      let log: string;
      try {
        log = readFileSync(`${seeded.folder}/${attempt.logPath}`, 'utf8');
      } catch {
        continue;
      }
      const found = await desk.of(attempt);
      const pkg = seeded.world.find(({ target, arch, name }) => `${target}/${arch}/${name}` === attempt.job);
      expect(found?.class, log).toBe(classOf[pkg?.failsBy ?? '']);
      if (found?.first)
        expect(log.split('\n')[found.first.line - 1]).toContain(found.first.text.slice(0, 20));
      told += 1;
    }
    expect(told).toBeGreaterThan(3);
  });

  it('has facts of a log, with the failure at its place in the whole', async () => {
    const [attempt] = failed().filter(({ outcome }) => outcome?.kind === 'failed');
    const id = encodeURIComponent(attempt?.job ?? '');
    const all = await get(`/api/logs/${id}/attempts`, logAttemptsSchema);
    expect(all.attempts.map((one) => one.attempt)).toContain(attempt?.id);
    const shown = all.attempts.find((one) => one.attempt === attempt?.id);
    const facts = await get(`/api/logs/${id}/${shown?.timestamp}/facts`, logFactsSchema);
    expect(facts.finished).toBe(true);
    const first = facts.failure?.first;
    if (!first) throw new Error('the failure has no line');
    const lines = await get(
      `/api/logs/${id}/${shown?.timestamp}/lines?from=${first.line}&count=1`,
      logLinesSchema,
    );
    expect(lines.offset).toBe(first.offset);
    expect(lines.text.trimEnd()).toContain(first.text);
    const { phases } = await get(`/api/logs/${id}/${shown?.timestamp}/phases`, logPhasesSchema);
    expect(phases.map(({ kind }) => kind)).toContain('fetch');
    const whole = await (await fetch(`${server.url}/api/logs/${id}/${shown?.timestamp}`)).text();
    expect(whole.trimEnd().split('\n').length).toBe(facts.lines);
    for (const phase of phases) expect(whole.split('\n')[phase.line - 1]).toMatch(/phase|==>|Added/);
  });

  it('groups failures that are the same, and lists them by signature', async () => {
    const { groups, classes, unread } = await get('/api/failures?limit=200', failureGroupsSchema);
    // this process may not write: only what the manager has recorded is grouped
    expect(groups).toEqual([]);
    expect(classes).toEqual([]);
    expect(unread).toBeGreaterThan(0);
    await farm.close();
    const own = await openFarm(seeded.folder, 'write');
    await new FailureDesk({ ...own, root: seeded.folder, mayWrite: () => true }).catchUp({ limit: 10_000 });
    expect(own.database.failures.missing(0, 10)).toEqual([]);
    await own.close();
    await server.close();
    farm = await prepareLook(seeded.folder);
    server = await startHttpServer(farm.service, farm.intake, { port: 0, logReading: farm.logReading });
    const told = await get('/api/failures?limit=200', failureGroupsSchema);
    expect(told.unread).toBe(0);
    expect(told.groups.reduce((sum, { count }) => sum + count, 0)).toBe(failed().length);
    expect(told.classes.reduce((sum, { count }) => sum + count, 0)).toBe(failed().length);
    const [most] = told.groups;
    expect(most?.count).toBeGreaterThan(1);
    const alike = await get(`/api/failures/${most?.signature}?limit=1`, alikeFailuresSchema);
    expect(alike.count).toBe(most?.count);
    expect(alike.attempts[0]?.failure?.signature).toBe(most?.signature);
    const rest = await get(`/api/failures/${most?.signature}?before=${alike.next}`, alikeFailuresSchema);
    expect(rest.attempts).toHaveLength((most?.count ?? 0) - 1);
    expect(await status('/api/failures/0000000000000000')).toBe(404);
    expect(await status('/api/failures/nonsense')).toBe(400);
  });

  it('finds lines in one log, as grep does', async () => {
    const { id, timestamp, path } = bigLog();
    const at = `/api/logs/${id}/${timestamp}/search`;
    const lines = readFileSync(path, 'utf8').split('\n');
    const base = (await get(`/api/logs/${id}/${timestamp}/facts`, logFactsSchema)).lines - lines.length + 1;
    const expected = (has: (line: string) => boolean): number[] =>
      lines.flatMap((line, index) => (has(line) ? [index + 1 + base] : []));
    const plain = await hits(`${at}?q=${encodeURIComponent('LINE 77')}&limit=10000`);
    expect(plain.hits.map(({ line }) => line)).toEqual(expected((line) => line.includes('line 77')));
    expect(plain).toMatchObject({ total: plain.hits.length, end: 'complete' });
    expect((await hits(`${at}?q=LINE+77&case=1`)).total).toBe(0);
    const grün = await hits(`${at}?q=${encodeURIComponent('GRÜN')}`);
    expect(grün.hits.map(({ line }) => line)).toEqual(expected((line) => line.includes('grün')));
    const expression = await hits(`${at}?q=${encodeURIComponent('^line 1\\d$')}&regex=1&limit=3`);
    expect(expression).toMatchObject({ total: 10, end: 'complete' });
    expect(expression.hits).toHaveLength(3);
    expect(expression.hits[0]).toMatchObject({ text: 'line 10', at: 0, length: 7 });
    const later = await hits(`${at}?q=coloured+word&from=1`);
    expect(later.hits.map(({ text }) => text)).toEqual(['a coloured word']);
    const first = later.hits[0];
    expect((await hits(`${at}?q=coloured+word&from=${(first?.line ?? 0) + 1}`)).total).toBe(0);
    const at1 = await get(`/api/logs/${id}/${timestamp}/lines?from=${first?.line}&count=1`, logLinesSchema);
    expect(at1.offset).toBe(first?.offset);
  });

  it('refuses what is no expression', async () => {
    const { id, timestamp } = bigLog();
    expect(await status(`/api/logs/${id}/${timestamp}/search?q=%28&regex=1`)).toBe(400);
    expect(await status(`/api/logs/${id}/${timestamp}/search?q=`)).toBe(400);
    expect(await status(`/api/logs/nobody/search?q=x`)).toBe(404);
  });

  it('gives lines in portions that join without a gap', async () => {
    const { id, timestamp, path } = bigLog();
    let text = '';
    let offset = 0;
    for (let from = 1; ; ) {
      const part = await get(`/api/logs/${id}/${timestamp}/lines?from=${from}&count=700`, logLinesSchema);
      if (part.text === '') break;
      expect(part.offset).toBe(offset);
      text += part.text;
      offset = part.next;
      from += part.text.split('\n').length - 1;
    }
    expect(text.endsWith(readFileSync(path, 'utf8'))).toBe(true);
  });

  it('searches across attempts, in pages', async () => {
    const first = await get('/api/log-search?q=Finished+making&limit=4', logsSearchReplySchema);
    expect(first.attempts).toHaveLength(4);
    expect(first.attempts.every(({ hits, total }) => total >= 1 && hits.length >= 1)).toBe(true);
    const second = await get(
      `/api/log-search?q=Finished+making&limit=4&before=${first.next}`,
      logsSearchReplySchema,
    );
    const ids = [...first.attempts, ...second.attempts].map(({ attempt }) => attempt);
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => b - a));
    expect(ids).toHaveLength(8);
    const none = await get('/api/log-search?q=no-line-has-this', logsSearchReplySchema);
    expect(none).toMatchObject({ attempts: [], next: null });
    const bad = await get('/api/log-search?q=ERROR&failed=1&limit=200', logsSearchReplySchema);
    expect(bad.attempts.every(({ outcome }) => outcome === 'failed' || outcome === 'timed-out')).toBe(true);
    const name = encodeURIComponent(bad.attempts[0]?.job ?? '');
    const own = await get(`/api/log-search?q=ERROR&name=${name}`, logsSearchReplySchema);
    expect(new Set(own.attempts.map(({ job }) => job)).size).toBe(1);
  });
});

describe('the commands about logs', () => {
  /** Standard output, and the exit code. */
  async function run(...words: string[]): Promise<{ readonly out: string; readonly code: number }> {
    let out = '';
    const shell = new Shell({
      ...systemConsole,
      outIsTerminal: false,
      out: (text) => {
        out += text;
      },
      err: () => {},
    });
    const argv = ['--farm', seeded.folder, ...words];
    const program = await createProgram(shell, argv);
    await program.parseAsync(argv, { from: 'user' });
    return { out, code: shell.exitCode };
  }

  it('say where and why the newest attempt of a job failed', async () => {
    const attempt = failed().find(({ id, job, outcome }) => {
      const newest = farm.farm.database.views.revisions(job, 1)[0];
      return outcome?.kind === 'failed' && newest?.attempt === id;
    });
    const job = attempt?.job ?? '';
    const record = attempt && farm.farm.database.failures.get(attempt.id);
    const first = await run('logs', job, '--first-error');
    expect(first).toMatchObject({ code: 0, out: expect.stringContaining(record?.first?.text ?? 'no line') });
    const told = JSON.parse((await run('--json', 'logs', job, '--class')).out);
    expect(told).toMatchObject({ attempt: attempt?.id, class: record?.class, signature: record?.signature });
    expect((await run('logs', job, '--class')).out).toContain(`same failure: ${record?.signature}`);
  });

  it('find lines of one log, and attempts by their logs', async () => {
    const { id, path } = bigLog();
    const job = decodeURIComponent(id);
    const { out, code } = await run('logs', job, '--search', 'line 4321', '--case');
    expect(code).toBe(0);
    expect(out).toMatch(/^\d+:line 4321\n$/);
    expect(readFileSync(path, 'utf8')).toContain('line 4321\n');
    expect(await run('logs', job, '--search', 'nowhere in it')).toEqual({ out: '', code: 1 });
    const many = await run('logs', 'search', 'line 4321');
    expect(many.out).toContain(job);
    expect((await run('logs', 'search', 'nowhere in it', '--since', '1d')).code).toBe(1);
  });

  it('list failures that are the same together', async () => {
    const { groups } = JSON.parse((await run('--json', 'logs', 'failures', '--limit', '3')).out);
    expect(groups).toHaveLength(3);
    expect(groups[0].count).toBeGreaterThanOrEqual(groups[1].count);
    const { out } = await run('logs', 'failures', '--of', groups[0].class);
    expect(out).toContain(`[${groups[0].signature}]`);
    expect((await run('logs', 'failures', '--of', 'disk-full')).out).toBe('');
  });
});

let made: { id: string; timestamp: number; path: string } | undefined;
/** The log of a job that succeeded, made longer. */
function bigLog() {
  if (made) return made;
  const { attempts, views } = farm.farm.database;
  const attempt = attempts
    .before(Number.MAX_SAFE_INTEGER, 1000)
    .find(({ outcome, logPath }) => outcome?.kind === 'succeeded' && logPath !== undefined);
  const revision = attempt && views.revision(attempt.jobKey);
  if (!attempt?.logPath || !revision) throw new Error('nothing succeeded');
  const path = `${seeded.folder}/${attempt.logPath}`;
  mkdirSync(dirname(path), { recursive: true });
  const lines = Array.from({ length: 5_000 }, (_, at) => `line ${at}\n`).join('');
  const more = `${lines}ein grünes Licht\na \u001b[31mcolo\u001b[1mured\u001b[0m word\n`;
  appendFileSync(path, more);
  made = { id: encodeURIComponent(attempt.job), timestamp: revision.requestedMs, path };
  return made;
}
