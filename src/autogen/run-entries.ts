import { type Problem, problem } from '../diagnostics/index.ts';
import type { Slots } from '../primitives/index.ts';
import { assemblePackage, ownPackage } from './assemble.ts';
import type { Entry, PackageWish } from './entries.ts';
import type { GeneratorModule } from './generator-module.ts';
import { createHub } from './hub.ts';
import type { PkgInfo } from './pkg-info.ts';
import type { EndedUnit, RunContext, Unit } from './run-context.ts';
import { problemOf, runUnit } from './run-unit.ts';

export interface EntryOptions {
  readonly run: RunContext;
  /** Generates at one time. */
  readonly slots: Slots;
  readonly category?: string | undefined;
  readonly package?: string | undefined;
  /** Whether units that did not begin are left out by now. */
  readonly isOver: () => boolean;
  readonly onEnd: (ended: EndedUnit) => void;
}

/** Packages of one entry that are reserved in the order of the queue. */
const unitsPerEntry = 1_000_000;

/** Everything of one entry (specification 1.10); what goes wrong is told unit by unit. Never throws. */
export async function runEntry(entry: Entry, index: number, options: EntryOptions): Promise<void> {
  const { onEnd } = options;
  let order = index * unitsPerEntry;
  const next = (label: string, at = entry.at): Unit => {
    order += 1;
    return newUnit(entry, { order, label, place: at, run: options.run });
  };
  for (const { label, problem: failure } of entry.broken) {
    onEnd({ unit: next(label, failure.place ?? entry.at), failure, isSkipped: false });
  }
  let module: GeneratorModule;
  let packages: readonly { readonly pkg: PkgInfo; readonly at: PackageWish['at'] }[];
  const whole = next(entry.label);
  try {
    module = await entry.load();
    packages = await packagesOf(entry, module, { unit: whole, options });
  } catch (error) {
    onEnd({ unit: whole, failure: problemOf(error, whole), isSkipped: false });
    return;
  }
  for (const remark of whole.problems) options.run.report(remark);
  await Promise.all(
    packages.map(async ({ pkg, at }) => {
      const unit = next(labelOf(pkg), at);
      await options.slots.run(async () => {
        if (options.isOver()) return onEnd({ unit, failure: undefined, isSkipped: true });
        const flaw = nameFlaw(pkg, unit);
        const failure = flaw ?? (await runUnit(unit, module, ownPackage(pkg)));
        onEnd({ unit, failure, isSkipped: false });
      });
    }),
  );
}

/** Packages with their settings merged, as the module's own look over them leaves them, and the filters applied. */
async function packagesOf(
  entry: Entry,
  module: GeneratorModule,
  { unit, options }: { readonly unit: Unit; readonly options: EntryOptions },
): Promise<readonly { readonly pkg: PkgInfo; readonly at: PackageWish['at'] }[]> {
  const { globalDefaults, preprocessPackages } = module;
  const assembled = entry.wishes.map(({ layers, at }) => {
    const made = assemblePackage({ place: entry.place, layers: [globalDefaults ?? {}, ...layers], at });
    unit.problems.push(...made.problems);
    return { pkg: made.pkg, at };
  });
  const kept: { readonly pkg: PkgInfo; readonly at: PackageWish['at'] }[] = [];
  if (preprocessPackages === undefined) kept.push(...assembled);
  else {
    const hub = createHub(unit);
    const own = assembled.map(({ pkg }) => ownPackage(pkg));
    const placeOf = new Map(own.map((pkg, at) => [pkg, assembled[at]?.at ?? entry.at]));
    for await (const pkg of preprocessPackages(hub, own) ?? []) {
      kept.push({ pkg: ownPackage(pkg), at: placeOf.get(pkg) ?? entry.at });
    }
  }
  return kept.filter(
    ({ pkg }) =>
      (options.category === undefined || pkg.cat === options.category) &&
      (options.package === undefined || pkg.name === options.package),
  );
}

function newUnit(entry: Entry, facts: Pick<Unit, 'order' | 'label' | 'place' | 'run'>): Unit {
  return {
    ...facts,
    autogenId: entry.place.autogenId,
    file: entry.place.file,
    builds: new Set(),
    pushed: [],
    staged: [],
    claims: new Set(),
    problems: [],
  };
}

/** A package without category or name is an error of its own; wrong ones are found when the ebuild gets its name. */
function nameFlaw(pkg: PkgInfo, unit: Unit): Problem | undefined {
  for (const [what, value] of [
    ['category', pkg.cat],
    ['name', pkg.name],
  ] as const) {
    if (typeof value === 'string' && value !== '') continue;
    return problem('AGN009', { what: `package '${unit.label}' has no ${what}`, place: unit.place });
  }
  return undefined;
}

/** `category/name[-version]` as far as it is known. */
function labelOf({ cat, name, version }: PkgInfo): string {
  const base = [cat, name].filter((part) => typeof part === 'string' && part !== '').join('/');
  return typeof version === 'string' && version !== 'latest' ? `${base}-${version}` : base;
}
