// Claims and settles from a queue until it is empty, and prints what it got.
// ARGV: 'embedded' and the path of the queue, or 'bullmq' and the server's port; then the builder's name.
import { systemClock } from '../../src/host/index.ts';
import { builderName } from '../../src/primitives/index.ts';
import { BullmqQueue } from '../../src/queue/bullmq/index.ts';
import { EmbeddedQueue } from '../../src/queue/embedded/index.ts';

const [kind = '', where = '', name = ''] = process.argv.slice(2);
const clock = systemClock;
const connection = { host: '127.0.0.1', port: Number(where) };
const queue =
  kind === 'embedded'
    ? new EmbeddedQueue({ path: where, clock })
    : new BullmqQueue({ connection, farm: 'crowd', clock });
const builder = builderName(name);
for (;;) {
  const [lease] = await queue.claim({ builder, builderClass: 5, leaseMs: 60_000, max: 1 });
  if (!lease) break;
  if ((await queue.settle(lease)) === 'accepted') process.stdout.write(`${lease.entry.job}\n`);
}
await queue.close();
