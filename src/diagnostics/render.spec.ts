import { describe, expect, test } from 'vitest';
import type { Problem } from './problem.ts';
import { renderJson } from './render-json.ts';
import { renderTerminal } from './render-terminal.ts';
import { renderLine, renderText } from './render-text.ts';

const sample: Problem = {
  code: 'CFG003',
  severity: 'error',
  blame: 'usage',
  place: { file: 'pkgs/foo/PKGBUILD', line: 14, column: 1 },
  what: "fewer checksums than sources in 'foo'",
  why: 'There are 3 sources and 2 sums.',
  next: 'Add the missing sum.',
};

describe('a problem as text', () => {
  test('names code, place and what in one line, why and next below', () => {
    expect(renderText(sample)).toBe(
      [
        "error CFG003 pkgs/foo/PKGBUILD:14:1: fewer checksums than sources in 'foo'",
        '  why: There are 3 sources and 2 sums.',
        '  next: Add the missing sum.',
      ].join('\n'),
    );
    expect(renderLine(sample)).toBe(renderText(sample).split('\n')[0]);
  });

  test('leaves out what is not known', () => {
    const bare: Problem = { code: 'CFG001', severity: 'warning', blame: 'usage', what: 'something' };
    expect(renderText(bare)).toBe('warning CFG001 something');
    expect(renderText({ ...bare, place: { file: 'a', column: 3 } })).toBe('warning CFG001 a: something');
  });
});

describe('a problem on a terminal', () => {
  test('has the same words with and without colours', () => {
    const plain = renderTerminal(sample, { colour: false });
    const coloured = renderTerminal(sample, { colour: true });
    expect(coloured).not.toBe(plain);
    expect(coloured.replaceAll(/\u001b\[\d+m/g, '')).toBe(plain);
    expect(plain).toBe(renderText(sample));
  });

  test('wraps long explanations at the width of the terminal and keeps every word', () => {
    const why = Array.from({ length: 60 }, (_, i) => `word${i}`).join(' ');
    const text = renderTerminal({ ...sample, why }, { colour: false, columns: 60 });
    const below = text.split('\n').slice(1);
    expect(Math.max(...below.map((line) => line.length))).toBeLessThanOrEqual(60);
    expect(text.replaceAll(/\s+/g, ' ')).toContain(why);
  });

  test('shows control characters of foreign names instead of obeying them', () => {
    const text = renderTerminal({ ...sample, what: "bad name 'a\u001b[2Jb\u0007'" }, { colour: false });
    expect(text).toContain("bad name 'a\\x1b[2Jb\\x07'");
    expect(text).not.toMatch(/\u001b|\u0007/);
  });
});

describe('a problem as JSON', () => {
  test('is one line that reads back as the same problem', () => {
    expect(renderJson(sample)).not.toContain('\n');
    expect(JSON.parse(renderJson(sample))).toEqual(sample);
  });
});
