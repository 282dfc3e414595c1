import type {
  HereDocument,
  ShellAssignment,
  ShellCommand,
  ShellExpansion,
  ShellRedirect,
  ShellScript,
  ShellStatement,
  ShellWord,
} from './nodes.ts';

export type ShellNode =
  | { readonly kind: 'word'; readonly node: ShellWord }
  | { readonly kind: 'assignment'; readonly node: ShellAssignment }
  | { readonly kind: 'redirect'; readonly node: ShellRedirect }
  | { readonly kind: 'expansion'; readonly node: ShellExpansion }
  | { readonly kind: 'here-document'; readonly node: HereDocument }
  | { readonly kind: 'statement'; readonly node: ShellStatement }
  | { readonly kind: 'command'; readonly node: ShellCommand };

/** `inFunction` is the innermost function that the node stands in. */
export type ShellVisitor = (node: ShellNode, inFunction: string | undefined) => void;

/** Calls back for every node of a script in the order of the text, substitutions and bodies included. */
export function walkShell(script: ShellScript, visit: ShellVisitor): void {
  walkScript(script, { visit, inFunction: undefined });
}

interface Walk {
  readonly visit: ShellVisitor;
  readonly inFunction: string | undefined;
}

function walkScript(script: ShellScript, walk: Walk): void {
  for (const statement of script.statements) {
    walk.visit({ kind: 'statement', node: statement }, walk.inFunction);
    for (const command of statement.commands) walkCommand(command, walk);
  }
}

function walkCommand(command: ShellCommand, walk: Walk): void {
  walk.visit({ kind: 'command', node: command }, walk.inFunction);
  switch (command.kind) {
    case 'function':
      walkCommand(command.body, { ...walk, inFunction: command.name });
      return;
    case 'compound':
      for (const word of command.words) walkWord(word, walk);
      walkExpansions(command.expansions, walk);
      for (const body of command.bodies) walkScript(body, walk);
      break;
    case 'simple':
      for (const assignment of command.assignments) walkAssignment(assignment, walk);
      for (const word of command.words) {
        if ('kind' in word) walkAssignment(word, walk);
        else walkWord(word, walk);
      }
  }
  for (const redirect of command.redirects) {
    walk.visit({ kind: 'redirect', node: redirect }, walk.inFunction);
    walkWord(redirect.target, walk);
    if (!redirect.hereDocument) continue;
    walk.visit({ kind: 'here-document', node: redirect.hereDocument }, walk.inFunction);
    walkExpansions(redirect.hereDocument.expansions, walk);
  }
}

function walkAssignment(assignment: ShellAssignment, walk: Walk): void {
  walk.visit({ kind: 'assignment', node: assignment }, walk.inFunction);
  walkExpansions(assignment.expansions, walk);
  if (assignment.value) walkWord(assignment.value, walk);
  for (const { word } of assignment.elements ?? []) walkWord(word, walk);
}

function walkWord(word: ShellWord, walk: Walk): void {
  walk.visit({ kind: 'word', node: word }, walk.inFunction);
  walkExpansions(word.expansions, walk);
}

function walkExpansions(expansions: readonly ShellExpansion[], walk: Walk): void {
  for (const expansion of expansions) {
    walk.visit({ kind: 'expansion', node: expansion }, walk.inFunction);
    for (const script of expansion.scripts) walkScript(script, walk);
  }
}
