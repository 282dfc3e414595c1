export { EmbeddedQueue, type EmbeddedQueueOptions } from './embedded-queue.ts';
