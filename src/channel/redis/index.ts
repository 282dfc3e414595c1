export { RedisChannel, type RedisChannelOptions } from './redis-channel.ts';
export type { RedisAddress } from './redis-link.ts';
