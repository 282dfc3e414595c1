import { dirname, relative } from 'node:path';
import { capture, captureFormat } from '../captures/index.ts';
import { fault, isFault } from '../diagnostics/index.ts';
import {
  ensureFolders,
  entryFacts,
  linkDestination,
  machine,
  namesIn,
  removeEntry,
  renameEntry,
  replaceFile,
  replaceSymlink,
  runOrThrow,
} from '../host/index.ts';
import { hashText } from './checksum-file.ts';
import { checkedValue, versionTime } from './control.ts';
import { type Elements, isOfficial, isReplaced } from './elements.ts';
import type { StageHands } from './hands.ts';
import { takeLock } from './lock.ts';
import { discardFolder } from './state.ts';

/** How a package tree is packed (9.1). */
export interface SnapshotPlan {
  readonly isOfficial: boolean;
  readonly path: string;
  readonly link: string | undefined;
  readonly kind: 'git' | 'folder' | 'rsync';
  readonly remote: string;
  readonly branch: string | undefined;
  /** `live`: with the history that git has of it. */
  readonly isLive: boolean;
  readonly time: number;
  readonly isReplaced: boolean;
}

const kinds: Readonly<Record<string, SnapshotPlan['kind'] | undefined>> = {
  git: 'git',
  'meta-repo': 'git',
  rsync: 'rsync',
  folder: 'folder',
};

/** Decides what is packed, from where, and under which name. Throws MST001 with all that is missing, MST005. */
export function planSnapshot(elements: Elements): SnapshotPlan {
  const version = elements.required('target/version');
  const path = elements.required('path/mirror/snapshot');
  const source = elements.required('snapshot/source');
  const remote = elements.required('snapshot/source/remote');
  elements.check();
  const kind = kinds[source];
  if (kind === undefined) {
    const next = "Use 'git', 'meta-repo', 'rsync' or 'folder'.";
    throw fault('MST005', { what: `'snapshot/source' is '${source}'`, next });
  }
  return {
    isOfficial: isOfficial(elements),
    path,
    link: elements.text('path/mirror/link'),
    kind,
    remote,
    branch: elements.text('snapshot/source/branch'),
    isLive: elements.text('snapshot/type') === 'live',
    time: versionTime(checkedValue(version, 'target/version')),
    isReplaced: isReplaced(elements),
  };
}

const waitEveryMs = 5_000;
const waitAtMostMs = 15 * 60_000;

/** Waits for whoever packs the same tree; true when it has been packed meanwhile (8.4). Throws MST013 after a quarter of an hour. */
async function lockOrDone(hands: StageHands, path: string) {
  const untilMs = hands.clock.monotonicMs() + waitAtMostMs;
  const at = path.lastIndexOf('/') + 1;
  for (;;) {
    try {
      return await takeLock(`${path.slice(0, at)}.${path.slice(at)}_progress`);
    } catch (error) {
      if (!isFault(error, 'MST013') || hands.clock.monotonicMs() > untilMs) throw error;
      hands.signal?.throwIfAborted();
      await hands.clock.sleep(waitEveryMs, hands.signal);
    }
  }
}

/** Gets the tree into a folder. Throws SYS003 with what the program said. */
async function getTree(plan: SnapshotPlan, folder: string, signal: AbortSignal | undefined): Promise<void> {
  const env = {
    PATH: machine.variable('PATH') ?? '/usr/bin:/bin',
    HOME: '/nonexistent',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    LC_ALL: 'C.UTF-8',
  };
  switch (plan.kind) {
    case 'git': {
      const branch = plan.branch === undefined ? [] : ['--branch', plan.branch];
      const words = [
        '-c',
        'protocol.ext.allow=never',
        'clone',
        '-q',
        '--depth',
        '1',
        ...branch,
        '--',
        plan.remote,
        folder,
      ];
      await runOrThrow('git', words, { env, signal });
      if (!plan.isLive) await discardFolder(`${folder}/.git`);
      return;
    }
    case 'rsync':
      await runOrThrow('rsync', ['-a', '--delete', '--', `${plan.remote.replace(/\/*$/, '')}/`, folder], {
        env,
        signal,
      });
      return;
    case 'folder':
      await runOrThrow('cp', ['-a', '--', `${plan.remote}/.`, folder], { env, signal });
  }
}

/**
 * Packs a package tree, unless that was done, and points the link to it. The file appears complete or not at all.
 * Throws MST013, MCA, SYS problems.
 */
export async function buildSnapshot(
  hands: StageHands,
  plan: SnapshotPlan,
): Promise<'built' | 'present' | 'skipped'> {
  if (!plan.isOfficial) return 'skipped';
  ensureFolders([dirname(plan.path)]);
  const lock = await lockOrDone(hands, plan.path);
  const work = hands.state.work(plan.path);
  try {
    const isThere = entryFacts(plan.path) !== undefined;
    const isBuilt = !isThere || plan.isReplaced;
    if (isBuilt) {
      await discardFolder(work);
      ensureFolders([`${work}/tree`]);
      hands.onEvent({ kind: 'phase', phase: 'fetch' });
      await getTree(plan, `${work}/tree`, hands.signal);
      hands.onEvent({ kind: 'phase', phase: 'capture' });
      await packInto(plan, `${work}/tree`, hands.signal);
    }
    pointTo(plan);
    return isBuilt ? 'built' : 'present';
  } finally {
    await discardFolder(work);
    await lock.release();
  }
}

/** Packs beside its place, so that an older one is there until the new one is whole; a reader never sees it with the checksum of another. */
async function packInto(plan: SnapshotPlan, root: string, signal: AbortSignal | undefined): Promise<void> {
  const at = plan.path.lastIndexOf('/') + 1;
  const path = `${plan.path.slice(0, at)}.new-${plan.path.slice(at)}`;
  // only the holder of the lock makes it: others that begin with its name are what a kill has left
  for (const name of namesIn(plan.path.slice(0, at)))
    if (name.startsWith(path.slice(at))) removeEntry(`${plan.path.slice(0, at)}${name}`);
  try {
    const request = { root, path, format: captureFormat(plan.path), time: plan.time, signal };
    const { digest } = await capture(request);
    removeEntry(`${plan.path}.hash.txt`);
    renameEntry(path, plan.path);
    replaceFile(`${plan.path}.hash.txt`, hashText(digest));
  } finally {
    removeEntry(path);
  }
}

function pointTo({ link, path }: SnapshotPlan): void {
  if (link === undefined) return;
  const destination = relative(dirname(link), path);
  if (linkDestination(link) === destination) return;
  ensureFolders([dirname(link)]);
  replaceSymlink(link, destination);
}
