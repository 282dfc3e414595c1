export type { Build, IndexedObject, IndexOptions, PartClass, TableRow } from './input.ts';
export { mainPart } from './input.ts';
