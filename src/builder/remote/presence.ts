import type { Hello, Welcome } from '../../api/index.ts';
import type { Clock } from '../../host/index.ts';
import type { ManagerLink } from './order-line.ts';

export interface PresenceOptions {
  readonly link: ManagerLink;
  readonly clock: Clock;
  /** What the builder says of itself now. */
  readonly describe: () => Hello;
  /** How often; default 5 s. */
  readonly everyMs?: number | undefined;
  readonly onWelcome: (welcome: Welcome) => void;
  /** Told an error of each sign of life that nobody answered; undefined when one is answered again. */
  readonly onTrouble: (error: unknown) => void;
}

/**
 * Tells the manager that the builder lives, and what it does, until the signal aborts; then says good-bye to a manager
 * that has answered before.
 */
export async function keepPresent(options: PresenceOptions, signal: AbortSignal): Promise<void> {
  const { link, clock, describe, everyMs = 5_000, onWelcome, onTrouble } = options;
  let isKnown = false;
  while (!signal.aborted) {
    try {
      onWelcome(await link.hello(describe(), signal));
      isKnown = true;
      onTrouble(undefined);
    } catch (error) {
      if (!signal.aborted) onTrouble(error);
    }
    await clock.sleep(everyMs, signal);
  }
  if (!isKnown) return;
  const tooLate = new AbortController();
  await Promise.race([
    link.hello({ ...describe(), leaving: true }).catch(() => undefined),
    clock.sleep(2_000, tooLate.signal),
  ]);
  tooLate.abort();
}
