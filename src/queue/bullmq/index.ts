export { openBullLanes } from './bull-lanes.ts';
export { BullmqQueue, type BullmqQueueOptions } from './bullmq-queue.ts';
export type { ServerAddress } from './server-line.ts';
