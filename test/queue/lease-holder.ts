// A builder that claims one job, says which, and then holds it until killed.
// ARGV: 'embedded' and the path of the queue, or 'bullmq' and the server's port; then the length of the lease in ms.
import { systemClock } from '../../src/host/index.ts';
import { builderName } from '../../src/primitives/index.ts';
import { BullmqQueue } from '../../src/queue/bullmq/index.ts';
import { EmbeddedQueue } from '../../src/queue/embedded/index.ts';

const [kind = '', where = '', leaseMs = '0'] = process.argv.slice(2);
const clock = systemClock;
const connection = { host: '127.0.0.1', port: Number(where) };
const queue =
  kind === 'embedded'
    ? new EmbeddedQueue({ path: where, clock })
    : new BullmqQueue({ connection, farm: 'test', clock });
const claimed = await queue.claim({
  builder: builderName('holder'),
  builderClass: 5,
  leaseMs: Number(leaseMs),
  max: 1,
});
process.stdout.write(`${claimed[0]?.entry.job ?? 'nothing'}\n`);
setInterval(() => undefined, 1000);
