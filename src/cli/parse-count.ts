import { InvalidArgumentError } from 'commander';

/** A whole number from 1 up, for options that count something. */
export function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1)
    throw new InvalidArgumentError('expected a whole number from 1 up');
  return count;
}
