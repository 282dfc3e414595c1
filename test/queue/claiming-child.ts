// Claims and settles from the embedded queue at ARGV[2] until it is empty, and prints what it got.
import { systemClock } from '../../src/host/index.ts';
import { builderName } from '../../src/primitives/index.ts';
import { EmbeddedQueue } from '../../src/queue/embedded/index.ts';

const [path = '', name = ''] = process.argv.slice(2);
const queue = new EmbeddedQueue({ path, clock: systemClock });
const builder = builderName(name);
for (;;) {
  const [lease] = await queue.claim({ builder, builderClass: 5, leaseMs: 60_000, max: 1 });
  if (!lease) break;
  if ((await queue.settle(lease)) === 'accepted') process.stdout.write(`${lease.entry.job}\n`);
}
await queue.close();
