export type { CatalogueEntry, CatalogueTable } from './catalogue/entry.ts';
export type { Code } from './catalogue/index.ts';
export { catalogue } from './catalogue/index.ts';
export type { Blame, Occurrence, Place, Problem, Severity } from './problem.ts';
export { ProblemError } from './problem.ts';
export { fault, isFault, messageOf, problem } from './raise.ts';
export { renderCataloguePage } from './render-page.ts';
export { renderTerminal, type TerminalLook } from './render-terminal.ts';
export { printable, renderLine, renderText } from './render-text.ts';
