import type {
  CompoundCommand,
  FunctionDefinition,
  ShellCommand,
  ShellScript,
  ShellStatement,
} from './nodes.ts';
import { readCompound } from './read-compound.ts';
import { readSimple } from './read-simple.ts';
import { readWord } from './read-word.ts';
import type { ListEnd, ShellReader } from './reader.ts';
import { isReserved, newlines, peekWord } from './separators.ts';

/** Reads statements up to the end that is asked for, which is not skipped, or to the end of the text. */
export function readScript(reader: ShellReader, end: ListEnd): ShellScript {
  const statements: ShellStatement[] = [];
  readStatements(reader, end, statements);
  return { statements };
}

/** The same into a list of the caller's, which has them also when it fails. */
export function readStatements(reader: ShellReader, end: ListEnd, statements: ShellStatement[]): void {
  for (newlines(reader); !isAtEnd(reader, end); newlines(reader)) {
    const statement = readStatement(reader);
    if (statement.raw === '') reader.failHere();
    const index = statements.push(statement) - 1;
    reader.blanks();
    const here = reader.char(reader.at);
    if (here === '\n' || here === '#') {
      // Bash runs what stands in a line once it has read all of it
      if (reader.depth === 0) noteGlobs(reader, statement);
      continue;
    }
    if (isAtEnd(reader, end)) return;
    const next = reader.char(reader.skip(reader.at + 1));
    if (here === ';' && next !== ';' && next !== '&') reader.at += 1;
    else if (here === '&' && next !== '&') {
      reader.at += 1;
      statements[index] = { ...statement, isBackground: true };
    } else reader.failHere();
  }
}

function isAtEnd(reader: ShellReader, end: ListEnd): boolean {
  const here = reader.char(reader.at);
  if (here === '') return true;
  if (end.parenthesis && here === ')') return true;
  if (end.clause && here === ';' && ';&'.includes(reader.char(reader.at + 1) || ' ')) return true;
  return end.words.length > 0 && end.words.includes(peekWord(reader) ?? '');
}

/** `shopt -s extglob` at the top changes how everything behind it is read. */
function noteGlobs(reader: ShellReader, { commands }: ShellStatement): void {
  const [command] = commands;
  if (commands.length !== 1 || command?.kind !== 'simple') return;
  const words = command.words.map((word) => ('literal' in word ? word.literal : undefined));
  if (words[0] !== 'shopt' || !words.includes('extglob')) return;
  if (words[1] === '-s') reader.extendedGlobs = true;
  if (words[1] === '-u') reader.extendedGlobs = false;
}

