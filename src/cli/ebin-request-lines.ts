import type { EbinRequestView } from '../api/index.ts';

const words: Readonly<Record<EbinRequestView['state'], string>> = {
  there: 'is there',
  waiting: 'waits for a builder with Portage',
  queued: 'is in the queue',
  building: 'is being built',
  built: 'is built; its ebuild follows',
  failed: 'failed',
};

/** A request and how it stands, with what to do now. */
export function ebinRequestLines(view: EbinRequestView): readonly string[] {
  const { id, target, package: name, use, state, reason, next, job, nearest } = view;
  const number = id === 0 ? '' : `request ${id}: `;
  const lines = [`${number}${name} of ${target} with '${use.join(' ')}' ${words[state]}`];
  if (reason !== null) lines.push(`  ${reason}`);
  if (next !== null) lines.push(`  next: ${next}`);
  if (job !== null && state !== 'there') lines.push(`  log: packmill logs ${job}`);
  if (state !== 'there') for (const one of nearest.slice(0, 3)) lines.push(`  nearest: ${changesOf(one)}`);
  return lines;
}

function changesOf({ use, turnOn, turnOff }: EbinRequestView['nearest'][number]): string {
  const changes = [...turnOn.map((flag) => `${flag} on`), ...turnOff.map((flag) => `${flag} off`)];
  return `'${use.join(' ')}' (${changes.join(', ')})`;
}
