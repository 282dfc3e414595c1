export * from './builder-protocol.ts';
export * from './farm-views.ts';
export * from './read-message.ts';
export * from './schedule.ts';
