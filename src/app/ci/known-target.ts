import { isFault } from '../../diagnostics/index.ts';
import { isOutOfReach } from '../../pipeline/push/index.ts';
import type { FarmClient } from '../farm-client.ts';

/**
 * Whether a manager knows a target of this name for this architecture; undefined when it does not say. It is asked what a
 * clean-up would remove, which changes nothing.
 */
export async function knowsTarget(
  client: FarmClient,
  target: string,
  arch: string,
): Promise<boolean | undefined> {
  const question = { id: 'probe-of-names', target, arch, keep: [target], force: false, dryRun: true };
  try {
    await client.removeObsolete(question);
    return true;
  } catch (error) {
    if (!isFault(error)) throw error;
    const { code } = error.problem;
    if (code === 'SCH006' || isOutOfReach(error)) return undefined;
    // every other refusal is about what would go
    return code !== 'SCH001';
  }
}
