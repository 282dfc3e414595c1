/** A line with something on it, without its comment. */
export interface TextLine {
  readonly text: string;
  /** From 1. */
  readonly line: number;
}

/** Lines of a profile's file (PMS 5.2.4): without blanks around, empty ones and comments. */
export function profileLines(text: string): readonly TextLine[] {
  return text.split('\n').flatMap((raw, index) => {
    // a line end of Windows is a part of the comment, too
    const line = raw.replace(/(^|\s)#.*$/s, '').trim();
    return line === '' ? [] : [{ text: line, line: index + 1 }];
  });
}
