import { capture, captureFormat } from '../captures/index.ts';
import { fault } from '../diagnostics/index.ts';
import {
  digestBytes,
  ensureFolders,
  entryFacts,
  moveFolder,
  replaceFile,
  runOrThrow,
  textIfThere,
} from '../host/index.ts';
import type { Digest } from '../primitives/index.ts';
import { parseDigest } from '../primitives/index.ts';
import type { StagePlan, StepScript } from './contract.ts';
import type { StageHands } from './hands.ts';
import { runScript } from './run-steps.ts';
import { discardFolder, type StageState } from './state.ts';
import { announceBuild } from './tidy.ts';

/** What outputs of a fetch step are kept under: the text that made them. */
const fetchKey = (plan: StagePlan): string => digestBytes(`${plan.mtime}\0${plan.fetchStep?.text ?? ''}`);

/** Folder of what was fetched, by its digest. */
export const fetchedFolder = (state: StageState, digest: string): string => `${state.fetched(digest)}.d`;

/** Digest of what the fetch step of a plan gave; undefined when it has not run, or there is none. */
export function knownFetch(state: StageState, plan: StagePlan): Digest | undefined {
  if (!plan.fetchStep) return undefined;
  const digest = parseDigest(textIfThere(state.fetched(fetchKey(plan)))?.trim() ?? '');
  // another pin asks for another output, and what the same script gives now may be it
  if (plan.fetchDigest !== undefined && plan.fetchDigest !== digest) return undefined;
  return digest !== undefined && entryFacts(fetchedFolder(state, digest)) ? digest : undefined;
}

/**
 * Runs the only step that has the network: what it leaves in `/run/fetched` is an input of the build, by the digest of its archive,
 * and later steps read it there. Throws MST011 when `steps/fetch/digest` asks for another one, MST013, and what a step throws.
 */
export async function fetchOutputs(hands: StageHands, plan: StagePlan): Promise<Digest | undefined> {
  const step = plan.fetchStep;
  if (!step) return undefined;
  const { state } = hands;
  const work = state.work(`${plan.result}\0fetch`);
  const fetching = await announceBuild(state, work.slice(work.lastIndexOf('/') + 1));
  try {
    return await fetchIn(hands, { plan, step, work });
  } finally {
    await fetching.release();
  }
}

async function fetchIn(
  hands: StageHands,
  { plan, step, work }: { readonly plan: StagePlan; readonly step: StepScript; readonly work: string },
): Promise<Digest> {
  const { state, sessions } = hands;
  await discardFolder(work);
  ensureFolders([`${work}/base/bin`, `${work}/base/tmp`, `${work}/out`]);
  const session = await sessions.openRoot({ layers: [`${work}/base`], folder: work, keepTmp: false });
  try {
    await runScript(
      { element: step.element, where: 'host', script: step },
      {
        plan,
        session,
        work,
        onOutput: (bytes) => hands.onEvent({ kind: 'output', bytes }),
        signal: hands.signal,
      },
      { network: true, mounts: [{ source: `${work}/out`, target: '/run/fetched', writable: true }] },
    );
    const archive = `${work}/out.tar`;
    const { digest } = await capture({
      root: `${work}/out`,
      path: archive,
      format: captureFormat(archive),
      time: plan.mtime,
      signal: hands.signal,
    });
    if (plan.fetchDigest !== undefined && plan.fetchDigest !== digest) {
      const why = `'steps/fetch/digest' says ${plan.fetchDigest}; what was fetched has ${digest}.`;
      throw fault('MST011', { what: `the step '${step.element}' fetches something else`, why });
    }
    await runOrThrow('sync', ['-f', work]);
    await moveFolder(`${work}/out`, fetchedFolder(state, digest));
    replaceFile(state.fetched(fetchKey(plan)), `${digest}\n`);
    return digest as Digest;
  } finally {
    await session.close();
    await discardFolder(work);
  }
}
