export type ChangeSize = 'none' | 'minor' | 'major';

/** Why a change is what it is. `rule` is a word for machines, `what` a line for people. */
export interface ChangeReason {
  readonly file: string;
  /** Of the new text, or of the old one for what is gone. */
  readonly line?: number;
  readonly what: string;
  readonly rule: string;
}

/** A name or text of a stranger for a line: in quotes, on one line, and not long. */
export function quoted(text: string, most = 120): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    character === '\n' ? '⏎' : character === '\t' ? ' ' : `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
  const characters = [...line];
  return characters.length > most ? `'${characters.slice(0, most).join('')}…'` : `'${line}'`;
}
