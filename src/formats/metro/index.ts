export { usualVariables } from './code-block.ts';
export { argumentSite, type Collect, type CollectedFile } from './collector.ts';
export { type ComparedValue, comparePrograms, type ElementDifference, plainValue } from './compare.ts';
export type { Cell, Definition, Definitions, Origin } from './definitions.ts';
export { type Explanation, explain, renderExplanation } from './explain.ts';
export {
  type Completion,
  completionsAt,
  definitionsAt,
  type FileEdit,
  type FileRange,
  type Hover,
  hoverAt,
  renameAt,
  usesAt,
} from './language-service.ts';
export { type ElementGraph, elementGraph, type FileGraph, fileGraph } from './link-graph.ts';
export { lintProgram } from './lint.ts';
export { type LoadedProgram, type LoadOptions, loadMetro } from './load.ts';
export type {
  AnnotationNode,
  Condition,
  ElementNode,
  MetroFile,
  MetroNode,
  PlainNode,
  Scope,
  Slip,
} from './nodes.ts';
export { parseMetro } from './parse-file.ts';
export { formatMetro, partsOf, printMetro } from './print.ts';
export { type ElementValue, Program } from './program.ts';
export {
  type FileReader,
  memoryFiles,
  mostFileBytes,
  normalPath,
  pathFrom,
  type ReadAnswer,
  refusal,
  textOfBytes,
} from './reader.ts';
export { editedText, type Reparsed, reparse, type TextEdit } from './reparse.ts';
export type { InputRead, MadeLine, Site, Trouble } from './results.ts';
export { syntaxProblems } from './syntax-troubles.ts';
export { parseTemplate, type Reference, type Segment } from './template.ts';
export { offsetAt, placeAt, placeOf, wordOf } from './trouble-problem.ts';
export { Workspace } from './workspace.ts';
