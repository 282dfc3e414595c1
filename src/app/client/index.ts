// The door of commands that ask a manager at work: they need nothing that a manager is made of, and start in half the time.
export { connectToManager, type FarmClient } from '../farm-client.ts';
export { isFarm } from '../is-farm.ts';
