import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { egoSumLines, escapeGoPath, goFileName, goProxyPath, parseGoSum } from './go-sum.ts';

const sum = 'h1:WXkYYl6Yr3qBf1K79EBnL4mak0OimBfB0XUf9Vl28OQ=';
const coded = (code: string) => expect.objectContaining({ problem: expect.objectContaining({ code }) });

describe('go.sum', () => {
  it('58: names files of the proxy and files of the bundle', () => {
    const text = `github.com/BurntSushi/toml v0.3.1 ${sum}\ngithub.com/BurntSushi/toml v0.3.1/go.mod ${sum}\n`;
    const files = parseGoSum(text, 'go.sum');
    expect(files.map(goProxyPath)).toEqual([
      'github.com/!burnt!sushi/toml/@v/v0.3.1.zip',
      'github.com/!burnt!sushi/toml/@v/v0.3.1.mod',
    ]);
    expect(files.map(goFileName)).toEqual([
      'github.com%2F!burnt!sushi%2Ftoml%2F@v%2Fv0.3.1.zip',
      'github.com%2F!burnt!sushi%2Ftoml%2F@v%2Fv0.3.1.mod',
    ]);
    expect(egoSumLines(files)).toBe(
      '\t"github.com/BurntSushi/toml v0.3.1"\n\t"github.com/BurntSushi/toml v0.3.1/go.mod"',
    );
  });

  it('joins sums of one file and leaves out kinds that are not known', () => {
    const other = sum.replace('WX', 'XW');
    const text = [
      'a.b/c v1.0.0 h9:xyz',
      `a.b/c v1.0.0 ${sum}`,
      `a.b/c v1.0.0 ${other}`,
      `a.b/c v1.0.0 ${sum}`,
      '',
    ];
    expect(parseGoSum(text.join('\r\n'), 'go.sum')).toEqual([
      { module: 'a.b/c', version: 'v1.0.0', kind: 'zip', sums: [sum, other] },
    ]);
  });

  it.each([
    'a.b/c v1.0.0',
    `a.b/c 1.0.0 ${sum}`,
    `a.b/../c v1.0.0 ${sum}`,
    `/a.b v1.0.0 ${sum}`,
    `-a v1.0.0 ${sum}`,
    `a.b/c v1.0.0 ${sum} more`,
  ])('refuses %j with its line', (line) => {
    expect(() => parseGoSum(`\n${line}\n`, 'go.sum')).toThrow(coded('GEN006'));
    expect(() => parseGoSum(`\n${line}\n`, 'go.sum')).toThrow(/line 2 /);
  });

  it('escaping gives no upper-case letter and can be undone', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9._~/-]*$/), (path) => {
        const escaped = escapeGoPath(path);
        expect(escaped).not.toMatch(/[A-Z]/);
        expect(escaped.replace(/!([a-z])/g, (_, letter: string) => letter.toUpperCase())).toBe(path);
      }),
    );
  });

  it('any text gives files or a fault, nothing else', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          parseGoSum(text, 'go.sum');
        } catch (error) {
          expect(error).toMatchObject({ problem: { code: 'GEN006' } });
        }
      }),
    );
  });
});
