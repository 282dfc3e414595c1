import { describe, expect, it } from 'vitest';
import { mayFetch, withNameVariables } from './ebuild-words.ts';

describe('withNameVariables', () => {
  it('puts in what the name of the ebuild decides, and nothing else', () => {
    const braced = ['P', 'PN', 'PV', 'PR', 'PVR', 'PF', 'MY_PV', 'PVX']
      .map((name) => `\${${name}}`)
      .join(' ');
    expect(withNameVariables(braced, 'foo-bar-1.2_rc1-r3.ebuild')).toBe(
      `foo-bar-1.2_rc1 foo-bar 1.2_rc1 r3 1.2_rc1-r3 foo-bar-1.2_rc1-r3 \${MY_PV} \${PVX}`,
    );
    expect(withNameVariables('$P-$PN.$PVX $PR', 'foo-1.ebuild')).toBe('foo-1-foo.$PVX r0');
    expect(withNameVariables('$P', 'no ebuild')).toBe('$P');
  });
});

describe('mayFetch', () => {
  const may = (text: string): boolean => mayFetch(text, 'foo-1.0.ebuild', 'foo-1.0.tar.gz');
  it('is sure only where the words of the ebuild decide', () => {
    expect(may('SRC_URI="https://example.org/$P.tar.gz"')).toBe(true);
    expect(may('SRC_URI="https://example.org/other.tar.gz"')).toBe(false);
    expect(may(`SRC_URI="https://example.org/\${MY_P}.tar.gz"`)).toBe(true);
    expect(may(`SRC_URI='https://example.org/\${MY_P}.tar.gz'`)).toBe(false);
    expect(may('inherit something\nDESCRIPTION="x"')).toBe(true);
    expect(may('DESCRIPTION="x"')).toBe(false);
    expect(may('SRC_URI+=" $(some_function)"')).toBe(true);
  });
});
