import { type Captured, capture, type ImageFacts } from '../captures/index.ts';
import { fault, isFault } from '../diagnostics/index.ts';
import {
  AppendFile,
  ensureFolder,
  ensureFolders,
  isDiskFull,
  isEmptyFolder,
  removeEntry,
  writeWhole,
} from '../host/index.ts';
import type { Digest } from '../primitives/index.ts';
import type { RootSession } from '../sandbox/index.ts';
import type { StagePlan, StageRecord } from './contract.ts';
import { fetchedFolder } from './fetch.ts';
import { machineOf } from './foreign.ts';
import type { StageHands } from './hands.ts';
import { ensureLayer } from './layers.ts';
import type { ResolvedTarget } from './resolve.ts';
import { isPlainWay, outputFiles, runStep } from './run-steps.ts';
import { discardFolder } from './state.ts';
import { announceBuild } from './tidy.ts';

function imageFacts({ name, identity }: StagePlan): ImageFacts {
  return {
    name,
    version: identity.version,
    machine: machineOf(identity.archDesc) ?? identity.archDesc,
    description: `${identity.build} ${identity.subarch} ${identity.version}`,
  };
}

/** Contents of folders that every machine has of its own. */
const ownOfMachine = ['dev/*', 'proc/*', 'sys/*', 'run/*'];

/** Everything that is written while a result is made, also on a disk that is full. */
class BuildLog {
  readonly #file: AppendFile;
  readonly #hands: StageHands;
  #isOpen = true;

  constructor(path: string, hands: StageHands) {
    removeEntry(path);
    this.#file = new AppendFile(path);
    this.#hands = hands;
  }

  output(bytes: Uint8Array): void {
    this.#hands.onEvent({ kind: 'output', bytes });
    this.#write(bytes);
  }

  note(line: string): void {
    this.#write(Buffer.from(`== ${line}\n`));
  }

  #write(bytes: Uint8Array): void {
    if (!this.#isOpen) return;
    try {
      this.#file.append(bytes);
    } catch {
      // a log that cannot be written is no reason to end a build
      this.#isOpen = false;
    }
  }

  close(): void {
    try {
      this.#file.close();
    } catch {
      this.#isOpen = false;
    }
  }
}

/**
 * Builds a target from its inputs, in a tree of its own, and puts the result into the store. Who calls writes the record down: before it
 * nothing was built. Leaves the tree for a look when a step fails; the next run of the target removes it. Undefined for builds that are not
 * official: they are not packed.
 * Throws MST012, MST013, MST020 to MST024, MCA, SBX and SYS problems, and the reason of the signal.
 */
export async function makeResult(
  hands: StageHands,
  plan: StagePlan,
  {
    inputs,
    tools,
    key,
    purpose,
  }: Pick<ResolvedTarget, 'inputs' | 'tools' | 'key'> & { readonly purpose?: 'verify' },
): Promise<StageRecord | undefined> {
  const { state } = hands;
  const work = state.work(purpose === 'verify' ? `${plan.result}\0verify` : plan.result);
  const building = await announceBuild(state, work.slice(work.lastIndexOf('/') + 1));
  try {
    return await makeIn(hands, plan, { inputs, tools, key, work });
  } finally {
    await building.release();
  }
}

async function makeIn(
  hands: StageHands,
  plan: StagePlan,
  { inputs, tools, key, work }: Pick<ResolvedTarget, 'inputs' | 'tools' | 'key'> & { readonly work: string },
): Promise<StageRecord | undefined> {
  const { clock } = hands;
  const startedMs = clock.nowMs();
  await discardFolder(work);
  ensureFolders([`${work}/output`], 0o755);
  const log = new BuildLog(`${work}/log.txt`, hands);
  log.note(`${plan.name} from ${inputs.seed.path} (${inputs.seed.digest}), key ${key}`);
  try {
    hands.onEvent({ kind: 'phase', phase: 'unpack' });
    const layers = await unpackInputs(hands, plan, inputs);
    const keepTmp = plan.packed === '/tmp' || plan.packed.startsWith('/tmp/');
    const session = await hands.sessions.openRoot({ layers, folder: work, keepTmp });
    let captured: Captured | undefined;
    try {
      await runSteps(hands, plan, { session, work, log, fetched: inputs.fetched });
      if (plan.isOfficial) captured = await packTree(hands, plan, { session, work });
    } finally {
      await session.close();
    }
    if (!captured) {
      await discardFolder(work);
      return undefined;
    }
    const record = await storeResult(hands, plan, { captured, work });
    await discardFolder(work);
    return {
      ...{ key, target: plan.target, name: plan.name, tools, startedMs, ...record },
      inputs: {
        seed: inputs.seed.digest,
        ...(inputs.snapshot ? { snapshot: inputs.snapshot.digest } : {}),
        ...(inputs.fetched === undefined ? {} : { fetched: inputs.fetched }),
      },
      places: { seed: inputs.seed.path, snapshot: inputs.snapshot?.path },
      elements: Object.fromEntries(plan.elements),
      durationMs: clock.nowMs() - startedMs,
    };
  } catch (error) {
    log.note(error instanceof Error ? error.message : String(error));
    throw roomProblem(error, plan);
  } finally {
    log.close();
  }
}

