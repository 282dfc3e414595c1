import { pathsBelow } from '../host/early/index.ts';
import { readStamp, stampKinds, stampWidth } from '../host/index.ts';
import { type Look, tickMs } from './look.ts';
import type { Rules } from './rules.ts';
import type { SeenFiles } from './unchanged/index.ts';

/** What is to be recalled of a build that had nothing to do, beside its files. */
export interface Memory {
  /** What was ordered: options, variables, folder. The same text is the same order. */
  readonly sign: string;
  /** What to say when it is ordered again. */
  readonly said: string;
  /** Files and folders that the targets were read from; of a folder its names count. */
  readonly beside: readonly string[];
  /** The same with all that is below them. */
  readonly trees: readonly string[];
  /** When the reading of these began, in milliseconds since the epoch: what has changed since is not known well enough. */
  readonly sinceMs: number;
}

/** Undefined where a folder cannot be read, or goes while it is. */
function belowIfAll(folder: string): readonly string[] | undefined {
  try {
    return pathsBelow(folder);
  } catch {
    return undefined;
  }
}

/** All that such a build has looked at; undefined where something changed meanwhile, or at the very moment of a look. */
export function seenFiles(
  { rules, look, root }: { readonly rules: Rules; readonly look: Look; readonly root: string },
  files: Iterable<number>,
  { sign, said, beside, trees, sinceMs }: Memory,
): SeenFiles | undefined {
  const paths: string[] = [];
  const stamps: number[] = [];
  const whole: string[] = [...trees];
  for (const file of files) {
    const path = rules.files[file] as string;
    if (look.isUnsure(file)) return undefined;
    if (look.kinds[file] === stampKinds.folder) whole.push(path);
    else {
      paths.push(path);
      for (let i = 0; i < stampWidth; i += 1) stamps.push(look.stamps[file * stampWidth + i] as number);
    }
  }
  const absolute = (path: string): string => (path.startsWith('/') ? path : `${root}/${path}`);
  const rest = new Set(beside);
  for (const path of whole) {
    rest.add(path);
    const top = absolute(path);
    const stamp = new Float64Array(stampWidth);
    if (readStamp(top, stamp, 0) !== stampKinds.folder) continue;
    const below = belowIfAll(top);
    if (below === undefined) return undefined;
    for (const one of below) rest.add(`${path}${one.slice(top.length)}`);
  }
  const now = new Float64Array(stampWidth);
  for (const path of rest) {
    readStamp(absolute(path), now, 0);
    if ((now[1] as number) > sinceMs - tickMs) return undefined;
    paths.push(path);
    stamps.push(...now);
  }
  return { sign, said, paths, stamps: Float64Array.from(stamps) };
}
