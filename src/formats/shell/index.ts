export { ansiText } from './ansi-escapes.ts';
export { addressesIn, type CalledCommand, calledCommands } from './called-commands.ts';
export type {
  CompoundCommand,
  FunctionDefinition,
  HereDocument,
  Quoting,
  ShellAssignment,
  ShellCommand,
  ShellElement,
  ShellExpansion,
  ShellGap,
  ShellPlace,
  ShellRedirect,
  ShellScript,
  ShellSpan,
  ShellStatement,
  ShellWord,
  SimpleCommand,
} from './nodes.ts';
export { parseShell, type ShellText } from './parse-shell.ts';
export { type ShellNode, type ShellVisitor, walkShell } from './walk-shell.ts';
