import type {
  AlikeFailures,
  FailureGroups,
  FailureView,
  LogAttempts,
  LogFacts,
  LoggedAttempt,
  LogLines,
  LogPhases,
  LogSearchNews,
  LogsSearchReply,
} from '../../api/index.ts';
import type { AttemptRecord, FailureRecord } from '../../database/index.ts';
import { classTexts, type FailureClass } from '../../failures/index.ts';
import { entryFacts, type LinePattern } from '../../host/index.ts';
import { lineAtOffset, lineCount, offsetOfLine, readRange, searchLog, sizeOf } from '../../logs/index.ts';
import type { LogRevision } from '../service/log-revision.ts';
import { AttemptSearches, type AttemptsSearch, searchLimitMs } from './attempt-searches.ts';
import { FailureDesk } from './failure-desk.ts';
import { LogPhaseIndex } from './log-phases.ts';
import type { WorkbenchScene } from './workbench-scene.ts';

/** Attempts at one job that can be paged through. */
const mostAttempts = 1_000;
const longestText = 1 << 20;

/** What people do with logs beyond reading them: find their way in one, search, and see what failed alike. */
export class LogWorkbench {
  readonly failures: FailureDesk;
  readonly #scene: WorkbenchScene;
  readonly #phases = new LogPhaseIndex();
  readonly #searches: AttemptSearches;

  constructor(scene: WorkbenchScene) {
    this.#scene = scene;
    this.failures = new FailureDesk(scene);
    this.#searches = new AttemptSearches(scene, (attempt) => this.#logged(attempt, undefined, false));
  }

