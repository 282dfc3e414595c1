import { fault } from '../diagnostics/index.ts';
import { AppendFile, namesIn, removeEntry, textIfThere } from '../host/index.ts';
import type { Farm } from './farm.ts';

/** One regeneration of a release, as it was logged. */
export interface RegenLogEntry {
  /** When it began; also the name of its files. */
  readonly name: string;
  /** Path of what it said. */
  readonly log: string;
  /** Path of what happened, as lines of JSON; not there when it did not come so far. */
  readonly report: string;
}

const folderOf = ({ paths }: Pick<Farm, 'paths'>, source: string): string =>
  `${paths.root}/regen-log/${source}`;

/** Logs of regenerations of a source that are kept, newest first. */
export function regenLogs(farm: Pick<Farm, 'paths'>, source: string): readonly RegenLogEntry[] {
  const folder = folderOf(farm, source);
  return namesIn(folder)
    .filter((name) => name.endsWith('.log'))
    .map((name) => name.slice(0, -'.log'.length))
    .sort()
    .reverse()
    .map((name) => ({ name, log: `${folder}/${name}.log`, report: `${folder}/${name}.jsonl` }));
}

/** Begins the log of a regeneration; of the earlier ones `keep` stay. Throws SYS004. */
export function beginRegenLog(
  farm: Pick<Farm, 'paths'>,
  source: string,
  { nowMs, keep }: { readonly nowMs: number; readonly keep: number },
): { readonly report: string; readonly say: (line: string) => void; readonly close: () => void } {
  for (const { log, report } of regenLogs(farm, source).slice(keep))
    for (const path of [log, report]) removeEntry(path);
  const name = new Date(nowMs).toISOString().replaceAll(':', '-');
  const file = new AppendFile(`${folderOf(farm, source)}/${name}.log`);
  return {
    report: `${folderOf(farm, source)}/${name}.jsonl`,
    say: (line) => void file.append(Buffer.from(`${line}\n`)),
    close: () => file.close(),
  };
}

/** The text of a log, by its name or the newest one. Throws CLI002 when there is none. */
export function readRegenLog(farm: Pick<Farm, 'paths'>, source: string, name: string | undefined): string {
  const found = regenLogs(farm, source).find((one) => name === undefined || one.name === name);
  const text = found && textIfThere(found.log);
  if (text !== undefined) return text;
  throw fault('CLI002', {
    what: `source '${source}' has no log${name === undefined ? '' : ` '${name}'`} of a regeneration`,
  });
}
