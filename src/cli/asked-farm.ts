import { connectToManager, type FarmClient, isFarm } from '../app/client/index.ts';
import type { Shell } from './shell.ts';

/** Option of every command that asks a running farm. */
export interface ManagerOption {
  readonly manager?: string;
}

/** Asks the manager that the option, the environment or the farm of this machine leads to. Throws SCH005 without one. */
export async function askFarm(
  shell: Shell,
  options: ManagerOption,
  work: (client: FarmClient) => Promise<void>,
): Promise<void> {
  const client = await connectToManager({ farm: shell.farmFolder(isFarm), url: options.manager });
  try {
    await work(client);
  } finally {
    await client.close();
  }
}
