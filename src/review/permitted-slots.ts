import type { ShellAssignment, ShellText, ShellWord } from '../formats/shell/index.ts';

/**
 * A place of a recipe whose value may change without review (specification 7.12). From `from` to `to` stands the
 * value, quotes and parentheses included; everything outside of such places has to stay as it is, byte for byte.
 */
export type Slot = {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly line: number;
} & (
  | { readonly kind: 'version'; readonly value: string }
  | { readonly kind: 'checksums'; readonly values: readonly string[] }
);

const versionNames = new Set(['pkgver', '_pkgver', 'pkgrel']);
const checksumNames = /^(?:md5|sha1|sha224|sha256|sha384|sha512|b2|ck)sums(?:_[A-Za-z0-9_]+)?$/;
// a leading dash could be taken for an option, a leading dot for a hidden or parent folder
const versionValue = /^[A-Za-z0-9_][A-Za-z0-9_.+-]*$/;
const checksumValue = /^(?:SKIP|[0-9A-Fa-f]+)$/;

/** The value of a word that is bare or in one pair of quotes, without escapes and expansions. */
function plainValue(word: ShellWord): string | undefined {
  return word.quoting === 'mixed' || word.raw.includes('\\') ? undefined : word.literal;
}

/**
 * The places of a recipe that may change without review, in order. Only assignments that are statements of their own
 * at the top level are such places: not those in functions or branches, with a command behind, or with `+=`.
 */
export function permittedSlots(text: ShellText): readonly Slot[] {
  return text.statements.flatMap(({ raw, commands }) => {
    const [command] = commands;
    if (commands.length !== 1 || command?.kind !== 'simple' || command.raw !== raw) return [];
    if (command.words.length > 0 || command.redirects.length > 0) return [];
    return command.assignments.flatMap(slotOf);
  });
}

function slotOf(assignment: ShellAssignment): readonly Slot[] {
  const { name, value, elements } = assignment;
  if (assignment.operator !== '=' || assignment.subscript !== undefined) return [];
  const { line } = assignment.place;
  if (value && versionNames.has(name)) {
    const written = plainValue(value);
    if (written === undefined || !versionValue.test(written)) return [];
    // makepkg takes no '+' in pkgrel, so that nobody means one
    if (name === 'pkgrel' && written.includes('+')) return [];
    return [{ kind: 'version', name, value: written, line, from: value.place.offset, to: value.end }];
  }
  if (!elements || !checksumNames.test(name)) return [];
  const values = elements.map(({ key, word }) => (key === undefined ? plainValue(word) : undefined));
  if (!values.every((one) => one !== undefined && checksumValue.test(one))) return [];
  if (!isBetweenBlanks(assignment)) return [];
  const from = assignment.place.offset + name.length + 1;
  return [{ kind: 'checksums', name, values: values as readonly string[], line, from, to: assignment.end }];
}

/** Whether nothing but blanks and line ends stands between the elements: no comment, no continued line. */
function isBetweenBlanks({ raw, name, place, elements = [] }: ShellAssignment): boolean {
  const open = `${name}=(`;
  if (!raw.startsWith(open) || !raw.endsWith(')')) return false;
  let rest = '';
  let at = open.length;
  for (const { word } of elements) {
    rest += raw.slice(at, word.place.offset - place.offset);
    at = word.end - place.offset;
  }
  return /^[ \t\n]*$/.test(rest + raw.slice(at, -1));
}

/** Why a slot may not go from one value to the other; undefined when it may. */
export function slotObjection(before: Slot, after: Slot): { rule: string; what: string } | undefined {
  if (before.kind !== 'checksums' || after.kind !== 'checksums') return undefined;
  const { name } = after;
  const [old, now] = [before.values, after.values];
  if (old.length !== now.length) {
    return { rule: 'checksum-count', what: `'${name}' has ${now.length} values instead of ${old.length}` };
  }
  const skipped = now.filter((value, index) => value === 'SKIP' && old[index] !== 'SKIP').length;
  if (skipped > 0)
    return { rule: 'checksum-skipped', what: `'${name}' has ${skipped} more 'SKIP' instead of a hash` };
  const isDecimal = name.startsWith('ck');
  const isOther = now.some((value, index) => {
    const was = old[index] as string;
    if (value === was || (was === 'SKIP' && !isDecimal)) return false;
    return isDecimal ? !/^[0-9]{1,10}$/.test(value) : value.length !== was.length;
  });
  return isOther ? { rule: 'checksum-length', what: `'${name}' has a value of another length` } : undefined;
}
