import { fault } from '../../diagnostics/index.ts';
import { type OpenedBuild, openFound, readPackageFolder } from '../../ebins/index.ts';
import { bareFlag, packageNameOf } from '../../formats/gentoo/index.ts';
import { type Artifact, failed, type KindServices, type Outcome } from '../../model/index.ts';
import type { BuildDetails } from './ebin-recipe.ts';

/** Where a binary package belongs, and what it is. */
export interface BuiltFacts {
  /** `category/name-version`. */
  readonly cpv: string;
  /** Below PKGDIR, as Portage lays packages out. */
  readonly path: string;
}

interface Collecting {
  readonly details: BuildDetails;
  readonly services: KindServices;
  /** The PKGDIR of the build. */
  readonly packages: string;
  /** What was in it before. */
  readonly existing: ReadonlySet<string>;
}

/** Finds the binary package that was asked for among those that emerge wrote, and stores it. Throws EBN001 to EBN008, EBN106. */
export async function collectBuild({ details, services, packages, existing }: Collecting): Promise<Outcome> {
  const folder = readPackageFolder(packages);
  for (const found of folder.packages) {
    if (existing.has(found.path)) continue;
    const opened = await openFound(folder, found, { signatures: 'ignore' });
    // dependencies may have been packed, too
    if (!isOf(details.cpv, opened.cpv)) continue;
    requireCombination(details, opened);
    const { digest, sizeBytes } = await services.putFile(found.file);
    const facts: BuiltFacts = { cpv: opened.cpv, path: found.path };
    const listed = await services.putBytes(Buffer.from(JSON.stringify(facts)));
    const artifact: Artifact = {
      ...{ name: opened.cpv, version: versionOf(opened.cpv), arch: 'any', object: digest, sizeBytes },
      fileName: found.path.slice(found.path.lastIndexOf('/') + 1),
      ...{ depends: [], provides: [], providedSonames: [], neededSonames: [], facts: listed.digest },
    };
    return { kind: 'succeeded', artifacts: [artifact] };
  }
  return failed('EBN105', `emerge wrote no binary package of '${details.cpv}'`);
}

const versionOf = (cpv: string): string => cpv.slice(cpv.lastIndexOf('/') + 1);

/** Whether a version is what was asked for: it, or some version of the package. */
const isOf = (wanted: string, cpv: string): boolean => cpv === wanted || packageNameOf(cpv) === wanted;

/** Throws EBN106 when a build has not the flags that were asked for: Portage lets profiles force and mask some. */
export function requireCombination(
  { cpv, use }: BuildDetails,
  opened: Pick<OpenedBuild, 'iuse' | 'use'>,
): void {
  const known = new Set(opened.iuse.map(bareFlag));
  const on = new Set(opened.use);
  const strange = use.map(bareFlag).find((flag) => !known.has(flag));
  if (strange !== undefined) throw fault('EBN106', { what: `'${cpv}' has no flag '${strange}'` });
  const wrong = use.filter((flag) => on.has(bareFlag(flag)) === flag.startsWith('-'));
  if (wrong.length === 0) return;
  const how = wrong.map((flag) => `'${bareFlag(flag)}' ${flag.startsWith('-') ? 'on' : 'off'}`).join(', ');
  throw fault('EBN106', { what: `the build of '${cpv}' has ${how}, which is not what was asked for` });
}
