import type { ShellPlace, ShellScript, SimpleCommand } from './nodes.ts';
import { walkShell } from './walk-shell.ts';

/** A command that a script calls, or may call: branches that are never taken count as well. */
export interface CalledCommand {
  /** Undefined when it is the result of an expansion. */
  readonly name: string | undefined;
  /** Arguments without quotes, expansions as they are written. */
  readonly args: readonly string[];
  /** The innermost function it stands in; undefined: outside of all. */
  readonly inFunction: string | undefined;
  readonly place: ShellPlace;
  readonly command: SimpleCommand;
}

/** All simple commands of a script in the order of the text: in functions, pipes, branches and substitutions too. */
export function calledCommands(script: ShellScript): readonly CalledCommand[] {
  const called: CalledCommand[] = [];
  walkShell(script, ({ kind, node }, inFunction) => {
    if (kind !== 'command' || node.kind !== 'simple' || node.words.length === 0) return;
    const [first, ...rest] = node.words;
    called.push({
      name: first && 'literal' in first ? first.literal : undefined,
      args: rest.map((word) => ('text' in word ? word.text : word.raw)),
      inFunction,
      place: node.place,
      command: node,
    });
  });
  return called;
}

/** The addresses (`scheme://...`) in the words of a script, expansions as they are written. */
export function addressesIn(
  script: ShellScript,
): readonly { readonly address: string; readonly place: ShellPlace }[] {
  const found: { address: string; place: ShellPlace }[] = [];
  walkShell(script, ({ kind, node }) => {
    if (kind !== 'word') return;
    for (const [address] of node.text.matchAll(/[A-Za-z][A-Za-z0-9+.-]*:\/\/[^\s"'<>]+/g)) {
      found.push({ address, place: node.place });
    }
  });
  return found;
}
