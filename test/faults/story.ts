// What happened in a round that went wrong, short; the whole is kept in the farm's folder.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FaultFarm } from './fault-farm.ts';

const lastLines = 25;

export function storyOf(
  farm: FaultFarm,
  what: { readonly title: string; readonly wrong: readonly string[]; readonly since: number },
): string {
  const events = safely(() => farm.ledger.story(what.since));
  writeFileSync(join(farm.logs, 'events.log'), `${events.join('\n')}\n`);
  const parts = [what.title, ...what.wrong.map((line) => `  wrong: ${line}`), `  kept: ${farm.folder}`];
  for (const file of readdirSync(farm.logs).sort()) {
    const lines = readFileSync(join(farm.logs, file), 'utf8').trimEnd().split('\n');
    parts.push(`--- ${file}`, ...lines.slice(-lastLines));
  }
  return parts.join('\n');
}

function safely(read: () => string[]): string[] {
  try {
    return read();
  } catch (error) {
    return [String(error)];
  }
}
