import { fault } from '../diagnostics/index.ts';
import {
  ensureFolders,
  fsyncDirectory,
  linkDestination,
  makeSymlink,
  moveFolder,
  namesIn,
  removeEntry,
  removeTree,
  replaceSymlink,
  systemRandom,
  textIfThere,
  writeDurably,
} from '../host/index.ts';

/** One state of the links to the newest results of a subarch. */
export interface LatestState {
  readonly number: number;
  /** Who made it, so that two that want the same number can be told apart. */
  readonly mark: string;
  readonly reason: string;
  /** Milliseconds since the epoch. */
  readonly createdMs: number;
  /** By name of a link: what it leads to, from the folder of the subarch. */
  readonly links: Readonly<Record<string, string>>;
}

const generations = (folder: string): string => `${folder}/.generations`;
const nameOf = (number: number): string => String(number).padStart(6, '0');
const isLatestName = (name: string): boolean => /-latest\./.test(name);

function numbersIn(folder: string): readonly number[] {
  const names = namesIn(generations(folder)).filter((name) => /^[0-9]{6,}$/.test(name));
  return names.map(Number).sort((a, b) => a - b);
}

function readState(folder: string, number: number): LatestState | undefined {
  try {
    const text = textIfThere(`${generations(folder)}/${nameOf(number)}/record.json`);
    return text === undefined ? undefined : (JSON.parse(text) as LatestState);
  } catch {
    return undefined;
  }
}

/** States of the links of a subarch that are kept, oldest first. */
export function latestStates(folder: string): readonly LatestState[] {
  return numbersIn(folder).flatMap((number) => readState(folder, number) ?? []);
}

/** Links as mirrors of others have them: each leads to its file directly. */
function plainLinks(folder: string): Readonly<Record<string, string>> {
  const found = namesIn(folder).flatMap((name): [string, string][] => {
    const destination = isLatestName(name) ? linkDestination(`${folder}/${name}`) : undefined;
    return destination === undefined || destination.startsWith('.current/') ? [] : [[name, destination]];
  });
  return Object.fromEntries(found);
}

/** Number of the state that readers see; 0 when there is none. */
export function visibleState(folder: string): number {
  return Number(/^\.generations\/([0-9]{6,})$/.exec(linkDestination(`${folder}/.current`) ?? '')?.[1] ?? 0);
}

/** Where the links to the newest lead, by name, as readers see it. */
export function latestLinks(folder: string): ReadonlyMap<string, string> {
  const visible = readState(folder, visibleState(folder))?.links ?? {};
  return new Map(Object.entries({ ...plainLinks(folder), ...visible }).sort());
}

async function writeState(folder: string, state: LatestState): Promise<boolean> {
  const temporary = `${generations(folder)}/.new-${state.mark}`;
  const path = `${generations(folder)}/${nameOf(state.number)}`;
  ensureFolders([temporary]);
  try {
    for (const [name, destination] of Object.entries(state.links))
      makeSymlink(`${temporary}/${name}`, `../../${destination}`);
    writeDurably(`${temporary}/record.json`, `${JSON.stringify(state, undefined, 1)}\n`);
    fsyncDirectory(temporary);
    await moveFolder(temporary, path);
    fsyncDirectory(generations(folder));
  } finally {
    await removeTree(temporary);
  }
  return readState(folder, state.number)?.mark === state.mark;
}

/** Makes the newest state the visible one, and gives its links their names in the folder of the subarch. */
function show(folder: string): void {
  const newest = numbersIn(folder).at(-1);
  if (newest === undefined) return;
  if (visibleState(folder) < newest) replaceSymlink(`${folder}/.current`, `.generations/${nameOf(newest)}`);
  const links = readState(folder, newest)?.links ?? {};
  for (const name of Object.keys(links)) {
    const destination = `.current/${name}`;
    if (linkDestination(`${folder}/${name}`) !== destination)
      replaceSymlink(`${folder}/${name}`, destination);
  }
  for (const name of namesIn(folder)) {
    const isOurs = linkDestination(`${folder}/${name}`)?.startsWith('.current/');
    if (isLatestName(name) && isOurs && !(name in links)) removeEntry(`${folder}/${name}`);
  }
}

export interface LatestChange {
  /** What the links are to be, from what they are. */
  readonly change: (links: Readonly<Record<string, string>>) => Readonly<Record<string, string>>;
  readonly reason: string;
  readonly nowMs: number;
}

const keptStates = 10;

/**
 * Changes the links to the newest results of a subarch, all at once: each visible link leads through `.current`, and one rename of
 * that link changes them together. Two that change at the same time go one after the other; after a crash the next change, or
 * the same again, finishes what was begun. Returns the number of the state that is visible then.
 */
export async function changeLatest(folder: string, change: LatestChange): Promise<number> {
  ensureFolders([generations(folder)]);
  for (;;) {
    const number = numbersIn(folder).at(-1) ?? 0;
    const before = readState(folder, number)?.links ?? plainLinks(folder);
    const links = change.change(before);
    const isSame =
      JSON.stringify(Object.entries(before).sort()) === JSON.stringify(Object.entries(links).sort());
    if (number > 0 && isSame) break;
    const mark = systemRandom.hex(8);
    const { reason, nowMs } = change;
    const state = { number: number + 1, mark, reason, createdMs: nowMs, links };
    if (await writeState(folder, state)) break;
  }
  show(folder);
  const visible = visibleState(folder);
  for (const old of numbersIn(folder).slice(0, -keptStates)) {
    if (old !== visible) await removeTree(`${generations(folder)}/${nameOf(old)}`);
  }
  return visible;
}

/** Shows the links of an earlier state again, as a new state. Throws SMI002 when it is not kept. */
export async function rollBackLatest(folder: string, to: number, nowMs: number): Promise<number> {
  const state = readState(folder, to);
  if (!state) throw fault('SMI002', { what: `'${folder}' has no state ${to} of its links` });
  return await changeLatest(folder, { change: () => state.links, reason: `back to ${to}`, nowMs });
}
