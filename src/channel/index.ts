export type { Channel, MessageText } from './channel.ts';
