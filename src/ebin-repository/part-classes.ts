import type { PartClass } from '../ebin-index/index.ts';
import type { GenerateOptions } from './contract.ts';

/** How each class is offered: those that are built in, then those of rules (specification 5.2, 5.3, 9.1). */
export function partClasses({ extra = 'flag', partFlags = {}, rules = [] }: GenerateOptions): PartClass[] {
  const builtIn = ['splitdebug', 'installsources'].map(
    (name): PartClass => ({
      name,
      mode: extra,
      flag: partFlags[name] ?? name,
    }),
  );
  const own = new Map<string, PartClass>();
  for (const { class: name, mode, flag, inverted } of rules) {
    if (mode === 'drop' || own.has(name)) continue;
    own.set(name, { name, mode, flag: flag ?? partFlags[name] ?? name, inverted });
  }
  return [...builtIn, ...own.values()];
}

/** What decides how an image is split, as one text. */
export function splitRules({ rules = [], mtime, compress = 'xz', open }: GenerateOptions): string {
  const shape = rules.map(({ class: name, globs, mode }) => [name, globs, mode === 'drop']);
  return JSON.stringify([shape, mtime ?? '', compress, open?.allowQuickpkg === true]);
}
