import type { ShellGap, ShellStatement, ShellText } from '../formats/shell/index.ts';
import type { ChangeReason, ChangeSize } from './change-reason.ts';
import { differences } from './differences.ts';
import { permittedSlots, type Slot, slotObjection } from './permitted-slots.ts';
import { quoted } from './shown-text.ts';

export interface RecipeText {
  readonly text: string;
  readonly shell: ShellText;
}

export interface TextVerdict {
  readonly size: ChangeSize;
  readonly reasons: readonly ChangeReason[];
}

const file = 'PKGBUILD';

/**
 * Compares two PKGBUILDs that are readable: outside of permitted places they have to be the same to the byte, and each
 * permitted place has to be there on both sides with a value that may follow the other.
 */
export function compareRecipes(before: RecipeText, after: RecipeText): TextVerdict {
  if (before.text === after.text) return { size: 'none', reasons: [] };
  const [old, now] = [permittedSlots(before.shell), permittedSlots(after.shell)];
  const [oldRest, nowRest] = [outside(before.text, old), outside(after.text, now)];
  const isSameElsewhere =
    old.length === now.length &&
    old.every((slot, index) => slot.name === now[index]?.name && slot.kind === now[index]?.kind) &&
    oldRest.every((piece, index) => piece === nowRest[index]);
  if (!isSameElsewhere) return { size: 'major', reasons: reasonsOf(before, after) };
  const objections: ChangeReason[] = [];
  const changes: ChangeReason[] = [];
  for (const [index, slot] of now.entries()) {
    const was = old[index] as Slot;
    const place = { file, line: slot.line };
    const objection = slotObjection(was, slot);
    if (objection) objections.push({ ...place, ...objection });
    else if (before.text.slice(was.from, was.to) !== after.text.slice(slot.from, slot.to)) {
      changes.push({ ...place, ...describe(was, slot) });
    }
  }
  return objections.length > 0 ? { size: 'major', reasons: objections } : { size: 'minor', reasons: changes };
}

/** The text before, between and behind the slots. */
function outside(text: string, slots: readonly Slot[]): readonly string[] {
  const pieces: string[] = [];
  let at = 0;
  for (const slot of slots) {
    pieces.push(text.slice(at, slot.from));
    at = slot.to;
  }
  return [...pieces, text.slice(at)];
}

function describe(was: Slot, slot: Slot): { rule: string; what: string } {
  if (was.kind === 'version' && slot.kind === 'version') {
    const what =
      was.value === slot.value
        ? `quotes of '${slot.name}' change`
        : `'${slot.name}' goes from '${was.value}' to '${slot.value}'`;
    return { rule: 'version', what };
  }
  return { rule: 'checksum', what: `values of '${slot.name}' change` };
}

type Part = ShellStatement | ShellGap;

/** Statements and gaps that differ, paired by what they are. */
function reasonsOf(before: RecipeText, after: RecipeText): readonly ChangeReason[] {
  const [old, now] = [before.shell.parts, after.shell.parts];
  const { removed, added } = differences(
    old.map(({ raw }) => raw),
    now.map(({ raw }) => raw),
  );
  const gone = removed.map((index) => old[index] as Part);
  const reasons: ChangeReason[] = [];
  for (const part of added.map((index) => now[index] as Part)) {
    const at = gone.findIndex((one) => labelOf(one) === labelOf(part));
    const [was] = at < 0 ? [] : gone.splice(at, 1);
    const found = was && isMinorPair(was, part) ? undefined : describePart(was, part);
    if (found) reasons.push({ file, line: part.place.line, ...found });
  }
  for (const part of gone) {
    if (isBlank(part) && reasons.length > 0) continue;
    reasons.push({ file, line: part.place.line, rule: 'removed', what: `${labelOf(part)} is gone` });
  }
  const telling = reasons.filter(({ rule }) => rule !== 'blanks');
  return telling.length > 0 ? telling : reasons.slice(0, 1).concat(reasons.length > 0 ? [] : fallback(after));
}

/** Only the order differs, or permitted places do while something else is in the way. */
function fallback(after: RecipeText): ChangeReason {
  return {
    file,
    line: after.shell.statements[0]?.place.line ?? 1,
    rule: 'changed',
    what: 'statements differ',
  };
}

const isBlank = (part: Part): boolean => part.kind === 'blank';

function describePart(was: Part | undefined, part: Part): { rule: string; what: string } {
  if (isBlank(part)) return { rule: 'blanks', what: 'blanks or line ends between statements differ' };
  const label = labelOf(part);
  if (!was) return { rule: 'added', what: `${label} is new: ${quoted(part.raw)}` };
  const kind = part.kind === 'comment' ? 'comment' : 'changed';
  return { rule: kind, what: `${label} changes: ${quoted(part.raw)}` };
}

/** What a reader would call a part, without its value. */
function labelOf(part: Part): string {
  switch (part.kind) {
    case 'blank':
      return 'a gap';
    case 'comment':
      return 'a comment';
    case 'here-document':
      return 'a here-document';
    case 'unread':
      return 'what cannot be read';
    case 'statement': {
      const [command] = part.commands;
      if (command?.kind === 'function') return `function ${quoted(command.name)}`;
      if (command?.kind === 'compound') return `a '${command.keyword}' statement`;
      const [assignment] = command?.assignments ?? [];
      if (assignment && command?.words.length === 0) return `'${assignment.name}'`;
      const [word] = command?.words ?? [];
      return `command ${quoted(word?.raw ?? '')}`;
    }
  }
}

/** Whether two statements differ in permitted places alone, in a permitted way. */
function isMinorPair(was: Part, part: Part): boolean {
  if (was.kind !== 'statement' || part.kind !== 'statement') return false;
  const alone = (one: ShellStatement): readonly Slot[] =>
    permittedSlots({ statements: [one], parts: [one], problems: [] });
  const [old, now] = [alone(was), alone(part)];
  const [start, begin] = [was.place.offset, part.place.offset];
  const rest = (one: ShellStatement, slots: readonly Slot[], from: number): string =>
    outside(
      one.raw,
      slots.map((slot) => ({ ...slot, from: slot.from - from, to: slot.to - from })),
    ).join('\0');
  return (
    old.length > 0 &&
    old.length === now.length &&
    rest(was, old, start) === rest(part, now, begin) &&
    old.every((slot, index) => !slotObjection(slot, now[index] as Slot))
  );
}
