import { type JobId, jobId } from '../../src/primitives/index.ts';
import type { Chance } from './chance.ts';
import { type FailureClass, failureClasses } from './failures.ts';

/** What one recipe is like, for as long as the farm is there. */
export interface SeededPackage {
  readonly name: string;
  readonly target: string;
  readonly arch: string;
  readonly id: JobId;
  /** Packages of the same target that it needs; all of them stand before it. */
  readonly needs: readonly SeededPackage[];
  readonly neededBy: SeededPackage[];
  /** How long a build of it takes on the whole. */
  readonly durationMs: number;
  readonly sizeBytes: number;
  readonly memoryBytes: number;
  readonly buildClass: number | undefined;
  /** How often a build of it fails, and with what it then does. */
  readonly fails: number;
  readonly failsBy: FailureClass;
  /** Whether it fails every time since some days ago. */
  readonly isBroken: boolean;
  /** Library that it provides, for hubs. */
  readonly soname: string | undefined;
  readonly version: { major: number; minor: number; patch: number; release: number };
}

const stems =
  'aurora basalt cedar delta ember falcon garnet harbor indigo juniper kestrel lumen maple nimbus onyx pine quartz river sable tundra umber violet willow xenon yarrow zephyr amber birch cobalt drift'.split(
    ' ',
  );
const tails =
  'core base utils tools gui cli daemon engine player editor viewer shell kit sync store theme fonts driver'.split(
    ' ',
  );
const families = ['', '', '', 'lib', 'python-', 'rust-', 'kde-', 'ruby-', 'go-'];

const targetsOf: readonly { readonly target: string; readonly arch: string; readonly share: number }[] = [
  { target: 'packages', arch: 'x86_64', share: 0.72 },
  { target: 'testing', arch: 'x86_64', share: 0.2 },
  { target: 'packages', arch: 'aarch64', share: 0.08 },
];

/** The first ones, which are always there, so that tests and pictures can name them. */
const known = ['zlib-ng', 'openssl-quic', 'qt7-base', 'aurora-core', 'ember-editor', 'kestrel-daemon'];

function nameOf(chance: Chance, taken: ReadonlySet<string>): string {
  for (;;) {
    const name = `${chance.pick(families)}${chance.pick(stems)}${chance.happens(0.8) ? `-${chance.pick(tails)}` : ''}`;
    const all = chance.happens(0.08) ? `${name}-git` : name;
    if (!taken.has(all)) return all;
    const numbered = `${all}${chance.whole(2, 99)}`;
    if (!taken.has(numbered)) return numbered;
  }
}

/** Those that many need already are needed by still more: a few hubs, and long chains behind them. */
function needsOf(chance: Chance, before: readonly SeededPackage[]): SeededPackage[] {
  const needs = new Set<SeededPackage>();
  const count = Math.min(before.length, chance.whole(0, 3) + (chance.happens(0.2) ? 2 : 0));
  for (let turn = 0; turn < count; turn += 1) {
    const direct = chance.pick(before);
    needs.add(chance.happens(0.55) && direct.needs.length > 0 ? chance.pick(direct.needs) : direct);
  }
  return [...needs];
}

function packageOf(
  chance: Chance,
  of: Pick<SeededPackage, 'name' | 'target' | 'arch' | 'needs'>,
): SeededPackage {
  const isHub = of.needs.length === 0 || of.name.startsWith('lib');
  const durationMs = Math.min(3 * 3_600_000, Math.round(140_000 * chance.factor(2.4)) + 4_000);
  const isBroken = chance.happens(0.02);
  return {
    ...of,
    id: jobId(of),
    neededBy: [],
    durationMs,
    sizeBytes: Math.round(900_000 * chance.factor(3)) + 8_000,
    memoryBytes: Math.round(400 * 2 ** 20 * chance.factor(1.8)),
    buildClass: durationMs > 600_000 ? 3 : durationMs > 200_000 ? 2 : undefined,
    fails: isBroken ? 0.1 : chance.happens(0.15) ? 0.12 : 0.015,
    failsBy: chance.pick(failureClasses),
    isBroken,
    soname: isHub ? `lib${of.name.replace(/^lib|-.*$/g, '')}.so` : undefined,
    version: {
      major: chance.whole(0, 6),
      minor: chance.whole(0, 20),
      patch: chance.whole(0, 9),
      release: 1,
    },
  };
}

/** All recipes of the farm, each after those that it needs. */
export function makeWorld(chance: Chance, count: number): readonly SeededPackage[] {
  const all: SeededPackage[] = [];
  for (const { target, arch, share } of targetsOf) {
    const here: SeededPackage[] = [];
    const taken = new Set<string>();
    const wanted = Math.max(3, Math.round(count * share));
    while (here.length < wanted && all.length < count) {
      const name = known[here.length] ?? nameOf(chance, taken);
      taken.add(name);
      const made = packageOf(chance, { name, target, arch, needs: needsOf(chance, here) });
      for (const needed of made.needs) needed.neededBy.push(made);
      here.push(made);
      all.push(made);
    }
  }
  return all;
}

/** `pkgver-pkgrel`. */
export const versionOf = ({ version: { major, minor, patch, release } }: SeededPackage): string =>
  `${major}.${minor}.${patch}-${release}`;
