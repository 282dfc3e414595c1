/** `000042` for 42, so that generations sort by age. */
export const generationName = (number: number): string => String(number).padStart(6, '0');

/** The number in the name of a generation; undefined for strangers. */
export function generationNumber(name: string): number | undefined {
  return /^\d{6,}$/.test(name) ? Number(name) : undefined;
}
