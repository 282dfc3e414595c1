import { fault, isFault, type Problem } from '../diagnostics/index.ts';

/** What a caught error says. Errors that are no problems are thrown again, and so is FET015: the run itself is called off. */
export function troubleOf(error: unknown): Problem {
  if (!isFault(error) || error.problem.code === 'FET015') throw error;
  return error.problem;
}

/** The problem of one package: what went wrong, with the package's name in front. Throws as `troubleOf` does. */
export function packageTrouble(pkgbase: string, error: unknown): Problem {
  const trouble = troubleOf(error);
  return { ...trouble, what: `'${pkgbase}' cannot be checked: ${trouble.what}` };
}

/** A problem as the cause of another one, in one line. */
export function asCause({ code, what, why }: Problem): string {
  return `${code} ${what}. ${why ?? ''}`.trim();
}

/** FET010 for a value whose shape is not what the service documents. */
export function wrongShape(address: string, expected: string): Error {
  const { origin, pathname } = new URL(address);
  return fault('FET010', { what: `'${origin}${pathname}' does not answer with ${expected}` });
}

/** The value as an object; undefined when it is none. */
export function asObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}

export function asText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
