import { fault } from '../diagnostics/index.ts';

const timeUnits: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const byteUnits: Readonly<Record<string, number>> = {
  '': 1,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

function quantity(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const [, digits, unit = ''] = /^([0-9]+)[ ]?([A-Za-z]*)$/.exec(text) ?? [];
  const factor = units[unit];
  const value = digits === undefined || factor === undefined ? Number.NaN : Number(digits) * factor;
  return Number.isSafeInteger(value) && value > 0 ? value : undefined;
}

/** Milliseconds of `90s`, `45m`, `6h`, `2d`; undefined for no text. Throws MST005 for others. */
export function spanOf(text: string | undefined, element: string): number | undefined {
  if (text === undefined) return undefined;
  const ms = quantity(text, timeUnits);
  if (ms !== undefined) return ms;
  throw fault('MST005', { what: `'${element}' is '${text}'`, next: "Write it like '90s', '45m' or '6h'." });
}

/** A plain number above 0; undefined for no text. Throws MST005 for others. */
export function countOf(text: string | undefined, element: string): number | undefined {
  if (text === undefined) return undefined;
  const count = quantity(text, { '': 1 });
  if (count !== undefined) return count;
  throw fault('MST005', { what: `'${element}' is '${text}'`, next: "Write a plain number like '512'." });
}

/** Bytes of `512MiB`, `4GiB` or a plain number; undefined for no text. Throws MST005 for others. */
export function byteCountOf(text: string | undefined, element: string): number | undefined {
  if (text === undefined) return undefined;
  const bytes = quantity(text, byteUnits);
  if (bytes !== undefined) return bytes;
  throw fault('MST005', {
    what: `'${element}' is '${text}'`,
    next: "Write it like '512MiB', '4GiB' or a plain number.",
  });
}
