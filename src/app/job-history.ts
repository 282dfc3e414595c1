import { type AttemptRecord, readManager } from '../database/index.ts';
import { fault } from '../diagnostics/index.ts';
import { followLog, followStream, LogHub } from '../logs/index.ts';
import { attemptId, formatDuration, type JobId, jobId, parseJobId } from '../primitives/index.ts';
import type { Farm } from './farm.ts';
import { QueueNotes } from './service/queue-notes.ts';

/** One attempt for people. */
export interface AttemptLine {
  readonly id: number;
  readonly text: string;
  /** Absolute path of its log; empty when it has none. */
  readonly path: string;
}

/** A recipe's name, or a whole job id, as a job id of this farm. */
function idOf(farm: Farm, name: string): JobId {
  const { repository: target, arch } = farm.config;
  if (parseJobId(name)) return name as JobId;
  const usual = jobId({ target, arch, name });
  const { jobs, views } = farm.database;
  // of other targets only when the farm's own has no such job
  return jobs.newestWithId(usual) ? usual : (views.idsOfName(name)[0] ?? usual);
}

function lineOf(farm: Farm, attempt: AttemptRecord): AttemptLine {
  const outcome = attempt.outcome?.kind ?? 'running';
  const time = attempt.durationMs === undefined ? '' : ` in ${formatDuration(attempt.durationMs)}`;
  const path = attempt.logPath === undefined ? '' : `${farm.paths.root}/${attempt.logPath}`;
  return { id: attempt.id, text: `${new Date(attempt.startedMs).toISOString()} ${outcome}${time}`, path };
}

export interface LogRequest {
  readonly name: string;
  /** Number of an attempt; undefined: the newest. */
  readonly attempt: string | undefined;
  readonly follow: boolean;
  readonly signal: AbortSignal;
}

export interface JobLog {
  readonly attempts: readonly AttemptLine[];
  /** The log's bytes; with `follow`, as they come until the attempt is over. */
  readonly pieces: AsyncIterable<Uint8Array>;
}

/** Opens a job's log. Throws CLI002 when the job has never been attempted, or not with this number. */
export async function followJobLog(farm: Farm, request: LogRequest): Promise<JobLog> {
  const id = idOf(farm, request.name);
  const attempts = farm.database.attempts.ofJob(id, 100).filter(({ logPath }) => logPath !== undefined);
  const isAlone = (): boolean => !request.follow || readManager(farm.paths.lock) === undefined;
  if (request.attempt === undefined) {
    const [newest] = farm.database.views.revisions(id, 1);
    const revision = newest && new QueueNotes(farm, new LogHub()).revision(newest);
    // what the browser shows: notes of the queue and the logs of all attempts, in a row
    if (revision)
      return {
        attempts: attempts.map((attempt) => lineOf(farm, attempt)),
        pieces: bytesOf(
          followStream(
            { segments: () => revision.segments(), isFinished: () => isAlone() || revision.isFinished() },
            { signal: request.signal },
          ),
        ),
      };
  }
  const wanted =
    request.attempt === undefined
      ? attempts[0]
      : attempts.find((one) => one.id === attemptId(Number(request.attempt)));
  if (!wanted?.logPath)
    throw fault('CLI002', { what: `'${id}' has no log${request.attempt ? ` ${request.attempt}` : ''}` });
  const isFinished = (): boolean =>
    // a killed packmill leaves attempts without an end; nobody writes on
    isAlone() || farm.database.attempts.get(wanted.id)?.endedMs !== undefined;
  return {
    attempts: attempts.map((attempt) => lineOf(farm, attempt)),
    pieces: followLog(`${farm.paths.root}/${wanted.logPath}`, { signal: request.signal, isFinished }),
  };
}

async function* bytesOf(pieces: AsyncIterable<{ readonly bytes: Uint8Array }>): AsyncGenerator<Uint8Array> {
  for await (const { bytes } of pieces) yield bytes;
}
