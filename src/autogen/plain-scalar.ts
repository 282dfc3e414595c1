// Scalars as PyYAML reads them, because the trees that exist were written for it (specification 1.6).

const nullWords = /^(?:~|null|Null|NULL|)$/;
const trueWords = /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/;
const falseWords = /^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/;
const binary = /^([-+]?)0b([01_]+)$/;
const octal = /^([-+]?)0([0-7_]+)$/;
const decimal = /^[-+]?(?:0|[1-9][0-9_]*)$/;
const hexadecimal = /^([-+]?)0x([0-9a-fA-F_]+)$/;
const sexagesimal = /^([-+]?)([1-9][0-9_]*(?::[0-5]?[0-9])+)$/;
const pointed = /^[-+]?(?:[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?)$/;
const infinite = /^([-+]?)\.(?:inf|Inf|INF)$/;
const notANumber = /^\.(?:nan|NaN|NAN)$/;

/** What a plain scalar of YAML 1.1 is; `float` says that a number was written with a point. */
export type PlainScalar =
  | { readonly kind: 'null' }
  | { readonly kind: 'text' }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'integer'; readonly value: number | bigint }
  | { readonly kind: 'float'; readonly value: number };

/**
 * The value of a plain (unquoted) scalar by the rules that PyYAML has for YAML 1.1: `yes` is true, `010` is eight,
 * `1:30` is ninety, `1e3` is a text. Dates are texts here, too: they print as they were written.
 */
export function readPlainScalar(text: string): PlainScalar {
  if (nullWords.test(text)) return { kind: 'null' };
  if (trueWords.test(text)) return { kind: 'boolean', value: true };
  if (falseWords.test(text)) return { kind: 'boolean', value: false };
  const integer = readInteger(text);
  if (integer !== undefined) {
    const isSafe = integer >= Number.MIN_SAFE_INTEGER && integer <= Number.MAX_SAFE_INTEGER;
    return { kind: 'integer', value: isSafe ? Number(integer) : integer };
  }
  if (pointed.test(text)) return { kind: 'float', value: Number(text.replaceAll('_', '')) };
  const infinity = infinite.exec(text);
  if (infinity) return { kind: 'float', value: infinity[1] === '-' ? -Infinity : Infinity };
  if (notANumber.test(text)) return { kind: 'float', value: Number.NaN };
  return { kind: 'text' };
}

function readInteger(text: string): bigint | undefined {
  if (decimal.test(text)) return BigInt(text.replaceAll('_', '').replace(/^\+/, ''));
  for (const [form, prefix] of [
    [binary, '0b'],
    [octal, '0o'],
    [hexadecimal, '0x'],
  ] as const) {
    const found = form.exec(text);
    const digits = found?.[2]?.replaceAll('_', '') ?? '';
    if (found && digits !== '') return signed(found[1], BigInt(`${prefix}${digits}`));
  }
  const parts = sexagesimal.exec(text);
  if (!parts) return undefined;
  let value = 0n;
  for (const part of (parts[2] ?? '').replaceAll('_', '').split(':')) value = value * 60n + BigInt(part);
  return signed(parts[1], value);
}

const signed = (sign: string | undefined, value: bigint): bigint => (sign === '-' ? -value : value);
