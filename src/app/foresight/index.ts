export { Foresight, type ForesightParts } from './foresight.ts';
export { foresightOf } from './foresight-of.ts';
