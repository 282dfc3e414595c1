import { type Code, fault, type Place, type ProblemError } from '../../diagnostics/index.ts';

/**
 * What went wrong in a template, before it is known where. Stays within this folder: `compileTemplate` and `render` make a
 * problem of it, with the place of what was being read or computed.
 */
export class TemplateTrouble extends Error {
  readonly code: Code;
  readonly place: Place | undefined;
  readonly why: string | undefined;
  constructor(
    code: Code,
    what: string,
    details: { place?: Place | undefined; why?: string | undefined } = {},
  ) {
    super(what);
    this.name = 'TemplateTrouble';
    this.code = code;
    this.place = details.place;
    this.why = details.why;
  }
}

/** A value is asked for what its type cannot do (Python's TypeError, ValueError and their kin). */
export function wrongUse(what: string): never {
  throw new TemplateTrouble('TPL004', what);
}

/** Something undefined is used as if it were defined. */
export function undefinedUse(what: string): never {
  throw new TemplateTrouble('TPL002', what);
}

/** A limit is passed that keeps one template from taking the machine. */
export function tooMuch(what: string): never {
  throw new TemplateTrouble('TPL005', what);
}

/** The problem of something that was caught; `place` where the template was at that moment. */
export function asFault(error: unknown, place: Place): ProblemError | unknown {
  if (error instanceof TemplateTrouble) {
    return fault(error.code, {
      what: error.message,
      place: error.place ?? place,
      why: error.why,
      cause: error,
    });
  }
  // The engine's own bounds: its stack, and the length of its texts and lists.
  if (error instanceof RangeError) {
    const isStack = /call stack/.test(error.message);
    const what = isStack
      ? 'templates, macros or values are nested too deeply'
      : 'a text or a list is too long';
    return fault('TPL005', { what, place, cause: error });
  }
  return error;
}
