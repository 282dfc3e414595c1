import type { LoggedAttempt, LogHit, LogsSearchReply } from '../../api/index.ts';
import type { AttemptRecord } from '../../database/index.ts';
import { entryFacts, type LinePattern } from '../../host/index.ts';
import { searchLogs } from '../../logs/index.ts';
import type { WorkbenchScene } from './workbench-scene.ts';

/** Where and what to search across attempts. */
export interface AttemptsSearch {
  readonly pattern: LinePattern;
  readonly name?: string | undefined;
  readonly failed?: boolean | undefined;
  readonly sinceMs?: number | undefined;
  readonly before?: number | undefined;
  /** Attempts with hits. */
  readonly limit: number;
}

/** How long one search may take. */
export const searchLimitMs = 5_000;
const hitsOfEach = 5;
/** Attempts whose logs are looked through by one thread, and bytes of one answer. */
const attemptsAtOnce = 500;
const mostBytes = 512 << 20;

/** Searches in the logs of many attempts. */
export class AttemptSearches {
  readonly #scene: WorkbenchScene;
  readonly #viewOf: (attempt: AttemptRecord) => Promise<LoggedAttempt>;

  constructor(scene: WorkbenchScene, viewOf: (attempt: AttemptRecord) => Promise<LoggedAttempt>) {
    this.#scene = scene;
    this.#viewOf = viewOf;
  }

  /**
   * Looks through the logs of many attempts, newest first, until enough have hits, half a gibibyte is read or five
   * seconds are over; `next` says where to go on. Throws LOG002, LOG003 and SYS004.
   */
  async run(search: AttemptsSearch, signal?: AbortSignal): Promise<LogsSearchReply> {
    const { clock } = this.#scene;
    const untilMs = clock.monotonicMs() + searchLimitMs;
    const found: LogsSearchReply['attempts'][number][] = [];
    const searched = { attempts: 0, bytes: 0 };
    let next: number | null = search.before ?? Number.MAX_SAFE_INTEGER;
    while (next !== null && found.length < search.limit && !signal?.aborted) {
      const leftMs = untilMs - clock.monotonicMs();
      if (leftMs <= 0 || searched.bytes >= mostBytes) break;
      const page = this.#candidates(search, next);
      const done = await this.#searchPage(page.attempts, search, { signal, limitMs: leftMs });
      found.push(...done.found.slice(0, search.limit - found.length));
      searched.attempts += done.over;
      searched.bytes += done.bytes;
      // a page that was not finished is gone on with behind its last attempt; one log that takes all the time is passed over
      const reached = Math.max(0, done.over - 1);
      const last = found.length >= search.limit ? found.at(-1)?.attempt : page.attempts[reached]?.id;
      const isWhole = done.over === page.attempts.length && last === page.attempts.at(-1)?.id;
      next = isWhole ? page.next : (last ?? next);
      if (!isWhole) break;
    }
    return { attempts: found, searched, next };
  }

  /** Attempts before one that a search is about, at most so many that they make one page. */
  #candidates(search: AttemptsSearch, before: number): { attempts: AttemptRecord[]; next: number | null } {
    const { attempts } = this.#scene.database;
    const ids = search.name === undefined ? undefined : this.#scene.idsOf(search.name);
    const page = ids
      ? ids
          .flatMap((id) => attempts.ofJob(id, 1000))
          .filter(({ id }) => id < before)
          .sort((a, b) => b.id - a.id)
          .slice(0, attemptsAtOnce)
      : attempts.before(before, attemptsAtOnce);
    const { sinceMs = 0, failed } = search;
    const wanted = page.filter(
      ({ startedMs, outcome, logPath }) =>
        startedMs >= sinceMs &&
        (!failed || outcome?.kind === 'failed' || outcome?.kind === 'timed-out') &&
        // most logs of a long past are gone
        logPath !== undefined &&
        entryFacts(`${this.#scene.root}/${logPath}`) !== undefined,
    );
    const last = page.at(-1);
    const isEnd = page.length < attemptsAtOnce || last === undefined || last.startedMs < sinceMs;
    return { attempts: wanted, next: isEnd ? null : last.id };
  }

  async #searchPage(
    attempts: readonly AttemptRecord[],
    { pattern, limit }: AttemptsSearch,
    bounds: { readonly signal: AbortSignal | undefined; readonly limitMs: number },
  ): Promise<{ found: LogsSearchReply['attempts'][number][]; over: number; bytes: number }> {
    const found = new Map<number, { hits: LogHit[]; total: number }>();
    let over = 0;
    let bytes = 0;
    const paths = attempts.map(({ logPath }) => `${this.#scene.root}/${logPath ?? 'logs/none'}`);
    for await (const news of searchLogs(paths, { pattern, maxHits: hitsOfEach }, bounds)) {
      bytes = news.readBytes;
      const hits = found.get(news.text)?.hits ?? [];
      hits.push(...news.hits);
      if (news.total > 0) found.set(news.text, { hits, total: news.total });
      if (news.isOver) over = news.text + 1;
      if (news.isOver && found.size >= limit) break;
    }
    const rows: LogsSearchReply['attempts'][number][] = [];
    for (const [text, hits] of found) {
      const attempt = attempts[text];
      if (!attempt || text >= over) continue;
      const { failure: _, ...row } = await this.#viewOf(attempt);
      rows.push({ ...row, ...hits });
    }
    return { found: rows, over, bytes };
  }
}
