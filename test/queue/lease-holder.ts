// A builder that claims one job from the embedded queue at ARGV[2], says which, and then holds it until killed.
import { systemClock } from '../../src/host/index.ts';
import { builderName } from '../../src/primitives/index.ts';
import { EmbeddedQueue } from '../../src/queue/embedded/index.ts';

const [path = '', leaseMs = '0'] = process.argv.slice(2);
const queue = new EmbeddedQueue({ path, clock: systemClock });
const claimed = await queue.claim({
  builder: builderName('holder'),
  builderClass: 5,
  leaseMs: Number(leaseMs),
  max: 1,
});
process.stdout.write(`${claimed[0]?.entry.job ?? 'nothing'}\n`);
setInterval(() => undefined, 1000);
