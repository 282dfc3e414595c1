import {
  compareVersions,
  parseDependency,
  type Srcinfo,
  satisfies,
  sectionValues,
} from '../../../formats/pacman/index.ts';
import { legacyEdges, legacyTreeEntry, treeEntry } from '../../../formats/pkgbuild-repo/index.ts';
import type { Need, Offer, Plan, Recipe } from '../../../model/index.ts';
import { emptyInventory, makePlan } from '../../../planner/index.ts';
import type { Digest } from '../../../primitives/index.ts';
import type { ImportFinding } from './import-rules.ts';
import type { ImportedPackage } from './imported-repository.ts';

/** The dependency tree under both rules (specification 12.2 to 12.5). An edge is one package that waits for another. */
export interface TreeComparison {
  readonly packages: number;
  readonly oldEdges: number;
  readonly newEdges: number;
  /** Edges that only the old rule has, and only the new one. */
  readonly vanished: number;
  readonly appeared: number;
  /** New edges that rest on a provided name; those that an official repository offers too vanish as well. */
  readonly byProvides: number;
  /** Names of the packages of each circle. */
  readonly cycles: readonly (readonly string[])[];
  readonly findings: readonly ImportFinding[];
}

/** Compares without asking anybody: official repositories are not known here. */
export function compareTrees(
  packages: readonly ImportedPackage[],
  described: ReadonlyMap<string, Srcinfo>,
  arch: string,
): TreeComparison {
  const findings: ImportFinding[] = [];
  const old = packages.map(({ name, srcinfo }) => legacyTreeEntry(name, srcinfo));
  for (const [index, { name, srcinfo }] of packages.entries()) {
    const entry = treeEntry(name, srcinfo);
    const before = old[index];
    if (
      before &&
      before.needs.length === 0 &&
      before.names.length > 0 &&
      !overlap(before.names, entry.names)
    ) {
      findings.push({
        rule: 'tree-shift',
        package: name,
        what: `it claimed to be ${before.names.slice(0, 4).join(', ')}`,
      });
    }
  }
  const before = new Set(legacyEdges(old).map(([by, on]) => `${by} ${on}`));
  const plan = planOf(described, arch);
  const after = new Map<string, string>();
  const nameOf = new Map(plan.jobs.map(({ id, name }) => [id, name]));
  for (const { name, waitsFor, cutEdges } of plan.jobs) {
    for (const { job, match } of [...waitsFor, ...cutEdges]) {
      if (match === 'cycle') continue;
      const edge = `${name} ${nameOf.get(job)}`;
      if (after.get(edge) !== 'output') after.set(edge, match);
    }
  }
  const cycles = plan.cycles.map((members) => members.map((id) => nameOf.get(id) ?? id));
  for (const members of cycles) findings.push({ rule: 'cycle', what: members.join(', ') });
  return {
    packages: packages.length,
    oldEdges: before.size,
    newEdges: after.size,
    vanished: [...before].filter((edge) => !after.has(edge)).length,
    appeared: [...after.keys()].filter((edge) => !before.has(edge)).length,
    byProvides: [...after.values()].filter((match) => match === 'provides').length,
    cycles,
    findings,
  };
}

const overlap = (some: readonly string[], others: readonly string[]): boolean =>
  some.some((name) => others.includes(name));

/** The planner's own edges; everything of a plan but its edges is beside the point. */
function planOf(described: ReadonlyMap<string, Srcinfo>, arch: string): Plan {
  const recipes = [...described].map(([name, srcinfo]) => sketch(name, srcinfo, arch));
  return makePlan({
    recipes,
    inventory: emptyInventory,
    policy: { officialNames: new Set() },
    target: 'import',
    arch,
    satisfies,
    compareVersions,
    durations: new Map(),
  });
}

const isSoname = (name: string): boolean => /\.so(?:\.[0-9.]+)?$/.test(name);

function sketch(name: string, srcinfo: Srcinfo, arch: string): Recipe {
  const sections = [srcinfo.base, ...srcinfo.members];
  const texts = (key: string): readonly string[] => [
    ...new Set(
      sections.flatMap((one) => [...sectionValues(one, key), ...sectionValues(one, `${key}_${arch}`)]),
    ),
  ];
  const outputs = srcinfo.members.map((member) => member.name);
  const needs = (['depends', 'makedepends', 'checkdepends'] as const).flatMap((key) =>
    texts(key).map((text) => needOf(text, key)),
  );
  return {
    kind: 'pkgbuild',
    name,
    folder: name,
    version: sectionValues(srcinfo.base, 'pkgver')[0] ?? '0',
    hasDynamicVersion: false,
    architectures: ['any'],
    outputs,
    offers: [
      ...outputs.map((one): Offer => ({ via: 'output', name: one })),
      ...texts('provides').map(offerOf),
    ],
    needs: needs.filter((need) => need.name !== '' && !outputs.includes(need.name)),
    inputDigest: '0'.repeat(64) as Digest,
    buildClass: undefined,
    details: undefined,
  };
}

function offerOf(text: string): Offer {
  const { name, version } = parseDependency(text);
  const via = isSoname(name) ? 'soname' : 'provides';
  return version === undefined ? { via, name } : { via, name, version };
}

function needOf(text: string, key: 'depends' | 'makedepends' | 'checkdepends'): Need {
  const { name, operator, version } = parseDependency(text);
  const phase = key === 'depends' ? 'run' : key === 'makedepends' ? 'build' : 'check';
  return operator === undefined || version === undefined
    ? { phase, name, text }
    : { phase, name, operator, version, text };
}
