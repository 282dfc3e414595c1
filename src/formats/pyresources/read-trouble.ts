import { type Code, fault, isFault } from '../../diagnostics/index.ts';

/** A fault of reading that learns the path to its place while it leaves the containers around it. */
export class ReadTrouble extends Error {
  readonly code: Code;
  readonly detail: string;
  path = '';
  constructor(code: Code, detail: string) {
    super(detail);
    this.code = code;
    this.detail = detail;
  }
}

/** The error with `step` (such as `[2]` or `.bases`) in front of its path; other errors as they are. */
export function within(error: unknown, step: string): unknown {
  if (error instanceof ReadTrouble) error.path = step + error.path;
  return error;
}

/** The fault that a caught error of a reader is, its path beginning with `root`. */
export function readFault(error: unknown, root: string): unknown {
  if (!(error instanceof ReadTrouble)) return error;
  return fault(error.code, { what: `${error.detail} at '${root}${error.path}'` });
}

/** Whether an error says that bytes are missing at the end. */
export function isTruncation(error: unknown): boolean {
  return error instanceof ReadTrouble ? error.code === 'MPY300' : isFault(error, 'MPY300');
}

/** An error of reading for codecs: MPY301 another type, MPY302 another number of fields, and so on. */
export function trouble(code: Code, detail: string): Error {
  return new ReadTrouble(code, detail);
}
