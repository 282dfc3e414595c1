import type { Notifier } from '../../notifier/index.ts';
import type { Measurement } from './farm-service.ts';

/** What metrics tell of notifications, by channel. */
export function notifierMeasurements(notifier: Pick<Notifier, 'figures'>): readonly Measurement[] {
  return notifier.figures().map(({ channel, failed }) => ({
    name: 'notifications_failed_total',
    help: 'Notifications that were given up',
    kind: 'counter',
    value: failed,
    labels: { channel },
  }));
}
