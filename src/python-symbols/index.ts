export { type DocstringRefusal, type DocstringRules, type DocstringSignature, docstringSignature } from './docstring-signature.ts';
