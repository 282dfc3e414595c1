import { bind } from './bind.ts';
import type { MethodTable } from './method.ts';
import { asInteger } from './numbers.ts';
import { PyFloat, type Value } from './values.ts';

/** Methods of integers and floats. */
export const numberMethods: MethodTable<Value> = {
  bit_length(self, given) {
    bind('bit_length', given, []);
    const integer = BigInt(asInteger(self) ?? 0);
    return integer === 0n ? 0 : (integer < 0n ? -integer : integer).toString(2).length;
  },
  is_integer(self, given) {
    bind('is_integer', given, []);
    return self instanceof PyFloat ? Number.isInteger(self.value) : true;
  },
  conjugate(self, given) {
    bind('conjugate', given, []);
    return self;
  },
};
