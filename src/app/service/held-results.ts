import type { Notifier } from '../../notifier/index.ts';
import type { OpenRebuild } from '../abi/abi-gate.ts';
import { heldReason } from '../abi/rebuild-detail.ts';

/** Results are held back: somebody has to know, or (`ask`) what they break is built anew at once. */
export function heldBack(
  { record, detail, isNews, toAsk }: OpenRebuild,
  notifier: Pick<Notifier, 'notify'>,
  say: (line: string) => void,
  ask: () => void,
): void {
  if (toAsk.length > 0) ask();
  if (!isNews) return;
  const reason = heldReason(record.id, detail);
  say(reason);
  const { id, target, arch, changedMs } = record;
  notifier.notify({ id: `rebuild-${id}-${changedMs}`, what: 'rebuild-waiting', target, arch, reason });
}
