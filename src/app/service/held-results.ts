import type { Notifier } from '../../notifier/index.ts';
import type { OpenRebuild } from '../abi/abi-gate.ts';
import type { RebuildDesk } from '../abi/rebuild-desk.ts';
import { heldReason } from '../abi/rebuild-detail.ts';

/** Whom results concern that are held back. */
export interface HeldResults {
  readonly rebuilds: Pick<RebuildDesk, 'ask'>;
  readonly notifier: Pick<Notifier, 'notify'>;
  readonly say: (line: string) => void;
  /** Goes on with work beside everything else. */
  readonly run: (what: string, work: Promise<void>) => void;
}

/** Results are held back: somebody has to know, or what they break is built anew at once. */
export function heldBack({ rebuilds, notifier, say, run }: HeldResults, rebuild: OpenRebuild): void {
  const { record, detail, isNews, toAsk } = rebuild;
  if (toAsk.length > 0) run('rebuilds', rebuilds.ask(rebuild));
  if (!isNews) return;
  const reason = heldReason(record.id, detail);
  say(reason);
  const { id, target, arch, changedMs } = record;
  notifier.notify({ id: `rebuild-${id}-${changedMs}`, what: 'rebuild-waiting', target, arch, reason });
}
