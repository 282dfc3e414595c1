import type { Arguments, Value } from './values.ts';

/** A method of a built-in type. */
export type Method<Self> = (self: Self, given: Arguments) => Value;

/** Methods by name; only what stands in the table itself can be called. */
export type MethodTable<Self> = Readonly<Record<string, Method<Self>>>;
