import { runAttempt } from '../../builder/index.ts';
import { isFault, ProblemError, renderLine } from '../../diagnostics/index.ts';
import { machine, removeTree, systemRandom } from '../../host/index.ts';
import { type AttemptLog, findErrorExcerpt, openAttemptLog } from '../../logs/index.ts';
import type {
  Artifact,
  BuildRecord,
  JobReason,
  Outcome,
  PublishedFile,
  RecipeKind,
} from '../../model/index.ts';
import { createPkgbuildKind, load } from '../../recipes/pkgbuild/index.ts';
import { type ObjectStore, openDiskStore } from '../../store/index.ts';
import { ownMachine } from '../build-machine.ts';
import { readBuildRecord } from '../build-records.ts';
import type { Farm } from '../farm.ts';
import { kindServices } from '../kind-services.ts';
import { makeSrcinfo } from '../make-srcinfo.ts';
import { pkgbuildSettings } from '../recipe-kinds.ts';
import { sandboxLimits } from '../sandbox-limits.ts';
import { askDiffoscope } from './ask-diffoscope.ts';
import { comparePackages, type ShownDifference } from './compare-packages.ts';
import { findBuilt, recordOf, type WantedPackage } from './find-built.ts';
import { type GatheredParts, gatherParts } from './gather-parts.ts';
import { otherMaterials, otherSurroundings } from './surroundings.ts';

/** What came of building a package once more. */
export interface BuildVerdict {
  readonly name: string;
  readonly version: string;
  readonly fileName: string;
  /** SHA-256 of the package that was to come out. */
  readonly object: string;
  readonly verdict: 'reproduced' | 'differs' | 'cannot';
  /** Why it cannot be told: what is gone, or how the build ended. */
  readonly missing: readonly string[];
  readonly differences: readonly ShownDifference[];
  /** What diffoscope says, where the root of builds has it. */
  readonly diffoscope?: readonly string[] | undefined;
  /** What is not as it was then and may be the cause: packages of the root, versions of tools. */
  readonly surroundings: readonly string[];
  /** Milliseconds since the epoch. */
  readonly atMs: number;
}

export interface VerifyBuildRequest extends WantedPackage {
  readonly signal: AbortSignal;
  /** Bytes of the log as they come, for who watches. */
  readonly onOutput?: ((bytes: Uint8Array) => void) | undefined;
}

/**
 * Builds a package of the farm once more from what its statement says, in a folder that is removed afterwards, and
 * compares what comes out with what was published, byte by byte. The verdict is recorded; nothing is published, and the
 * store gets nothing. Throws PRV002 for a package that nobody made or of which no record was kept, STO problems.
 */
export async function verifyBuild(farm: Farm, request: VerifyBuildRequest): Promise<BuildVerdict> {
  const built = findBuilt(farm, request);
  const record = await recordOf(farm, built);
  const folder = `${farm.paths.verify}/${systemRandom.hex(8)}`;
  try {
    await farm.sandbox.makeFolder(folder);
    const found = await verdictOf({
      farm,
      request,
      record,
      folder,
      artifact: built.stored.artifact,
      stored: built.stored,
    });
    const { name, version, fileName, object } = built.stored.artifact;
    const verdict = { name, version, fileName, object, ...found, atMs: farm.clock.nowMs() };
    const { missing, differences, diffoscope, surroundings } = verdict;
    farm.database.provenance.judge({
      ...{ object, attempt: built.attempt.id, atMs: verdict.atMs, verdict: verdict.verdict },
      details: JSON.stringify({ missing, differences: differences.slice(0, 200), diffoscope, surroundings }),
    });
    return verdict;
  } finally {
    await farm.sandbox.removeFolder(folder).catch(() => removeTree(folder));
  }
}

interface Verification {
  readonly farm: Farm;
  readonly request: VerifyBuildRequest;
  readonly record: BuildRecord;
  readonly folder: string;
  readonly artifact: Artifact;
  readonly stored: Parameters<typeof gatherParts>[1]['stored'];
}

type Found = Pick<BuildVerdict, 'verdict' | 'missing' | 'differences' | 'diffoscope' | 'surroundings'>;

const cannot = (...missing: readonly string[]): Found => ({
  ...{ verdict: 'cannot', missing, differences: [], surroundings: [] },
});

