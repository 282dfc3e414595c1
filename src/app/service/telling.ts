import type { FarmConfig } from '../../config/index.ts';
import type { JobRevision, StoredArtifact } from '../../database/index.ts';
import { isFault, messageOf, type Problem } from '../../diagnostics/index.ts';
import type { FarmEvent, JobStateName } from '../../model/index.ts';
import {
  type BuildWord,
  type NotifiableEvent,
  type Notifier,
  type NotifierConfig,
  parseNotifiersEnvironment,
  type SourceNotifiers,
} from '../../notifier/index.ts';
import { type AttemptId, type JobId, parseJobId } from '../../primitives/index.ts';
import type { Farm } from '../farm.ts';

const cursorWord = 'told-event';
const batch = 500;
const delayMs = 100;

/** The notifier's settings: the farm's, and what the environment says instead, with what is wrong there. */
export function notifierConfig(
  config: FarmConfig,
  environment: Readonly<Record<string, string | undefined>>,
): { readonly config: NotifierConfig; readonly problems: readonly Problem[] } {
  const urls = Object.entries(config['recipe-sources']).map(([id, { url }]) => [id, url] as const);
  const found = parseNotifiersEnvironment(environment, Object.fromEntries(urls));
  return { config: { ...settledConfig(config), ...found.config }, problems: found.problems };
}

function settledConfig({ notify }: FarmConfig): NotifierConfig {
  return {
    logsUrl: notify['logs-url'],
    sources: Object.fromEntries(
      Object.entries(notify.statuses).map(([source, one]) => [source, statusNotifier(one)]),
    ),
    ...(notify.telegram
      ? {
          telegram: {
            apiRoot: notify.telegram['api-root'],
            token: notify.telegram.token,
            chatId: notify.telegram['chat-id'],
          },
        }
      : {}),
    webhooks: notify.webhooks as NotifierConfig['webhooks'],
    ...(notify.mail
      ? {
          mail: {
            smtpUrl: notify.mail.smtp,
            from: notify.mail.from,
            to: notify.mail.to,
            events: notify.mail.events as NonNullable<NotifierConfig['mail']>['events'],
          },
        }
      : {}),
  };
}

/** Where a source's commits get their statuses. */
function statusNotifier(one: FarmConfig['notify']['statuses'][string]): SourceNotifiers {
  const shared = { baseUrl: one['base-url'], token: one.token, checkName: one['check-name'] };
  if (one.kind === 'gitlab') return { gitlab: { ...shared, projectId: one.id } };
  const [owner = '', repo = ''] = one.id.split('/');
  return { github: { ...shared, owner, repo } };
}

/**
 * Turns the event log into notifications. How far it has come is written down with what it handed on, so that a
 * manager that is killed tells everything, and nothing twice.
 */
export class Telling {
  readonly #farm: Farm;
  readonly #notifier: Notifier;
  readonly #onTrouble: (error: unknown) => void;
  #isDue = false;
  #isOver = false;

  constructor(farm: Farm, notifier: Notifier, onTrouble: (error: unknown) => void) {
    this.#farm = farm;
    this.#onTrouble = onTrouble;
    this.#notifier = notifier;
    // a farm that never told anything does not begin with its whole past
    if (farm.database.words.get(cursorWord) === undefined)
      farm.database.words.set(cursorWord, String(farm.database.events.last()));
  }

