import { digestBytes, findProgram, probeProgram } from '../host/index.ts';
import type { StageInputs, StagePlan } from './contract.ts';

/** Raised when the same inputs are to give other bytes than before. */
const formatNumber = 1;

const compressors = { xz: 'xz', zstd: 'zstd', gzip: 'gzip', none: undefined } as const;

const versions = new Map<string, Promise<string>>();

function versionOf(program: string): Promise<string> {
  let known = versions.get(program);
  if (known === undefined) {
    const path = findProgram(program);
    known =
      path === undefined
        ? Promise.resolve('missing')
        : probeProgram(path, [program === 'sqfstar' ? '-version' : '--version']).then(
            ({ words }) => words.split('\n', 1)[0] ?? '',
          );
    versions.set(program, known);
  }
  return known;
}

/** Programs whose versions decide the bytes of a capture, and what they call themselves. */
export async function toolVersions({ format }: StagePlan): Promise<Readonly<Record<string, string>>> {
  const names = [
    'tar',
    compressors[format.compression],
    ...(format.container === 'squashfs' || format.container === 'live' ? ['sqfstar'] : []),
    ...(format.container === 'live' ? ['xorriso'] : []),
  ];
  const named = names.filter((name) => name !== undefined);
  const found = await Promise.all(named.map(async (name) => [name, await versionOf(name)] as const));
  return Object.fromEntries([['packmill', String(formatNumber)], ...found]);
}

/**
 * SHA-256 of everything that a result depends on: digests of what goes in, the text of every step, the environment, the name, the
 * time, the format and the programs that pack. Limits and places in the mirror count only where a script sees them.
 */
export function buildKey(
  plan: StagePlan,
  inputs: StageInputs,
  tools: Readonly<Record<string, string>>,
): string {
  const hostSteps = plan.steps.some(({ where }) => where === 'host');
  return digestBytes(
    JSON.stringify({
      formatNumber,
      target: plan.target,
      identity: [plan.identity.build, plan.identity.archDesc, plan.identity.subarch, plan.identity.version],
      name: plan.name,
      packed: plan.packed,
      format: [plan.format.container, plan.format.compression, plan.level ?? null],
      mtime: plan.mtime,
      emulator: plan.emulator ?? null,
      seed: inputs.seed.digest,
      snapshot: inputs.snapshot ? [inputs.snapshot.digest, plan.snapshot?.target] : null,
      fetched: inputs.fetched ?? null,
      environment: Object.entries(plan.environment).sort(([a], [b]) => (a < b ? -1 : 1)),
      steps: plan.steps.map(({ element, where, script }) => [element, where, script.text]),
      seen: hostSteps ? [plan.workPath, plan.outputPath] : null,
      tools: Object.entries(tools).sort(([a], [b]) => (a < b ? -1 : 1)),
    }),
  );
}
