import { fault } from '../../diagnostics/index.ts';
import { type FileTree, readFileTree } from '../../host/index.ts';
import { onACopy } from './on-a-copy.ts';
import type { PrintSrcinfoInput } from './print-srcinfo.ts';

export interface UpdateHookInput extends PrintSrcinfoInput {
  /** Folder name of the recipe, which the hook sees as `PACKAGE`. */
  readonly name: string;
  /** Default 120 s (specification 7.9). */
  readonly timeoutMs?: number;
}

const usualTimeoutMs = 120_000;
/** What a hook may leave in the recipe's folder. */
const mostBytes = 64 * 1024 * 1024;
/** Strict mode, as hooks are written for it; the folder is the working directory. */
const strict = 'set -euo pipefail; source ./.CI/update.sh';

/**
 * Runs `.CI/update.sh` on a copy of the recipe, with network and without secrets, and returns what the folder then
 * holds. Throws CIS011 when the hook fails or takes too long: nothing of what it did is left.
 */
export async function runUpdateHook(input: UpdateHookInput): Promise<FileTree> {
  const { folder, name } = input;
  return await onACopy(
    input,
    {
      folder,
      command: ['bash', '-c', strict],
      network: true,
      timeoutMs: input.timeoutMs ?? usualTimeoutMs,
      environment: { PACKAGE: name },
    },
    async ({ end, said }, places) => {
      if (end.kind === 'exited' && end.code === 0)
        return await readFileTree(places.recipe, { skip: new Set(['.git']), mostBytes });
      const how = end.kind === 'exited' ? `ended with exit code ${end.code}` : `was ended: ${end.kind}`;
      throw fault('CIS011', {
        what: `'update.sh' of '${name}' ${how}`,
        place: { file: `${name}/.CI/update.sh` },
        ...(said === '' ? {} : { why: `It said: ${said}` }),
      });
    },
  );
}
