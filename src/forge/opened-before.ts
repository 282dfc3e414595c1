import type { Forge, OpenedRequest } from './forge.ts';
import type { ForgeCall } from './forge-call.ts';

/**
 * The request that is there already when opening one was refused for that: another run, or a try whose answer got lost,
 * has opened it. Throws `error` when the refusal was for something else.
 */
export async function openedBefore(
  forge: Pick<Forge, 'find'>,
  branch: string,
  refusal: { readonly call: ForgeCall; readonly error: unknown },
): Promise<OpenedRequest> {
  const other = refusal.call.isThereAlready ? await forge.find(branch) : undefined;
  if (other) return { ...other, problems: [] };
  throw refusal.error;
}