function readStatement(reader: ShellReader): ShellStatement {
  const from = reader.at;
  const commands: ShellCommand[] = [];
  const operators: string[] = [];
  let to = from;
  for (let last = ''; ; ) {
    const isMarked = readMarks(reader, last.startsWith('|') && last !== '||');
    if (isMarked) to = reader.at;
    reader.blanks();
    const command = readCommand(reader);
    if (command) {
      commands.push(command);
      to = command.end;
    } else if (!isMarked || last !== '') reader.failHere();
    reader.blanks();
    // a mark without a command takes only the end of the line or a semicolon behind it
    if (!command && !/^(?:[\n#]|;(?![;&])|$)/.test(reader.char(reader.at) + reader.char(reader.at + 1))) {
      reader.failHere();
    }
    const operator = readJoin(reader);
    if (!operator) break;
    if (!command) reader.failHere();
    operators.push(operator);
    last = operator;
    newlines(reader);
  }
  reader.at = to;
  return { ...reader.span(from, to), kind: 'statement', commands, operators, isBackground: false };
}

/** Skips `!` and `time`; a pipe takes no `!` behind it. */
function readMarks(reader: ShellReader, isPiped: boolean): boolean {
  let isMarked = false;
  for (;;) {
    const word = peekWord(reader);
    if (word !== 'time' && (word !== '!' || isPiped)) return isMarked;
    isMarked = true;
    reader.at += word.length;
    const end = reader.at;
    reader.blanks();
    const option = word === 'time' ? reader.match(/-p(?=[ \t\n;&|]|$)|--(?=[ \t\n;&|]|$)/y) : undefined;
    if (option) reader.at += option.length;
    else if (!peekWord(reader)) {
      reader.at = end;
      return isMarked;
    }
  }
}

function readJoin(reader: ShellReader): string | undefined {
  const here = reader.char(reader.at);
  if (here !== '|' && here !== '&') return undefined;
  const second = reader.skip(reader.at + 1);
  const next = reader.char(second);
  if (here === '&' && next !== '&') return undefined;
  const isDouble = next === here || (here === '|' && next === '&');
  reader.at = isDouble ? second + 1 : reader.at + 1;
  return isDouble ? here + next : here;
}

/** Reads one command; undefined when none begins here. */
function readCommand(reader: ShellReader): ShellCommand | undefined {
  const word = peekWord(reader);
  if (word === 'function') return readFunction(reader);
  if (word === 'coproc') return readCoprocess(reader);
  const compound = readCompound(reader);
  if (compound) return compound;
  if (word) return undefined;
  const from = reader.at;
  const simple = readSimple(reader);
  if (!simple) return undefined;
  reader.blanks();
  if (reader.char(reader.at) !== '(') return simple;
  const [name] = simple.words;
  const isName = simple.words.length === 1 && simple.assignments.length + simple.redirects.length === 0;
  if (!isName || !name) reader.failHere();
  return readFunctionBody(reader, from, { name: name.raw, hasKeyword: false });
}

function readFunction(reader: ShellReader): FunctionDefinition {
  const from = reader.at;
  reader.at += 'function'.length;
  reader.blanks();
  const name = readWord(reader, 'word');
  if (!name) reader.failHere();
  reader.blanks();
  return readFunctionBody(reader, from, { name: name.raw, hasKeyword: true });
}

/** From the parentheses on, which may be missing behind `function NAME`. */
function readFunctionBody(
  reader: ShellReader,
  from: number,
  { name, hasKeyword }: { readonly name: string; readonly hasKeyword: boolean },
): FunctionDefinition {
  const open = reader.at;
  if (reader.char(open) === '(') {
    reader.at += 1;
    reader.blanks();
    // `function f (list)` is a function whose body is the list
    if (reader.char(reader.at) === ')') reader.at += 1;
    else if (hasKeyword) reader.at = open;
    else reader.failHere();
  }
  newlines(reader);
  const body = readCompound(reader);
  if (!body) reader.failHere();
  return { ...reader.span(from), kind: 'function', name, body };
}

/**
 * The first word behind `coproc` may be its name, so Bash takes the second one for the beginning of a command, too: it
 * knows words of its own there, and subscripts.
 */
function refuseReserved(reader: ShellReader, command: ShellCommand): void {
  if (command.kind !== 'simple' || command.assignments.length > 0) return;
  const [, second] = command.words;
  if (!second || second.raw === 'time') return;
  if (isReserved(second.raw) || /^[A-Za-z_][A-Za-z0-9_]*\[(?![A-Za-z0-9_@*]*\])/.test(second.raw))
    reader.fail(`${second.raw} is not expected`, second.place.offset);
}

function readCoprocess(reader: ShellReader): CompoundCommand {
  const from = reader.at;
  reader.at += 'coproc'.length;
  reader.blanks();
  const start = reader.at;
  const named = reader.match(
    /[A-Za-z_][A-Za-z0-9_]*[ \t]+(?=[({]|\[\[|(?:if|while|until|for|case|select)[ \t])/y,
  );
  const beginsReserved = peekWord(reader) !== undefined;
  if (named && !beginsReserved) reader.at += named.length;
  const command = readCompound(reader) ?? (beginsReserved ? undefined : readSimple(reader));
  if (!command) reader.failHere();
  refuseReserved(reader, command);
  const alone = { kind: 'statement' as const, commands: [command], operators: [], isBackground: true };
  const bodies = [{ statements: [{ ...reader.span(start), ...alone }] }];
  const nothing = { words: [], expansions: [], redirects: [] };
  return { ...reader.span(from), kind: 'compound', keyword: 'coproc', bodies, ...nothing };
}
