import {
  calledCommands,
  type ShellCommand,
  type ShellExpansion,
  type ShellNode,
  type ShellScript,
  type ShellStatement,
  walkShell,
} from '../formats/shell/index.ts';
import { isDecoder, isDownload, isInterpreter, plainCall } from './call-names.ts';
import type { Finding } from './change-report.ts';
import { type Moment, momentOf, type RecipeScript, recipeScripts } from './executed-actions.ts';
import { missingFrom, type RecipeView } from './recipe-view.ts';
import { shownText } from './shown-text.ts';
import { isOutsidePath, odditiesOf } from './suspicious-calls.ts';

/** Odd constructs that the new side has and the old one had not. */
export function newSuspicions(before: RecipeView, after: RecipeView): readonly Finding[] {
  const all = (view: RecipeView): readonly Finding[] =>
    recipeScripts(view).flatMap((script) => [...inScript(script), ...inText(script)]);
  return missingFrom(all(after), all(before), ({ what, shown }) => `${what}\0${shown}`);
}

type Report = (weight: Finding['weight'], what: string, raw: string, line: number) => void;

function inScript({ file, kind, script, unreadable }: RecipeScript): readonly Finding[] {
  const findings: Finding[] = [];
  const report: Report = (weight, what, raw, line) => {
    findings.push({ topic: 'suspicious', weight, what, shown: shownText(raw), file, line });
  };
  if (unreadable) report('alarm', 'cannot be read any further', unreadable.what, unreadable.line ?? 1);
  walkShell(script, (found, inFunction) => inspect(found, momentOf(kind, inFunction), report));
  return findings;
}

function inspect(found: ShellNode, moment: Moment, report: Report): void {
  switch (found.kind) {
    case 'statement':
      inspectPipes(found.node, report);
      return;
    case 'command':
      inspectCommand(found.node, moment, report);
      return;
    case 'redirect': {
      const { operator, target, raw, place } = found.node;
      if (!operator.includes('>') || moment === 'install') return;
      if (/\/dev\/(?:tcp|udp)\//.test(target.text)) return;
      if (isOutsidePath(target.text)) report('alarm', 'writes outside of the package', raw, place.line);
      return;
    }
    case 'expansion':
      if (found.node.isOpaque) {
        report('alarm', 'hides a command that cannot be read', found.node.raw, found.node.place.line);
      }
      return;
    case 'assignment':
      if (moment === 'read' && obeyed.test(found.node.name)) {
        const what = 'sets a variable that makepkg or all programs obey';
        report('alarm', what, found.node.raw, found.node.place.line);
      }
      return;
  }
}

const obeyed =
  /^(?:DLAGENTS|VCSCLIENTS|PATH|LD_\w+|BASH_ENV|ENV|PROMPT_COMMAND|IFS|GNUPGHOME|HOME|PACMAN\w*|MAKEPKG\w*|SRCDEST|PKGDEST|BUILDDIR|BUILDENV|INTEGRITY_CHECK|GIT_\w+|PS4|SHELLOPTS|BASHOPTS|startdir|srcdir|pkgdir)$/;

function inspectCommand(command: ShellCommand, moment: Moment, report: Report): void {
  if (command.kind === 'function') {
    if (shadowed.test(command.name) || /[^\x21-\x7e]/.test(command.name)) {
      report('alarm', 'puts a function in the place of a program', command.name, command.place.line);
    }
    return;
  }
  if (command.kind !== 'simple') return;
  const [first] = command.words;
  if (!first) {
    networkRedirects(command, report);
    return;
  }
  const { line } = command.place;
  const args = command.words.slice(1).map((word) => ('text' in word ? word.text : word.raw));
  const name = 'literal' in first ? first.literal : undefined;
  const call = plainCall({ name, args });
  for (const { weight, what } of odditiesOf(call, { first: name, whole: command.raw, moment })) {
    report(weight, what, command.raw, line);
  }
  if (name === undefined && 'text' in first && /^[$`][^/]*$/.test(first.text)) {
    report('notice', 'runs whatever an expansion names', command.raw, line);
  }
  if (name !== undefined && /[^\x20-\x7e]/.test(name)) {
    report('alarm', 'runs a command whose name has foreign letters', command.raw, line);
  }
  if (isInterpreter(call) && fetchesWithin(command)) {
    report('alarm', 'runs what it has downloaded or decoded', command.raw, line);
  }
}

function networkRedirects(command: ShellCommand & { kind: 'simple' }, report: Report): void {
  if (!command.redirects.some(({ target }) => /\/dev\/(?:tcp|udp)\//.test(target.text))) return;
  report('alarm', 'opens a network connection of the shell', command.raw, command.place.line);
}

const shadowed =
  /^(?:install|cp|mv|rm|ln|cat|curl|wget|git|bsdtar|tar|gpg|gpg2|sha\d+sum|md5sum|b2sum|cksum|sudo|su|make|cd|source|fakeroot|pacman|strip|file|sed|grep|awk|find|msg2?|warning|error|verify_\w+|check_\w+|source_safe|extract_\w+|download_\w+)$/;

/** Whether a command gets the output of a download or a decoder as text. */
function fetchesWithin(command: ShellCommand & { kind: 'simple' }): boolean {
  const expansions: ShellExpansion[] = command.words.flatMap((word) => [
    ...word.expansions,
    ...('kind' in word ? (word.value?.expansions ?? []) : []),
  ]);
  for (const { target } of command.redirects) expansions.push(...target.expansions);
  return expansions.some(({ scripts }) => scripts.some(fetches));
}

const fetches = (script: ShellScript): boolean =>
  calledCommands(script).some((called) => {
    const call = plainCall(called);
    return isDownload(call) || isDecoder(call);
  });

/** A download or a decoder whose output runs into an interpreter. */
function inspectPipes({ commands, operators, raw, place }: ShellStatement, report: Report): void {
  let carries = false;
  for (const [index, command] of commands.entries()) {
    const operator = operators[index - 1];
    if (operator !== '|' && operator !== '|&') carries = false;
    const script = { statements: [alone(command)] };
    if (carries && calledCommands(script).some((called) => isInterpreter(plainCall(called)))) {
      report('alarm', 'pipes what it has downloaded or decoded into an interpreter', raw, place.line);
      return;
    }
    carries ||= fetches(script);
  }
}

function alone(command: ShellCommand): ShellStatement {
  const { place, end, raw } = command;
  return { place, end, raw, kind: 'statement', commands: [command], operators: [], isBackground: false };
}

/** What the letters themselves hide. */
function inText({ file, text }: RecipeScript): readonly Finding[] {
  return text.split('\n').flatMap((line, index) => {
    const found = (what: string): Finding => ({
      topic: 'suspicious',
      weight: 'alarm',
      what,
      shown: shownText(line),
      file,
      line: index + 1,
    });
    const findings: Finding[] = [];
    if (/[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069]|(?!^)\ufeff/u.test(line)) {
      findings.push(found('has characters that are not seen or turn the order of the others'));
    }
    if (/\S[ \t]{60,}\S/.test(line)) findings.push(found('pushes text out of view with blanks'));
    if (/[\r\v\f\x1b\x08]/.test(line.replace(/\r$/, ''))) findings.push(found('has control characters'));
    if (line.length > 1000) findings.push(found('has a line of more than 1,000 characters'));
    return findings;
  });
}
