import { type Problem, problem } from '../diagnostics/index.ts';
import type { Clock } from '../host/index.ts';
import type { Deliverer } from './deliverer.ts';
import { githubDeliverer } from './github-status.ts';
import { gitlabDeliverer, type ServiceOptions } from './gitlab-status.ts';
import { Lane, type LaneCounts } from './lane.ts';
import { mailDeliverer } from './mail.ts';
import { messagesFor, webhookChannel } from './messages-for.ts';
import type { NotifiableEvent } from './notifiable-event.ts';
import type { NotifierConfig } from './notifier-config.ts';
import { Outbox, type OutboxDatabase, type OutboxRow } from './outbox.ts';
import { telegramDeliverer } from './telegram.ts';
import { webhookDeliverer } from './webhook.ts';

export interface NotifierOptions {
  /** Has the tables of `notifierTables`. */
  readonly database: OutboxDatabase;
  readonly config: NotifierConfig;
  readonly clock: Clock;
  readonly report: (problem: Problem) => void;
  /** How long one call to a service may take. Default 15 s. */
  readonly timeoutMs?: number;
  /** Age at which what cannot be delivered is given up. Default 24 h. */
  readonly giveUpMs?: number;
  /** How long what was sent or failed is remembered. Default 7 days. */
  readonly keepMs?: number;
}

/** Figures of one channel for metrics. */
export interface ChannelFigures extends LaneCounts {
  readonly channel: string;
  readonly waiting: number;
  /** ms since the epoch when the oldest waiting message was put in. */
  readonly oldestMs: number | undefined;
}

const hourMs = 3_600_000;

/** Ways out that a configuration asks for, one per channel. */
function deliverersOf(config: NotifierConfig, options: ServiceOptions): readonly Deliverer[] {
  const { telegram, mail } = config;
  return [
    ...Object.entries(config.sources ?? {}).flatMap(([id, { gitlab, github }]) => [
      ...(gitlab ? [gitlabDeliverer(`gitlab:${id}`, gitlab, options)] : []),
      ...(github ? [githubDeliverer(`github:${id}`, github, options)] : []),
    ]),
    ...(telegram ? [telegramDeliverer('telegram', telegram, options)] : []),
    ...(config.webhooks ?? []).map((hook) => webhookDeliverer(webhookChannel(hook), hook, options)),
    ...(mail ? [mailDeliverer('mail', mail, options)] : []),
  ];
}

/**
 * Tells people and machines what happened. Telling is one insert into the farm's record; carrying it out is a
 * matter of its own, which no build ever waits for.
 */
export class Notifier {
  readonly outbox: Outbox;
  readonly #options: NotifierOptions;
  readonly #lanes: ReadonlyMap<string, Lane>;
  readonly #idle = new Set<() => void>();
  readonly #over = new AbortController();
  #tidying: Promise<void> | undefined;

  constructor(options: NotifierOptions) {
    const { clock, giveUpMs = 24 * hourMs, timeoutMs = 15_000 } = options;
    const report = (one: Problem): void => {
      try {
        options.report(one);
      } catch {
        // Whoever cannot listen must not stop the delivery.
      }
    };
    this.#options = { ...options, report };
    this.outbox = new Outbox(options.database);
    const onStep = (): void => this.#tellIdle();
    const shared = { outbox: this.outbox, clock, report, giveUpMs, onStep };
    const deliverers = deliverersOf(options.config, { clock, timeoutMs });
    this.#lanes = new Map(deliverers.map((one) => [one.channel, new Lane(one, shared)]));
  }

  /**
   * Takes an event in, also within a transaction of the caller, which it then shares the fate of. The same event
   * again changes nothing. Number of new messages. Throws only what the database throws.
   */
  notify(event: NotifiableEvent): number {
    const messages = messagesFor(event, this.#options.config);
    const taken = this.outbox.enqueue(messages, this.#options.clock.nowMs());
    // A lane looks only after the caller's transaction, which cannot wait for anything.
    if (taken > 0) for (const { channel } of messages) this.#lanes.get(channel)?.wake();
    return taken;
  }

  /** Begins to deliver, what an earlier process left behind first. Says what of the configuration has no effect. */
  start(): void {
    const { config, report } = this.#options;
    const sources = Object.keys(config.sources ?? {});
    if (!config.logsUrl && sources.length > 0) {
      const what = `no commit statuses for ${sources.map((id) => `'${id}'`).join(', ')}: the log viewer has no address`;
      report(problem('NTF006', { what }));
    }
    for (const lane of this.#lanes.values()) lane.start();
    this.#tidying ??= this.#tidy();
  }

  /** Stops within seconds; what was not delivered is delivered after the next start. */
  async stop(): Promise<void> {
    this.#over.abort();
    await Promise.all([...this.#lanes.values()].map((lane) => lane.stop()));
    await this.#tidying;
  }

  /** Resolves when nothing waits any more in the channels of this configuration. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#idle.add(resolve);
      this.#tellIdle();
    });
  }

  /** Lets failed messages be tried again, of one channel or of all. Number of messages. */
  retryFailed(channel?: string): number {
    const count = this.outbox.revive(this.#options.clock.nowMs(), channel);
    for (const lane of this.#lanes.values()) lane.wake();
    return count;
  }

  /** The newest messages that failed for good, with the reasons. */
  failed(limit = 100): readonly OutboxRow[] {
    return this.outbox.failed(limit);
  }

  figures(): readonly ChannelFigures[] {
    const backlog = new Map(this.outbox.backlog().map((one) => [one.channel, one]));
    return [...new Set([...this.#lanes.keys(), ...backlog.keys()])].sort().map((channel) => ({
      channel,
      ...(this.#lanes.get(channel)?.counts ?? { sent: 0, retried: 0, failed: 0 }),
      waiting: backlog.get(channel)?.waiting ?? 0,
      oldestMs: backlog.get(channel)?.oldestMs,
    }));
  }

  #tellIdle(): void {
    if (this.#idle.size === 0) return;
    if ([...this.#lanes.values()].some((lane) => lane.busy)) return;
    try {
      if (this.outbox.backlog().some(({ channel }) => this.#lanes.has(channel))) return;
    } catch {
      // The lanes have told about it; the next step asks again.
      return;
    }
    for (const resolve of this.#idle) resolve();
    this.#idle.clear();
  }

  /** Forgets old rows, and gives up what waits for a channel that nobody configures any more. */
  async #tidy(): Promise<void> {
    const { clock, keepMs = 168 * hourMs, giveUpMs = 24 * hourMs, report } = this.#options;
    while (!this.#over.signal.aborted) {
      const nowMs = clock.nowMs();
      try {
        this.outbox.prune(nowMs - keepMs);
        for (const { channel } of this.outbox.backlog()) {
          if (this.#lanes.has(channel)) continue;
          const reason = 'the channel is not configured any more';
          const count = this.outbox.expire(channel, nowMs - giveUpMs, { nowMs, reason });
          if (count > 0)
            report(problem('NTF003', { what: `'${channel}' has ${count} notifications: ${reason}` }));
        }
      } catch (error) {
        report(
          problem('NTF005', { what: `old notifications cannot be removed: ${(error as Error).message}` }),
        );
      }
      await clock.sleep(hourMs, this.#over.signal);
    }
  }
}
