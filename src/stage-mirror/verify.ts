import { type Problem, problem } from '../diagnostics/index.ts';
import { entryFacts, hashFile, textIfThere } from '../host/index.ts';
import type { Signer } from '../signer/index.ts';
import { statedDigest } from '../stages/index.ts';
import type { Artifact, Mirror } from './contract.ts';

export interface MirrorCheck {
  readonly artifacts: number;
  readonly bytes: number;
  readonly problems: readonly Problem[];
}

async function checkArtifact(
  artifact: Pick<Artifact, 'path' | 'stated' | 'isSigned'>,
  signer: Signer | undefined,
): Promise<Problem | undefined> {
  const { path, stated, isSigned } = artifact;
  if (stated === undefined) return problem('SMI003', { what: `'${path}' has no checksum` });
  const { digest } = await hashFile(path);
  if (digest !== stated) {
    return problem('SMI004', { what: `'${path}' has the digest ${digest}, and ${stated} is stated` });
  }
  if (!signer) return undefined;
  if (isSigned && (await signer.verifyFile(path, `${path}.gpg`))) return undefined;
  const how = isSigned ? 'is signed by somebody else' : 'is not signed';
  return problem('SMI005', { what: `'${path}' ${how}` });
}

/** Reads every result and package tree of a mirror and compares it with what is said of it; links have to lead somewhere. Throws SYS and SIG problems. */
export async function verifyMirror(mirror: Mirror, signer: Signer | undefined): Promise<MirrorCheck> {
  const problems: Problem[] = [];
  let bytes = 0;
  const artifacts = mirror.subarches.flatMap(({ versions }) => versions.flatMap((one) => one.artifacts));
  for (const artifact of artifacts) {
    bytes += artifact.sizeBytes;
    const found = await checkArtifact(artifact, signer);
    if (found) problems.push(found);
  }
  for (const { path, sizeBytes } of mirror.snapshots) {
    bytes += sizeBytes;
    const stated = statedDigest(textIfThere(`${path}.hash.txt`));
    // package trees are not signed: what they are is part of the results that are
    const found = await checkArtifact({ path, stated, isSigned: false }, undefined);
    if (found) problems.push(found);
  }
  for (const { path, latest } of mirror.subarches) {
    for (const [name, destination] of latest) {
      if (entryFacts(`${path}/${destination}`)) continue;
      problems.push(
        problem('SMI006', { what: `'${path}/${name}' leads to '${destination}', which is not there` }),
      );
    }
  }
  return { artifacts: artifacts.length + mirror.snapshots.length, bytes, problems };
}
