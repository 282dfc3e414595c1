export type { SplitParts } from './arms.ts';
export {
  isUnreadable,
  type NamedUri,
  type ReadText,
  readText,
  requiredUseHolds,
  type Unreadable,
  urisUnder,
} from './evaluate.ts';
export { combinationsMeeting, visitUris } from './evaluate-all.ts';
export { generateIndex, type IndexRequest } from './generate.ts';
export type { GeneratedEbuild, GeneratedIndex, MadeObject } from './generated.ts';
export type { Build, IndexedObject, IndexOptions, PartClass, TableRow } from './input.ts';
export { mainPart } from './input.ts';
export type { MatrixBuild, MatrixFacts, MatrixObject, MatrixRow } from './matrix-facts.ts';
export type { MatrixPattern } from './matrix-patterns.ts';
export type {
  MatrixChoice,
  MatrixContent,
  MatrixFilter,
  MatrixPart,
  MatrixSummary,
  SharedObject,
  UseMatrix,
} from './matrix-view.ts';
export { distfileName, fragmentFor, packageOf, pfOf, type Unnamed } from './names.ts';
export { type NearCombination, type Nearest, nearestCombination } from './nearest.ts';
export { readPick } from './pick.ts';
export { type IndexReport, type ReportedBuild, reportedBuild, reportedBuilds } from './report.ts';
export {
  type EbinRepository,
  manifestText,
  type NamedObject,
  packageMetadataText,
  repositoryTexts,
} from './repository-text.ts';
export {
  type FlagRoles,
  type Selection,
  selectBuilds,
} from './selection.ts';
export { usualUriDigits } from './source-uri.ts';
export { type Existence, existenceOf, flagsOf, type Table, tableOf } from './table.ts';
export { readFilter, summarizeMatrix, useMatrix } from './use-matrix.ts';
