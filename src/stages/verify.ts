import { fault, type Problem, ProblemError, problem } from '../diagnostics/index.ts';
import { readTar, type TarStreamEntry } from '../formats/archives/index.ts';
import { fileBytes, filterFile, hashPieces, readPieces } from '../host/index.ts';
import type { StagePlan, StageRecord } from './contract.ts';
import type { StageHands } from './hands.ts';
import { DigestMemory } from './inputs.ts';
import { makeResult } from './make-result.ts';
import { resolveTarget } from './resolve.ts';

/** What building a stage again came to. */
export interface Verification {
  readonly name: string;
  readonly key: string;
  readonly isSame: boolean;
  readonly digest: string;
  readonly again: string;
  /** The first member that differs, and in what. */
  readonly difference: string | undefined;
  readonly problem: Problem | undefined;
}

/**
 * Builds a stage again from the inputs that its record names, and compares byte by byte. Nothing is published or written down.
 * Throws MST032 when nothing was built from the inputs that are there now, and what a build throws.
 */
export async function verifyTarget(hands: StageHands, plan: StagePlan): Promise<Verification> {
  const resolved = await resolveTarget({ ...hands, memory: new DigestMemory(hands.state.digests) }, plan, {
    asRecorded: true,
  });
  if ('problem' in resolved) throw new ProblemError(resolved.problem);
  const record = 'key' in resolved ? resolved.record : undefined;
  if (!('key' in resolved) || !record)
    throw fault('MST032', { what: `'${plan.name}' was not built from what is there now` });
  const again = await makeResult(hands, plan, { ...resolved, purpose: 'verify' });
  if (!again) throw fault('MST032', { what: `'${plan.name}' is not official, so it has no result` });
  const isSame = again.digest === record.digest;
  const difference = isSame ? undefined : await firstDifference(hands, plan, [record, again]);
  return {
    ...{ name: plan.name, key: resolved.key, isSame, digest: record.digest, again: again.digest, difference },
    problem: isSame
      ? undefined
      : problem('MST031', { what: `'${plan.name}' is not the same when it is built again: ${difference}` }),
  };
}

const inflaters = { xz: 'xz', zstd: 'zstd', gzip: 'gzip' } as const;

async function firstDifference(
  hands: StageHands,
  plan: StagePlan,
  records: readonly [StageRecord, StageRecord],
): Promise<string> {
  const paths = [
    await hands.store.path(records[0].digest),
    await hands.store.path(records[1].digest),
  ] as const;
  const { container, compression } = plan.format;
  if (container !== 'tar' && container !== 'lxd') return await firstByte(paths);
  const [before, after] = paths.map((path) =>
    readTar(
      compression === 'none'
        ? readPieces(path)
        : filterFile({ program: inflaters[compression], args: ['-dc', '-q'] }, path),
      plan.name,
    ),
  ) as [AsyncGenerator<TarStreamEntry>, AsyncGenerator<TarStreamEntry>];
  try {
    return (await firstMember(before, after)) ?? (await firstByte(paths));
  } finally {
    await before.return(undefined);
    await after.return(undefined);
  }
}

/** What two archives do not have alike, as words; undefined when all members are the same. */
export async function firstMember(
  before: AsyncIterator<TarStreamEntry>,
  after: AsyncIterator<TarStreamEntry>,
): Promise<string | undefined> {
  for (;;) {
    const [one, other] = [await before.next(), await after.next()];
    if (one.done && other.done) return undefined;
    if (one.done || (!other.done && other.value.path < one.value.path)) {
      return `'${(other.value as TarStreamEntry).path}' is new`;
    }
    if (other.done || one.value.path < other.value.path) return `'${one.value.path}' is missing`;
    const facts = factsThatDiffer(one.value, other.value);
    if (facts !== undefined) return `'${one.value.path}' differs in ${facts}`;
    const [left, right] = [await hashPieces(one.value.body), await hashPieces(other.value.body)];
    if (left.digest !== right.digest) return `'${one.value.path}' differs in its contents`;
  }
}

function factsThatDiffer(one: TarStreamEntry, other: TarStreamEntry): string | undefined {
  if (one.type !== other.type) return `kind: ${one.type}, now ${other.type}`;
  if (one.sizeBytes !== other.sizeBytes) return `size: ${one.sizeBytes} bytes, now ${other.sizeBytes}`;
  if (one.mode !== other.mode) return `mode: ${one.mode.toString(8)}, now ${other.mode.toString(8)}`;
  if (one.uid !== other.uid || one.gid !== other.gid) {
    return `owner: ${one.uid}:${one.gid}, now ${other.uid}:${other.gid}`;
  }
  if (one.linkPath !== other.linkPath) return `destination: '${one.linkPath}', now '${other.linkPath}'`;
  return Buffer.from(one.rawHeader).equals(other.rawHeader) ? undefined : 'attributes';
}

const pieceBytes = 1 << 20;

async function firstByte([one, other]: readonly [string, string]): Promise<string> {
  for (let at = 0; ; at += pieceBytes) {
    const [left, right] = [
      await fileBytes(one, at, at + pieceBytes),
      await fileBytes(other, at, at + pieceBytes),
    ];
    const shorter = Math.min(left.byteLength, right.byteLength);
    for (let index = 0; index < shorter; index += 1) {
      if (left[index] !== right[index]) return `byte ${at + index} differs`;
    }
    if (left.byteLength !== right.byteLength) return `one ends at byte ${at + shorter}`;
    if (shorter < pieceBytes) return 'only the way it is packed differs';
  }
}
