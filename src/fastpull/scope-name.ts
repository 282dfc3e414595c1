import { fault } from '../diagnostics/index.ts';

/** A scope is the name of a folder. Throws FPL016. */
export function checkScope(scope: string): string {
  if (/^[A-Za-z0-9_][A-Za-z0-9._:+-]{0,120}$/.test(scope)) return scope;
  throw fault('FPL016', {
    what: `'${scope}' is no name of a scope`,
    next: 'Use letters, digits, dots, colons, underscores, plus and minus.',
  });
}
