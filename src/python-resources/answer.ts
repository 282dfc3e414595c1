import { isFault } from '../diagnostics/index.ts';
import type { ArgSpec, ArgSpecArg, SymbolKind } from '../formats/pyresources/index.ts';
import { distributionText } from '../formats/pyresources/index.ts';
import type { PySymbol, SymbolManager } from './symbol.ts';

/** Everything that is known of one symbol, as people and pages want it. */
export interface SymbolAnswer {
  readonly path: string;
  readonly distribution: string;
  readonly canonical: { readonly path: string; readonly distribution: string };
  readonly kind: SymbolKind;
  /** Dotted path of its class; null where it is not known. */
  readonly type: string | null;
  readonly bases: readonly string[];
  /** Such as `(obj, *, indent=None, **kw)`; null for what cannot be called or is not known. */
  readonly signature: string | null;
  /** Where the signature was found; null without one. */
  readonly signatureFrom: string | null;
  readonly returnTypes: readonly string[];
  /** Empty: none. */
  readonly documentation: string;
  readonly members: readonly string[];
  /** Of a top-level: the distributions that make it importable. Of others: those in which the path leads somewhere. */
  readonly providedBy: readonly string[];
}

/** What a path leads to, in the first distribution that has it. Throws MPY330, MPY331, MPY335 and MPY336. */
export async function answerPath(manager: SymbolManager, path: string): Promise<SymbolAnswer> {
  const symbol = await manager.pathSymbol(path);
  const [kind, type, bases, argSpec] = await Promise.all([
    manager.kind(symbol),
    manager.type(symbol),
    manager.bases(symbol),
    manager.argSpec(symbol),
  ]);
  const [documentation, members, returnTypes] = await Promise.all([
    manager.documentation(symbol),
    manager.children(symbol),
    manager.returnTypes(symbol),
  ]);
  const providers = path.includes('.')
    ? (await othersWith(manager, symbol)).map((one) => one.distribution)
    : await manager.distributionsFor(path);
  return {
    path,
    distribution: distributionText(symbol.distribution),
    canonical: {
      path: symbol.canonical.path,
      distribution: distributionText(symbol.canonical.distribution),
    },
    kind,
    type: type?.canonical.path ?? null,
    bases: bases.map((base) => base.canonical.path),
    signature: argSpec === null ? null : signatureText(argSpec),
    signatureFrom: argSpec === null ? null : argSpec.origin,
    returnTypes: [...new Set(returnTypes.map((one) => one.canonical.path))],
    documentation: documentation?.text ?? '',
    members,
    providedBy: providers.map(distributionText),
  };
}

async function othersWith(manager: SymbolManager, symbol: PySymbol): Promise<readonly PySymbol[]> {
  try {
    return await manager.pathSymbols(symbol.path);
  } catch (error) {
    if (isFault(error)) return [symbol];
    throw error;
  }
}

/** A signature as Python writes it. */
export function signatureText({ args, vararg, kwarg, returns }: ArgSpec): string {
  const words: string[] = [];
  for (const [index, argument] of args.entries()) {
    const before = args[index - 1];
    if (before?.positionalOnly === true && !argument.positionalOnly) words.push('/');
    if (argument.keywordOnly && before?.keywordOnly !== true) words.push(vararg === '' ? '*' : `*${vararg}`);
    words.push(argumentText(argument));
  }
  if (args.at(-1)?.positionalOnly === true) words.push('/');
  if (vararg !== '' && !args.some(({ keywordOnly }) => keywordOnly)) words.push(`*${vararg}`);
  if (kwarg !== '') words.push(`**${kwarg}`);
  return `(${words.join(', ')})${returns === '' ? '' : ` -> ${returns}`}`;
}

function argumentText({ name, annotation, defaultValue, defaultType }: ArgSpecArg): string {
  const isText = defaultType === 'builtins.str' && defaultValue !== '""';
  const text = isText && !/^(['"]).*\1$/.test(defaultValue) ? `'${defaultValue}'` : defaultValue;
  if (annotation !== '') return `${name}: ${annotation}${defaultValue === '' ? '' : ` = ${text}`}`;
  return defaultValue === '' ? name : `${name}=${text}`;
}
