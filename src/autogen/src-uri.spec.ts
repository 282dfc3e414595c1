import { describe, expect, it } from 'vitest';
import { srcUriText } from './src-uri.ts';

const named = (name: string) => ({ srcUri: `https://example.org/${name} -> ${name}` });
const line = (name: string): string => named(name).srcUri;

describe('srcUriText', () => {
  it('31: makes groups of USE flags', () => {
    const text = srcUriText({ global: [named('A')], go: named('B'), extra: [named('C'), named('D')] });
    expect(text).toBe(`${line('A')}\ngo? ( ${line('B')} )\nextra? (\n  ${line('C')}\n  ${line('D')}\n)`);
  });

  it('lists each artifact once', () => {
    expect(srcUriText([named('A'), named('B'), named('A')])).toBe(`${line('A')}\n${line('B')}`);
    expect(srcUriText({ a: [named('A')], b: [named('A')] })).toBe(
      `a? (\n  ${line('A')}\n)\nb? (\n  ${line('A')}\n)`,
    );
    expect(srcUriText([])).toBe('');
    expect(srcUriText({ none: [] })).toBe('');
  });
});
