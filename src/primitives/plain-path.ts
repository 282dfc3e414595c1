/**
 * Whether a text is a path that stays below whatever folder it is joined with, and is written in the one shortest way: no empty part,
 * no `.`, no `..`, no NUL. Links on the way are another matter.
 */
export const isPlainPath = (path: string): boolean =>
  !path.includes('\0') && path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
