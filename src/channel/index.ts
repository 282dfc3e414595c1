export { Caller, type CallerOptions, type CallOptions } from './caller.ts';
export type { Channel, MessageText } from './channel.ts';
export { type CallHandler, type ServeOptions, serveCalls } from './serve-calls.ts';