  /** What there is to know of a log before it is read; undefined: there is none. Throws SYS004. */
  async facts(name: string, timestamp: number | undefined): Promise<LogFacts | undefined> {
    const job = this.#scene.revisionOf(name, timestamp);
    if (!job) return undefined;
    const log = this.#scene.logOf(job);
    // asked before the size: what there is when it first says so is all there will be
    const finished = log.isFinished();
    const attempts: LogFacts['attempts'] = [];
    let failure: FailureView | null = null;
    for (const attempt of this.#scene.database.attempts.ofRow(job.key)) {
      const offset = this.#beginOf(log, attempt);
      const begins = { line: await lineAtOffset(log, offset), offset };
      const logged = { ...(await this.#logged(attempt, job.requestedMs)), begins };
      attempts.push(logged);
      failure = logged.failure && (await shifted(log, logged.failure, offset));
    }
    return {
      job: job.id,
      timestamp: job.requestedMs,
      finished,
      sizeBytes: sizeOf(log),
      lines: await lineCount(log),
      attempts,
      failure,
    };
  }

  /** Phases of a log; undefined: there is no such log. Throws SYS004. */
  async phases(log: LogRevision): Promise<LogPhases> {
    const phases = await this.#phases.of(log);
    return { phases: phases.map(({ kind, name, line, offset }) => ({ kind, name, line, offset })) };
  }

  /** Whole lines of a log from a line on; empty behind its end. Throws SYS004. */
  async lines(log: LogRevision, from: number, count: number): Promise<LogLines> {
    const size = sizeOf(log);
    const begin = (await offsetOfLine(log, from)) ?? size;
    const wanted = (await offsetOfLine(log, from + count)) ?? size;
    const end = Math.min(wanted, begin + longestText, size);
    const pieces: Uint8Array[] = [];
    for await (const { bytes } of readRange(log, begin, end)) pieces.push(bytes);
    const read = Buffer.concat(pieces);
    // what is left out is asked for again, unless it is the rest of one line
    const lastEnd = end < wanted ? read.lastIndexOf(0x0a) + 1 : read.byteLength;
    const taken = lastEnd > 0 ? read.subarray(0, lastEnd) : read;
    const cut = lastEnd === 0 && read.byteLength > 0;
    const next = cut ? ((await offsetOfLine(log, from + 1)) ?? size) : begin + taken.byteLength;
    return { from: Math.max(1, from), offset: begin, text: taken.toString('utf8'), next, cut };
  }

  /** Looks through one log. Throws LOG002, LOG003 and SYS004. */
  async *search(
    log: LogRevision,
    search: { readonly pattern: LinePattern; readonly fromLine: number; readonly maxHits: number },
    signal?: AbortSignal,
  ): AsyncGenerator<LogSearchNews, void> {
    let last: LogSearchNews = { hits: [], total: 0, readBytes: 0 };
    for await (const { hits, total, readBytes, isOver } of searchLog(log, search, {
      signal,
      limitMs: searchLimitMs,
    })) {
      last = { hits: [...hits], total, readBytes, ...(isOver ? { end: 'complete' } : {}) };
      yield last;
    }
    if (last.end === undefined) yield { ...last, hits: [], end: 'time' };
  }

  /** Attempts at what a name means, newest first. Throws SYS004. */
  async attempts(
    name: string,
    page: { readonly before?: number; readonly limit: number },
  ): Promise<LogAttempts> {
    const { database } = this.#scene;
    // of the newest only as many as are shown have to be read
    const most = page.before === undefined ? page.limit + 1 : mostAttempts;
    const all = this.#scene
      .idsOf(name)
      .flatMap((id) => database.attempts.ofJob(id, most))
      .filter(({ id }) => page.before === undefined || id < page.before)
      .sort((a, b) => b.id - a.id);
    const shown = all.slice(0, page.limit);
    const attempts: LoggedAttempt[] = [];
    for (const attempt of shown) attempts.push(await this.#logged(attempt));
    return { attempts, next: all.length > shown.length ? (shown.at(-1)?.id ?? null) : null };
  }

  /** Looks through the logs of many attempts; see `AttemptSearches.run`. Throws LOG002, LOG003 and SYS004. */
  searchAttempts(search: AttemptsSearch, signal?: AbortSignal): Promise<LogsSearchReply> {
    return this.#searches.run(search, signal);
  }

  /** Failures since a time, those that are the same together. Throws SYS004. */
  async groups(of: { sinceMs: number; class?: string | undefined; limit: number }): Promise<FailureGroups> {
    const { database } = this.#scene;
    await this.failures.catchUp({ limit: 50 });
    const groups = database.failures.groups(of).map((group) => ({
      signature: group.signature,
      class: group.class,
      title: titleOf(group.class),
      count: group.count,
      jobs: group.jobs,
      firstMs: group.firstMs,
      newest: viewOf(group.newest),
      timestamp: this.#timestampOf(database.attempts.get(group.newest.attempt)),
    }));
    const classes = database.failures
      .classes(of.sinceMs)
      .map((one) => ({ ...one, title: titleOf(one.class) }));
    return { classes, groups, unread: this.failures.unread() };
  }

  /** Attempts that failed alike, newest first; undefined when none did. Throws SYS004. */
  async alike(
    signature: string,
    page: { readonly before?: number | undefined; readonly limit: number },
  ): Promise<AlikeFailures | undefined> {
    const { failures, attempts } = this.#scene.database;
    const facts = failures.countAlike(signature);
    if (!facts) return undefined;
    const shown = failures.alike(signature, { before: page.before, limit: page.limit + 1 });
    const logged: LoggedAttempt[] = [];
    for (const { attempt } of shown.slice(0, page.limit)) {
      const record = attempts.get(attempt);
      if (record) logged.push(await this.#logged(record));
    }
    const next = shown.length > page.limit ? (logged.at(-1)?.attempt ?? null) : null;
    return { signature, ...facts, attempts: logged, next };
  }

  async #logged(attempt: AttemptRecord, timestamp?: number, explain = true): Promise<LoggedAttempt> {
    const { id, job, builder, startedMs, endedMs, outcome, durationMs, logPath } = attempt;
    const facts = logPath === undefined ? undefined : entryFacts(`${this.#scene.root}/${logPath}`);
    const failure = explain ? await this.failures.of(attempt) : undefined;
    return {
      attempt: id,
      job,
      timestamp: timestamp ?? this.#timestampOf(attempt),
      builder,
      startedMs,
      endedMs: endedMs ?? null,
      outcome: outcome?.kind ?? null,
      durationMs: durationMs ?? null,
      sizeBytes: facts?.sizeBytes ?? null,
      failure: failure ? viewOf(failure) : null,
    };
  }

  #timestampOf(attempt: AttemptRecord | undefined): number {
    return (attempt && this.#scene.database.views.revision(attempt.jobKey)?.requestedMs) ?? 0;
  }

  /** Offset in the whole log of the first byte of an attempt's. */
  #beginOf(log: LogRevision, { logPath }: AttemptRecord): number {
    const own = `${this.#scene.root}/${logPath}`;
    let offset = 0;
    for (const path of log.segments()) {
      if (path === own) return offset;
      offset += entryFacts(path)?.sizeBytes ?? 0;
    }
    return offset;
  }
}

const titleOf = (name: string): string => classTexts[name as FailureClass]?.title ?? name;

/** A failure for outsiders. */
export function viewOf(failure: FailureRecord): FailureView {
  const { attempt, job, endedMs, phase, signature, first, evidence } = failure;
  return {
    attempt,
    job,
    endedMs,
    class: failure.class,
    title: titleOf(failure.class),
    advice: classTexts[failure.class as FailureClass]?.advice ?? '',
    phase,
    signature,
    first: first ?? null,
    evidence: [...evidence],
  };
}

/** The same with places in a whole log, in which the attempt's begins at an offset. */
async function shifted(log: LogRevision, view: FailureView, begin: number): Promise<FailureView> {
  const move = async <Place extends { readonly line: number; readonly offset: number }>(place: Place) => {
    const offset = place.offset + begin;
    return { ...place, offset, line: await lineAtOffset(log, offset) };
  };
  const evidence = [];
  for (const one of view.evidence) evidence.push(await move(one));
  return { ...view, first: view.first && (await move(view.first)), evidence };
}
