import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Redaction, redacted } from './redaction.ts';

function redact(secrets: readonly string[], pieces: readonly string[]): string {
  const redaction = new Redaction(secrets);
  const out = pieces.map((piece) => redaction.take(Buffer.from(piece)));
  return Buffer.concat([...out, redaction.flush()]).toString('utf8');
}

describe('redaction', () => {
  it('replaces a secret that comes in one piece or in many', () => {
    expect(redact(['hunter22'], ['pass hunter22.'])).toBe(`pass ${redacted}.`);
    expect(redact(['hunter22'], [...'pass hunter22.'])).toBe(`pass ${redacted}.`);
  });

  it('ignores secrets too short to be any', () => {
    expect(redact(['a', ''], ['banana'])).toBe('banana');
  });

  it('replaces the longer of two secrets that begin alike', () => {
    expect(redact(['abcd', 'abcdefgh'], ['abcde', 'fgh'])).toBe(redacted);
    expect(redact(['abcd', 'abcdefgh'], ['abcde', 'fgx'])).toBe(`${redacted}efgx`);
  });

  it('holds back nothing that cannot become a secret', () => {
    const redaction = new Redaction(['secret']);
    expect(Buffer.from(redaction.take(Buffer.from('a line\n'))).toString()).toBe('a line\n');
    expect(Buffer.from(redaction.take(Buffer.from('a sec'))).toString()).toBe('a ');
  });

  it('gives the same result however the stream is cut into pieces', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 40 });
    const secret = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 4, maxLength: 8 });
    fc.assert(
      fc.property(
        fc.array(secret, { maxLength: 3 }),
        fc.array(letters, { maxLength: 8 }),
        (secrets, pieces) => {
          expect(redact(secrets, pieces)).toBe(redact(secrets, [pieces.join('')]));
        },
      ),
    );
  });

  it('leaves no secret in what it lets through', () => {
    const letters = fc.array(fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 10 }), { maxLength: 8 });
    const secret = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 4, maxLength: 8 });
    fc.assert(
      fc.property(secret, letters, (one, pieces) => {
        expect(redact([one], pieces)).not.toContain(one);
      }),
    );
  });
});
