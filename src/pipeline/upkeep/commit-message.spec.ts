import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commitMessageTrouble, messageOfFile } from './commit-message.ts';

describe('a commit message', () => {
  it.each([
    'feat(foo): init',
    'fix(python-jaraco.vcs): depend on bar',
    'chore(update): packages (5)\n\nchanged: a, b, c, d, e',
    'chore(ci): update CI from template [skip ci]',
    'ci: run hourly',
    'feat(foo)!: another service',
    "Merge branch 'x'",
    'Revert "feat(foo): init"',
    'fixup! feat(foo): init',
  ])('%j is fine', (message) => {
    expect(commitMessageTrouble(message)).toBeUndefined();
  });

  it.each([
    ['', 'no subject'],
    ['Updated some stuff.', "not 'TYPE(SCOPE): what'"],
    ['feat(foo):init', "not 'TYPE(SCOPE): what'"],
    ['feat(): init', "not 'TYPE(SCOPE): what'"],
    ['feature(foo): init', "'feature' is none of"],
    ['feat(foo): init\nmore', 'blank line'],
  ])('%j is not', (message, words) => {
    expect(commitMessageTrouble(message)).toContain(words);
  });

  it('is read from a file as git takes it', () => {
    const scissors = '# ------------------------ >8 ------------------------';
    expect(messageOfFile(`\nfeat(foo): init\n\nwhy\n# a comment\n${scissors}\ndiff\n`)).toBe(
      'feat(foo): init\n\nwhy',
    );
  });

  it('never makes the reader fail, whatever it is', () => {
    fc.assert(fc.property(fc.string(), (text) => void commitMessageTrouble(messageOfFile(text))));
  });
});
