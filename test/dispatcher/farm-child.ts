// A manager with four builders on the farm in ARGV[2]: takes up what is unfinished, works until all is done, says so.
import { appendFileSync, readFileSync } from 'node:fs';
import { acquireManagerLock, openFarmDatabase } from '../../src/database/index.ts';
import { Dispatcher } from '../../src/dispatcher/index.ts';
import { systemClock } from '../../src/host/index.ts';
import { builderName } from '../../src/primitives/index.ts';
import { EmbeddedQueue } from '../../src/queue/embedded/index.ts';
import { planOf, success } from './scene.ts';

const [folder = '', sketch] = process.argv.slice(2);
const clock = systemClock;
acquireManagerLock(`${folder}/manager.lock`);
const database = openFarmDatabase(`${folder}/farm.sqlite`, { clock });
const queue = new EmbeddedQueue({ path: `${folder}/queue.sqlite`, clock });
const dispatcher = new Dispatcher({
  database,
  queue,
  clock,
  policy: { maxRequeues: 1000 },
  decide: async ({ job }) => ({ run: job.name.endsWith('1'), reason: 'as it is' }),
});
await dispatcher.recover();
if (sketch) await dispatcher.admit(planOf(JSON.parse(readFileSync(sketch, 'utf8'))), { why: 'test' });
process.stdout.write('at work\n');
const open = database.plans.open().map(({ id }) => dispatcher.finished(id));
const done = new AbortController();
const work = ['a', 'b', 'c', 'd'].map(async (name) => {
  const claimant = { builder: builderName(name), builderClass: 9 };
  while (!done.signal.aborted) {
    const [lease] = await queue.claim({ ...claimant, leaseMs: 60_000, max: 1 });
    if (!lease) {
      await queue.wait(claimant, done.signal);
      continue;
    }
    const begun = await dispatcher.begin(lease);
    if (!begun) continue;
    // One line per piece of work: what was accepted must be here, whatever was done in vain besides.
    appendFileSync(`${folder}/work.txt`, `${begun.job.name} ${begun.id}\n`);
    await new Promise<void>((resolve) => setImmediate(resolve));
    await dispatcher.report(lease, begun.id, { outcome: success(begun.job.name) });
  }
});
await Promise.all(open);
await dispatcher.idle();
done.abort();
await Promise.all(work);
process.stdout.write('done\n');
await queue.close();
database.close();