  /** Hands on what happened, a moment later and once for all of it: each time costs a transaction of its own. */
  soon(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    void this.#farm.clock.sleep(delayMs).then(() => {
      this.#isDue = false;
      if (this.#isOver) return;
      try {
        this.catchUp();
        this.#onTrouble(undefined);
      } catch (error) {
        // nothing was handed on and nothing is lost: the next event, or the next life, begins with it
        this.#onTrouble(error);
      }
    });
  }

  /** Nothing is handed on from now on; the next life begins with what is left. */
  stop(): void {
    this.#isOver = true;
  }

  /** Hands on what happened since the last time. */
  catchUp(): void {
    const { database } = this.#farm;
    for (;;) {
      const after = Number(database.words.get(cursorWord) ?? 0);
      const events = database.events.since(after, batch);
      const last = events.at(-1);
      if (!last) return;
      database.transaction(() => {
        for (const event of events) for (const one of this.#eventsOf(event)) this.#notifier.notify(one);
        database.words.set(cursorWord, String(last.id));
      });
    }
  }

  /** Packages were published; to be called within the transaction that says so. */
  published(stored: readonly StoredArtifact[]): void {
    const byAttempt = new Map<AttemptId, StoredArtifact[]>();
    for (const one of stored) byAttempt.set(one.attempt, [...(byAttempt.get(one.attempt) ?? []), one]);
    for (const [attempt, all] of byAttempt) {
      const record = this.#farm.database.attempts.get(attempt);
      const event = record && this.#build(record.job, record.jobKey, `deployed-${attempt}`, 'success');
      if (!event) continue;
      this.#notifier.notify({
        ...event,
        builder: record.builder,
        version: all[0]?.artifact.version,
        packages: all.map(({ artifact }) => artifact.name),
      });
    }
  }

  #eventsOf(event: FarmEvent): readonly NotifiableEvent[] {
    const { database } = this.#farm;
    switch (event.kind) {
      case 'plan-admitted':
        return database.jobs
          .ofPlan(event.plan)
          .filter(({ action }) => action !== 'keep')
          .flatMap(({ id, key }) => this.#build(id, key, `${event.id}-${key}`, 'pending') ?? []);
      case 'job-moved': {
        const key = database.jobs.keyOf(event.plan, event.job);
        if (key === undefined) return [];
        const words = wordsFor(event, () => this.#isBug(event.attempt)).flatMap((what) => {
          const told = this.#build(event.job, key, `${event.id}-${what}`, what);
          return told ? [{ ...told, builder: event.builder, reason: event.reason }] : [];
        });
        return [...words, ...this.#successor(event)];
      }
      case 'plan-finished':
      case 'job-canceling':
      case 'job-urgency':
        return [];
    }
  }

  /** The job in the place of one that ran until now: both may be of one commit, whose status is then of the new one. */
  #successor(event: Extract<FarmEvent, { kind: 'job-moved' }>): readonly NotifiableEvent[] {
    if (event.from !== 'running' || event.to !== 'canceled' || !wasReplaced(event.reason)) return [];
    const [newest] = this.#farm.database.views.revisions(event.job, 1);
    if (newest?.state !== 'waiting' && newest?.state !== 'ready') return [];
    const told = this.#build(newest.id, newest.key, `${event.id}-successor`, 'pending');
    return told ? [told] : [];
  }

  /** Nobody is told of jobs that no request from a source asked for. */
  #build(
    id: JobId,
    key: number,
    event: string,
    what: BuildWord,
  ): Extract<NotifiableEvent, { job: unknown }> | undefined {
    const parts = parseJobId(id);
    const job: JobRevision | undefined = this.#farm.database.views.revision(key);
    if (!parts || job?.source === undefined) return undefined;
    return {
      id: event,
      what,
      job: { target: parts.target, arch: parts.arch, pkgbase: parts.name },
      source: { id: job.source, url: this.#farm.config['recipe-sources'][job.source]?.url ?? '' },
      commit: job.commit,
      pipeline: job.pipeline,
      timestamp: job.requestedMs,
    };
  }

  #isBug(attempt: AttemptId | undefined): boolean {
    const outcome = attempt === undefined ? undefined : this.#farm.database.attempts.get(attempt)?.outcome;
    return outcome?.kind === 'failed' && outcome.problem.blame !== 'recipe';
  }
}

/** What a move of a job is called outside (specification 14.4). Success is told when it is published. */
function wordsFor(
  event: Extract<FarmEvent, { kind: 'job-moved' }>,
  isOurFault: () => boolean,
): readonly BuildWord[] {
  const to: JobStateName = event.to;
  switch (to) {
    case 'waiting':
    case 'succeeded':
      return [];
    case 'ready':
      return event.from === 'running' ? ['requeued'] : [];
    case 'running':
    case 'already-built':
    case 'skipped':
    case 'timed-out':
      return [to];
    case 'failed':
      return [isOurFault() ? 'software-failure' : 'failed'];
    case 'blocked':
      return ['failed'];
    case 'canceled':
      return [wasReplaced(event.reason) ? 'replaced' : 'canceled'];
  }
}

/** What is noted in the log of a job that moved; undefined for what needs no words. */
export function noteOfMove(event: Extract<FarmEvent, { kind: 'job-moved' }>): string | undefined {
  if (event.from === 'running' && event.to === 'ready')
    return `The build was canceled and re-queued: ${event.reason}`;
  if (event.to !== 'canceled' && event.to !== 'blocked') return undefined;
  const what = wasReplaced(event.reason) ? 'canceled and replaced' : 'canceled';
  const when = event.from === 'running' ? '' : ' before execution';
  return `The build was ${what}${when}: ${event.reason}`;
}

/** Whether a job was canceled for a newer one of the same name, as the dispatcher says that. */
const wasReplaced = (reason: string): boolean => reason.startsWith('replaced by');

/** An error for the manager's own words: problems by their code, everything else by its message. */
export function wordsOf(error: unknown): string {
  if (isFault(error)) return `${error.problem.code} ${error.problem.what}`;
  return messageOf(error);
}
