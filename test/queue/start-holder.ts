import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { QueueUnderTest } from './conformance-stage.ts';

/** Starts `lease-holder.ts` as a process of its own. */
export async function startHolder(
  kind: 'embedded' | 'bullmq',
  where: string,
  leaseMs: number,
): Promise<Awaited<ReturnType<QueueUnderTest['startHolder']>>> {
  const script = join(import.meta.dirname, 'lease-holder.ts');
  const quiet = '--disable-warning=ExperimentalWarning';
  const child = spawn(process.execPath, [quiet, script, kind, where, String(leaseMs)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  return {
    job: said.toString().trim(),
    kill: async () => {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}
