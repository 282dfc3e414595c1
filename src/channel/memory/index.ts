export { MemoryCarrier, type MemoryCarrierOptions } from './memory-channel.ts';
