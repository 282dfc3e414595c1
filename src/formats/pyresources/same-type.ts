/** True when two types are the same to the letter: fields, their types, `readonly` and `?`, in both directions. */
export type SameType<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Does not compile unless its argument is true. */
export type Holds<Claim extends true> = Claim;
