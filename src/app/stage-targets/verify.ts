import { type Problem, problem } from '../../diagnostics/index.ts';
import type { Farm } from '../farm.ts';
import { mirrorEntries, mirrorFolder } from './mirror-entries.ts';

/** Whether every result of the visible generation is signed by the farm's key (SMI005). Reads all of them. Throws SIG, STO problems. */
export async function verifySignatures(farm: Farm, target: string): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (const { about } of await mirrorEntries(farm, target)) {
    const path = `${mirrorFolder(farm, target)}/${about.path}`;
    if (!(await farm.signer.verifyFile(path, `${path}.gpg`)))
      problems.push(problem('SMI005', { what: `'${about.path}' is not signed by this farm` }));
  }
  return problems;
}