function roomProblem(error: unknown, plan: StagePlan): unknown {
  if (!isDiskFull(error) && !isFault(error, 'MCA006')) return error;
  return fault('MST022', { what: `there is no room to build '${plan.name}'`, cause: error });
}

async function unpackInputs(
  hands: StageHands,
  plan: StagePlan,
  inputs: ResolvedTarget['inputs'],
): Promise<readonly string[]> {
  const { state, signal } = hands;
  const { seed, snapshot } = inputs;
  const bottom = await ensureLayer(state, { archive: seed.path, digest: seed.digest, target: '/', signal });
  if (!snapshot || !plan.snapshot) return [bottom];
  const { target } = plan.snapshot;
  const above = await ensureLayer(state, { archive: snapshot.path, digest: snapshot.digest, target, signal });
  return [above, bottom];
}

interface Making {
  readonly session: RootSession;
  readonly work: string;
  readonly log: BuildLog;
  readonly fetched: Digest | undefined;
}

async function runSteps(
  hands: StageHands,
  plan: StagePlan,
  { session, work, log, fetched }: Making,
): Promise<void> {
  const run = {
    ...{ plan, session, work, signal: hands.signal },
    fetched: fetched === undefined ? undefined : fetchedFolder(hands.state, fetched),
    onOutput: (bytes: Uint8Array) => log.output(bytes),
  };
  const count = plan.steps.length;
  for (const [index, step] of plan.steps.entries()) {
    hands.signal?.throwIfAborted();
    hands.onEvent({ kind: 'step', element: step.element, number: index + 1, count });
    log.note(step.element);
    const { text } = await runStep(step, run);
    if (step.element === 'steps/chroot/grabinfo') keepInfo(text, work);
  }
}

/** What the tree says of itself goes beside the result, as far as it is an object of JSON. */
function keepInfo(text: string, work: string): void {
  const at = text.indexOf('{');
  if (at < 0) return;
  try {
    const info = JSON.parse(text.slice(at)) as unknown;
    writeWhole(`${work}/output/build-info.json`, `${JSON.stringify(info, undefined, 2)}\n`);
  } catch {
    // words of a script that are no JSON
  }
}

async function packTree(
  hands: StageHands,
  plan: StagePlan,
  { session, work }: Pick<Making, 'session' | 'work'>,
): Promise<Captured> {
  hands.onEvent({ kind: 'phase', phase: 'capture' });
  const inside = plan.packed === '/' ? '' : plan.packed;
  if (!isPlainWay(session.tree, plan.packed, 'is-there') || isEmptyFolder(`${session.tree}${inside}`)) {
    throw fault('MST024', { what: `there is nothing to pack in '${plan.packed}'` });
  }
  ensureFolder(`${work}/packed`);
  const path = `${work}/packed/${plan.result.slice(plan.result.lastIndexOf('/') + 1)}`;
  return await capture({
    ...{
      root: `${session.path}${inside}`,
      within: session.within,
      path,
      format: plan.format,
      time: plan.mtime,
    },
    ...{ leaveOut: ownOfMachine, image: imageFacts(plan), level: plan.level, signal: hands.signal },
  });
}

async function storeResult(
  hands: StageHands,
  plan: StagePlan,
  { captured, work }: { readonly captured: Captured; readonly work: string },
): Promise<Pick<StageRecord, 'digest' | 'sizeBytes' | 'extras'>> {
  const { store } = hands;
  const known = { digest: captured.digest as Digest, sizeBytes: captured.sizeBytes };
  const { digest, sizeBytes } = await store.putFile(captured.path, { move: true, known });
  const extras: { name: string; digest: Digest }[] = [];
  for (const name of outputFiles(work)) {
    extras.push({ name, digest: (await store.putFile(`${work}/output/${name}`)).digest });
  }
  const log = `log/${plan.target}.txt`;
  extras.push({ name: log, digest: (await store.putFile(`${work}/log.txt`)).digest });
  return { digest, sizeBytes, extras };
}
