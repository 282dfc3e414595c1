// Uses a channel in every way, closes it, and ends by having nothing left to do. Argument: the port of redis.
import { RedisChannel } from '../../src/channel/redis/index.ts';

const channel = new RedisChannel({
  address: { host: '127.0.0.1', port: Number(process.argv[2]) },
  farm: 'closing',
});
const waiting = channel.receive('quiet', { max: 1, waitMs: 3_600_000 });
await channel.send('box', ['m']);
await channel.receive('box', { max: 1, waitMs: 10_000 });
await channel.close();
await waiting;
console.log('closed');
