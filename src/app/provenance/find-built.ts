import type { AttemptRecord, StatementRecord, StoredArtifact } from '../../database/index.ts';
import { fault } from '../../diagnostics/index.ts';
import type { BuildRecord } from '../../model/index.ts';
import { jobId, parseJobId } from '../../primitives/index.ts';
import { lastMade } from '../artifacts-at-hand.ts';
import { readBuildRecord } from '../build-records.ts';
import type { Farm } from '../farm.ts';

/** Which package is meant; what is left out is the newest, and the farm's own. */
export interface WantedPackage {
  /** A package, or the recipe of one. */
  readonly name: string;
  readonly version?: string | undefined;
  readonly target?: string | undefined;
  readonly arch?: string | undefined;
}

/** A package of this farm and how it was made. */
export interface BuiltPackage {
  readonly stored: StoredArtifact;
  readonly attempt: AttemptRecord;
  /** Undefined: nothing was stated yet, as before the first publication. */
  readonly statement: StatementRecord | undefined;
}

/** The package that is meant: the newest one that is published, the farm's own first; or the newest one where none is. Throws PRV002. */
export function findBuilt(farm: Farm, wanted: WantedPackage): BuiltPackage {
  const { name, version, target, arch } = wanted;
  const isMeant = ({ artifact, job }: StoredArtifact): boolean => {
    const parts = parseJobId(job);
    return (
      (version === undefined || artifact.version === version) &&
      (target === undefined || parts?.target === target) &&
      (arch === undefined || parts?.arch === arch)
    );
  };
  const { repository, arch: usual } = farm.config;
  const ofRecipe = (): readonly StoredArtifact[] =>
    lastMade(farm, jobId({ target: target ?? repository, arch: arch ?? usual, name }));
  const isOwn = ({ job }: StoredArtifact): boolean => {
    const parts = parseJobId(job);
    return parts?.target === repository && parts.arch === usual;
  };
  const named = farm.database.artifacts.ofName(name).filter(isMeant);
  const byName = [...named.filter(isOwn), ...named.filter((one) => !isOwn(one))];
  const found = byName.length > 0 ? byName : ofRecipe().filter(isMeant);
  const stored = found.find(({ generation }) => (generation ?? 0) > 0) ?? found[0];
  const attempt = stored && farm.database.attempts.get(stored.attempt);
  if (!stored || !attempt) {
    const which = version === undefined ? `'${name}'` : `'${name}' ${version}`;
    throw fault('PRV002', { what: `this farm has made no package ${which}` });
  }
  return { stored, attempt, statement: farm.database.provenance.ofArtifact(stored.id) };
}

/** The record of how a package was made. Throws PRV002 when none was kept, STO problems. */
export async function recordOf(farm: Farm, { stored, statement }: BuiltPackage): Promise<BuildRecord> {
  const digest = statement?.record ?? stored.artifact.record;
  if (digest === undefined) {
    const { name, version } = stored.artifact;
    throw fault('PRV002', { what: `nothing was written down of how '${name}' ${version} was made` });
  }
  return await readBuildRecord(farm.store, digest);
}
