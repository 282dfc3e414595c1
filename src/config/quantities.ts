import { z } from 'zod';

const byteUnits: Readonly<Record<string, number>> = {
  B: 1,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};
const timeUnits: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

const quantity = (units: Readonly<Record<string, number>>, plain: number, example: string) =>
  z.union([z.number(), z.string()]).transform((value, context) => {
    const match = /^\s*(\d+(?:\.\d+)?)\s*([A-Za-z]*)\s*$/.exec(String(value));
    const unit = match?.[2] ? units[match[2]] : plain;
    const result = Number(match?.[1]) * (unit ?? Number.NaN);
    if (Number.isFinite(result) && result > 0) return Math.round(result);
    context.addIssue({ code: 'custom', message: `expected a quantity like ${example}` });
    return z.NEVER;
  });

/** `512MiB`, `4GiB`, or a plain number of bytes; the value is in bytes. */
export const byteSize = quantity(byteUnits, 1, '512MiB or 4GiB');

/** `90s`, `45m`, `2h`, or a plain number of seconds; the value is in milliseconds. */
export const timeSpan = quantity(timeUnits, 1000, '90s, 45m or 2h');
