import { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import type { Problem } from '../../src/diagnostics/index.ts';
import { VirtualClock } from '../../src/host/index.ts';
import type { Deliverer, Delivery } from '../../src/notifier/deliverer.ts';
import { notifierTables, Outbox, type OutboxMessage, type OutboxRow } from '../../src/notifier/index.ts';
import { Lane } from '../../src/notifier/lane.ts';

export interface Call {
  readonly atMs: number;
  readonly keys: readonly string[];
  readonly context: string;
}

/** A service in virtual time: `answer` decides what becomes of each call, `takesMs` how long it takes. */
export interface VirtualService {
  readonly database: DatabaseSync;
  readonly outbox: Outbox;
  readonly clock: VirtualClock;
  readonly lane: Lane;
  readonly problems: Problem[];
  /** Every call, in the order in which they began. */
  readonly calls: Call[];
  /** Keys in the order in which the service took them. */
  readonly taken: string[];
  /** Most calls that were under way at the same time, over all and within one context. */
  readonly most: { all: number; perContext: number };
  /** Lets what was begun go on, then lets time pass. */
  pass(ms: number): Promise<void>;
  put(...messages: readonly (readonly [key: string, context: string])[]): void;
  close(): Promise<void>;
}

export function virtualService(
  answer: (rows: readonly OutboxRow[], call: number) => Delivery,
  options: Partial<Pick<Deliverer, 'pace' | 'digest'>> & { takesMs?: number; giveUpMs?: number } = {},
): VirtualService {
  const database = new DatabaseSync(':memory:');
  for (const step of notifierTables.steps) database.exec(step);
  const clock = new VirtualClock();
  const outbox = new Outbox(database);
  const problems: Problem[] = [];
  const calls: Call[] = [];
  const taken: string[] = [];
  const most = { all: 0, perContext: 0 };
  const under: string[] = [];
  const deliverer: Deliverer = {
    channel: 'service',
    pace: options.pace ?? { perSecond: 1000, burst: 1000, parallel: 4 },
    digest: options.digest,
    deliver: async (rows) => {
      const [{ context }] = rows;
      const keys = rows.map(({ key }) => key);
      calls.push({ atMs: clock.nowMs(), keys, context });
      const count = calls.length - 1;
      under.push(context);
      most.all = Math.max(most.all, under.length);
      most.perContext = Math.max(most.perContext, under.filter((one) => one === context).length);
      await clock.sleep(options.takesMs ?? 10);
      under.splice(under.indexOf(context), 1);
      const delivery = answer(rows, count);
      if (delivery.kind === 'sent') taken.push(...keys);
      return delivery;
    },
  };
  const report = (problem: Problem): void => void problems.push(problem);
  const giveUpMs = options.giveUpMs ?? 86_400_000;
  const lane = new Lane(deliverer, { outbox, clock, report, giveUpMs, onStep: () => {} });
  lane.start();
  return {
    ...{ database, outbox, clock, lane, problems, calls, taken, most },
    put: (...messages) => {
      outbox.enqueue(
        messages.map(([key, context]) => messageOf(key, context)),
        clock.nowMs(),
      );
      lane.wake();
    },
    pass: async (ms) => {
      await setImmediate();
      await clock.advance(ms);
    },
    close: async () => {
      await lane.stop();
      database.close();
    },
  };
}

export const messageOf = (key: string, context: string, channel = 'service'): OutboxMessage => ({
  ...{ key, channel, context },
  payload: { kind: 'telegram', headline: key, names: [] },
});
