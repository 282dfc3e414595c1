/** Numbers by chance that are the same each time for the same seed: a simulation can be run again. */
export interface Chance {
  /** Evenly between 0 and 1, without 1. */
  even(): number;
  /** By the normal distribution with mean 0 and deviation 1. */
  normal(): number;
}

/** The generator `splitmix32`: 32 bits of state, more than enough for what is averaged here. */
export function seededChance(seed: number): Chance {
  let state = seed | 0;
  const even = (): number => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 4_294_967_296;
  };
  // Box and Muller; the second number of each pair is thrown away, which keeps this without state
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - even())) * Math.cos(2 * Math.PI * even());
  return { even, normal };
}

/** By Student's t distribution with `freedom` degrees of freedom. */
export function studentT({ normal }: Chance, freedom: number): number {
  // chi squared by the approximation of Wilson and Hilferty, good to a percent from 3 degrees on
  const spread = 2 / (9 * freedom);
  const chi = freedom * Math.max(1e-3, 1 - spread + normal() * Math.sqrt(spread)) ** 3;
  return normal() / Math.sqrt(chi / freedom);
}
