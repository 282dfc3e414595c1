import { lstatSync } from 'node:fs';
import { atOnce } from '../primitives/index.ts';
import { nextTurn } from './clock.ts';
import { pathProblem, syncPath, syncsAtOnce } from './file-entry.ts';
import { runProcess } from './process.ts';

/** Paths that are made durable in one go, and what went wrong with which. */
interface Round {
  readonly paths: Set<string>;
  readonly failures: Promise<ReadonlyMap<string, unknown>>;
}

let gathering: Round | undefined;
let before: Promise<unknown> = Promise.resolve();

/**
 * Makes files or folders durable together with what others ask for in the same moment, and while an earlier round is under
 * way: a journal is written once for all of them, where one after the other each would write it anew. When it returns, what
 * had been done to the paths before the call survives a power loss. Throws SYS004.
 */
export async function syncTogether(paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return;
  gathering ??= begin();
  const { paths: all, failures } = gathering;
  for (const path of paths) all.add(path);
  const found = await failures;
  for (const path of paths) {
    if (found.has(path)) throw pathProblem('make durable', path, found.get(path));
  }
}

function begin(): Round {
  const paths = new Set<string>();
  const failures = before.then(nextTurn).then(() => {
    gathering = undefined;
    return syncEach([...paths]);
  });
  before = failures;
  return { paths, failures };
}

/** From so many on, their whole file systems are flushed at once, which writes a journal once. */
const many = 100;

/** Flushes the file systems of some paths; false when that is not to be had, or fails for one of them. */
async function syncFileSystems(paths: readonly string[]): Promise<boolean> {
  const byDevice = new Map<number, string>();
  for (const path of paths) {
    const facts = lstatSync(path, { throwIfNoEntry: false });
    if (facts) byDevice.set(facts.dev, path);
  }
  if (byDevice.size === 0) return true;
  try {
    const { code } = await runProcess('sync', ['--file-system', ...byDevice.values()]);
    return code === 0;
  } catch {
    return false;
  }
}

/** Never throws. What is gone by now has nothing to lose. */
async function syncEach(paths: readonly string[]): Promise<ReadonlyMap<string, unknown>> {
  if (paths.length >= many && (await syncFileSystems(paths))) return new Map();
  const failures = new Map<string, unknown>();
  await atOnce(paths, { most: syncsAtOnce }, async (path) => {
    try {
      await syncPath(path);
    } catch (error) {
      if ((error as { code?: string }).code !== 'ENOENT') failures.set(path, error);
    }
  });
  return failures;
}