async function verdictOf(work: Verification): Promise<Found> {
  const { farm, record, artifact, folder } = work;
  const { kind, machine: there } = record;
  if (kind !== 'pkgbuild') return cannot(`recipes of kind '${kind}' keep too little to be built once more`);
  if (there.arch !== machine.processor()) {
    return cannot(`it was built on ${there.arch}, and this machine is ${machine.processor()}`);
  }
  const parts = await gatherParts(farm, work);
  if (parts.missing.length > 0) return cannot(...parts.missing);
  const scratch = openDiskStore({ root: `${folder}/store` });
  const outcome = await buildAgain(work, parts, scratch);
  if (outcome.kind !== 'succeeded') return cannot(`the build ended as ${ending(outcome)}`);
  const again = outcome.artifacts.find(({ name }) => name === artifact.name);
  if (!again?.record) return cannot(`the build made no '${artifact.name}'`);
  const now = await readBuildRecord(scratch, again.record);
  const moved = otherMaterials(record, now);
  const surroundings = await otherSurroundings(farm.store, scratch, record, now);
  if (again.object === artifact.object)
    return { verdict: 'reproduced', missing: [], differences: [], surroundings };
  if (moved.length > 0) return { ...cannot(...moved), surroundings };
  const [before, after] = [await farm.store.path(artifact.object), await scratch.path(again.object)];
  const { sandbox } = farm;
  const { signal } = work.request;
  const root = await farm.sandboxRoot();
  return {
    ...{ verdict: 'differs', missing: [], surroundings },
    differences: await comparePackages(before, after),
    diffoscope: await askDiffoscope({ sandbox, root, before, after, fileName: artifact.fileName, signal }),
  };
}

function ending(outcome: Exclude<Outcome, { kind: 'succeeded' }>): string {
  if (outcome.kind === 'failed') return `failed: ${renderLine(outcome.problem)}`;
  return 'reason' in outcome ? `${outcome.kind}: ${outcome.reason}` : outcome.kind;
}

/** The kind with the settings of then, and those of now where they decide nothing of the result. */
function kindOfThen(farm: Farm, { circumstances, settings }: BuildRecord): RecipeKind {
  const own = pkgbuildSettings(farm, circumstances.target);
  return createPkgbuildKind({ ...own, ...(settings as Partial<typeof own>) }) as RecipeKind;
}

async function buildAgain(
  { farm, request, record, folder }: Verification,
  parts: GatheredParts,
  store: ObjectStore,
): Promise<Outcome> {
  const { circumstances } = record;
  const { target, arch, processors, epochSeconds } = circumstances;
  const log = watched(
    openAttemptLog({
      farm: folder,
      clock: farm.clock,
      subject: { target, arch, name: record.recipe.name, attempt: '1' },
      limitBytes: farm.config.sandbox['log-limit'],
    }),
    request.onOutput,
  );
  try {
    const recipe = await recipeOfThen(farm, parts.recipeFolder, record);
    const result = await runAttempt({
      kind: kindOfThen(farm, record),
      context: {
        ...{ recipe, target, arch, processors, dependencies: parts.dependencies },
        reasons: circumstances.reasons as unknown as readonly JobReason[],
        published: circumstances.published as unknown as readonly PublishedFile[],
        repositoryNeeds: circumstances.repositoryNeeds,
        sourceCache: parts.sources,
      },
      epochSeconds,
      machine: ownMachine(machine.name()),
      folder: `${folder}/attempt`,
      policy: {
        root: await farm.sandboxRoot(),
        network: circumstances.network as 'none' | 'fetch-only' | 'full',
        ...sandboxLimits(farm.config),
      },
      remarks: [],
      // what the build makes goes into a store of its own, which is removed with everything else
      services: kindServices({ sandbox: farm.sandbox, store }, { keepsSources: false }),
      sandbox: farm.sandbox,
      log,
      clock: farm.clock,
      signal: request.signal,
      findExcerpt: (text) => findErrorExcerpt(text)?.lines.join('\n'),
    });
    return result.outcome;
  } catch (error) {
    if (!isFault(error)) throw error;
    return { kind: 'failed', problem: error.problem };
  } finally {
    await log.close();
  }
}

/** The recipe of the archive; it has the digest that it was planned with. Throws what is wrong with it. */
async function recipeOfThen(farm: Farm, folder: string, { recipe: then, circumstances }: BuildRecord) {
  const { recipe, problems } = await load(folder, {
    arch: circumstances.arch,
    regenerate: (of) => makeSrcinfo(farm, of, circumstances.arch),
  });
  const flaw = problems.find(({ severity }) => severity === 'error');
  if (recipe) return { ...recipe, inputDigest: then.inputDigest as typeof recipe.inputDigest };
  if (flaw) throw new ProblemError(flaw);
  throw new Error(`'${then.name}' was kept and is no recipe`);
}

/** A log that somebody watches. */
function watched(log: AttemptLog, onOutput: VerifyBuildRequest['onOutput']): AttemptLog {
  if (!onOutput) return log;
  return {
    path: log.path,
    write: (bytes) => {
      onOutput(bytes);
      log.write(bytes);
    },
    say: (line) => {
      onOutput(Buffer.from(`==> packmill: ${line}\n`));
      log.say(line);
    },
    phase: (name) => log.phase(name),
    close: () => log.close(),
  };
}
