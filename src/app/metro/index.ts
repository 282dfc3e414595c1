// The door of commands that read files of the Metro language.
export { graphData, graphDot, graphLines, type GraphSubject } from './draw-graph.ts';
export { type FormattedFile, formatFiles } from './format-files.ts';
export { openProgram, type ProgramRequest, readValues } from './open-program.ts';
