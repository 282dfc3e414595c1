export type * from './contract.ts';
export { type FastpullOptions, openFastpull } from './open-fastpull.ts';
