// The door of commands that read files of the Metro language.
export {
  type ComparedValue,
  comparePrograms,
  type ElementDifference,
  type ElementValue,
  explain,
  lintProgram,
  type Program,
  plainValue,
  renderExplanation,
} from '../../formats/metro/index.ts';

export { diskFiles } from './disk-files.ts';
export { type GraphSubject, graphData, graphDot, graphLines } from './draw-graph.ts';
export { type FormattedFile, formatFiles } from './format-files.ts';
export { openProgram, type ProgramRequest, readValues, shownVariables } from './open-program.ts';
