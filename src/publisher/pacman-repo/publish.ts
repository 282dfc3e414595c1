import { ensureFolder, removeTree } from '../../host/index.ts';
import type { Signer } from '../../signer/index.ts';
import type { ObjectStore } from '../../store/index.ts';
import type { PublishReport } from '../index.ts';
import { type Admission, admit, type PackageToPublish } from './admission.ts';
import { type Changes, type Composed, compose } from './compose.ts';
import { type Base, loadBase } from './content.ts';
import { checkLink, flip } from './flip.ts';
import { makeGenerationFolder, type Retired } from './generation-folder.ts';
import { generationFolder, type Places, visibleGeneration } from './places.ts';
import type { RepositoryRecord } from './record.ts';
import { type Staged, stagePackages, stagingFolder } from './staging.ts';

export interface PublishServices {
  readonly places: Places;
  readonly record: RepositoryRecord;
  readonly store: ObjectStore;
  readonly signer: Signer;
  readonly nowMs: number;
  /** Generations to keep, the new one included. */
  readonly keep: number;
}

export interface PublishInput {
  readonly add: readonly PackageToPublish[];
  readonly remove: readonly string[];
  readonly reason: string;
}

/** The oldest generations beyond what is kept; the first may become the folder of the next one. */
function surplus(services: PublishServices, visible: number | undefined): readonly number[] {
  const rows = services.record.generations().filter((row) => row.state === 'complete');
  const others = rows.filter((row) => row.number !== visible).map(({ number }) => number);
  const room = services.keep - (visible === undefined ? 1 : 2);
  return others.slice(0, Math.max(0, others.length - room));
}

function changesOf(admission: Admission, staged: Staged): Changes {
  return new Map([
    ...admission.remove.map((name) => [name, undefined] as const),
    ...[...admission.add.keys()].map((name) => [name, staged.entries.get(name)] as const),
  ]);
}

/**
 * Records the generation as staged and forgets the one whose folder it takes over: from here on a crash leaves a
 * folder that the next start throws away.
 */
function recordStaged(
  services: PublishServices,
  staging: { number: number; base: Base; reason: string; composed: Composed; staged: Staged },
  retire: readonly number[],
): { readonly composed: Composed; readonly retired: Retired | undefined } {
  const { record, nowMs } = services;
  const { number, base, reason, composed, staged } = staging;
  return record.transaction(() => {
    const [first] = retire;
    const ids = first === undefined ? undefined : record.generation(first)?.chunks;
    const chunks = ids && record.chunks(ids);
    const recorded = composed.chunks.map((chunk) => ({
      ...chunk,
      id: chunk.id ?? record.insertChunk(chunk),
    }));
    for (const old of retire) record.deleteGeneration(old);
    record.insertGeneration({
      number,
      parent: base.number,
      state: 'staged',
      createdMs: nowMs,
      reason,
      packages: composed.packages,
      chunks: recorded.map(({ id }) => id),
    });
    record.insertFiles(staged.files, number);
    return {
      composed: { ...composed, chunks: recorded },
      retired: first !== undefined && chunks ? { number: first, chunks } : undefined,
    };
  });
}

/** Publishes as one new generation; the steps and their order are the whole of the crash safety. */
export async function publishGeneration(
  services: PublishServices,
  input: PublishInput,
): Promise<PublishReport> {
  const { places, record, store, signer } = services;
  checkLink(places);
  const visible = visibleGeneration(places);
  const base = loadBase(places, record, visible);
  const admission = admit(places, record, base.members, input);
  const isFirst = visible === undefined;
  if (admission.add.size === 0 && admission.remove.length === 0 && !isFirst) {
    return { kind: 'nothing-new', generation: visible, added: [], archived: [], problems: [] };
  }
  ensureFolder(places.generations);
  const number = record.lastNumber() + 1;
  const retire = surplus(services, visible);
  const { reason } = input;
  let retired: Retired | undefined;
  let staged: Staged;
  try {
    staged = await stagePackages(places, number, admission.add.values(), { store, signer });
    const composed = compose(places, base, changesOf(admission, staged));
    const recorded = recordStaged(services, { number, base, reason, composed, staged }, retire);
    retired = recorded.retired;
    await makeGenerationFolder(places, { number, base, staged, ...recorded }, signer);
    flip({ ...services, before: base, number, gone: admission.gone, kind: 'publish', reason });
  } catch (error) {
    await undo(services, number);
    throw error;
  }
  for (const old of retire) {
    if (old !== retired?.number) await removeTree(generationFolder(places, old));
  }
  record.transaction(() => record.forgetChunks());
  return {
    kind: 'published',
    generation: number,
    added: [...staged.files.keys()].sort(),
    archived: admission.gone.map(({ fileName }) => fileName).sort(),
    problems: admission.problems,
  };
}

/** After a failure that we lived through: nothing of the new generation stays, unless readers see it already. */
async function undo(services: PublishServices, number: number): Promise<void> {
  const { places, record } = services;
  await removeTree(stagingFolder(places, number));
  if (visibleGeneration(places) === number) return;
  await removeTree(generationFolder(places, number));
  record.transaction(() => record.deleteGeneration(number, true));
}
