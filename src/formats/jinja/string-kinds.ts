import { bind } from './bind.ts';
import type { Method } from './method.ts';
import { isBlank } from './string-parts.ts';

/** A question about a text that takes no arguments. */
function asks(question: (self: string) => boolean): Method<string> {
  return (self, given) => {
    bind('the method', given, []);
    return question(self);
  };
}

const cased = (self: string): boolean => /\p{L}/u.test(self) && self.toLowerCase() !== self.toUpperCase();

/** Each word begins with a capital and goes on without one. */
function isTitle(self: string): boolean {
  const words = self.match(/\p{L}+/gu) ?? [];
  return words.length > 0 && words.every((word) => /^[\p{Lu}\p{Lt}]\P{Lu}*$/u.test(word));
}

/** Methods of `str` that only ask. */
export const textKinds: Readonly<Record<string, Method<string>>> = {
  isalnum: asks((self) => /^[\p{L}\p{N}]+$/u.test(self)),
  isalpha: asks((self) => /^\p{L}+$/u.test(self)),
  isascii: asks((self) => /^[\x00-\x7f]*$/.test(self)),
  isdecimal: asks((self) => /^\p{Nd}+$/u.test(self)),
  isdigit: asks((self) => /^[\p{Nd}\u00b2\u00b3\u00b9\u2070-\u2079\u2080-\u2089]+$/u.test(self)),
  isidentifier: asks((self) => /^[\p{XIDS}_]\p{XIDC}*$/u.test(self)),
  islower: asks((self) => cased(self) && self === self.toLowerCase()),
  isnumeric: asks((self) => /^\p{N}+$/u.test(self)),
  isprintable: asks((self) => !/[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u.test(self)),
  isspace: asks((self) => self !== '' && [...self].every(isBlank)),
  istitle: asks(isTitle),
  isupper: asks((self) => cased(self) && self === self.toUpperCase()),
};
