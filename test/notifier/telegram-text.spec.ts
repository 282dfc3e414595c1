import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeText, telegramSummary, telegramText } from '../../src/notifier/telegram-text.ts';
import { parseMarkdownV2 } from './markdown-v2.ts';

const payload = {
  kind: 'telegram',
  headline: '🚨 Failed deploying to R',
  builder: 'b_1',
  names: ['foo'],
} as const;
// Any text, with far more reserved characters than usual.
const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom(...'_*[]()~`>#+-=|{}.!\\'),
    fc.constantFrom(...'ab 1🚨é'),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
  ),
  minLength: 1,
  maxLength: 40,
});

describe('the text for a chat (specification 20.4)', () => {
  it('has the form that people know', () => {
    const source = telegramText({
      ...payload,
      logs: 'https://a.example/api/logs/foo/5',
      commit: 'https://git.example.org/g/r/-/commit/S',
    });
    const shown = parseMarkdownV2(source);
    expect(shown.text).toBe('🚨 Failed deploying to R on b_1:\n > foo - logs - commit');
    expect(shown.bold).toEqual(['🚨 Failed deploying to R on b_1:']);
    expect(shown.links).toEqual([
      { label: 'logs', address: 'https://a.example/api/logs/foo/5' },
      { label: 'commit', address: 'https://git.example.org/g/r/-/commit/S' },
    ]);
  });
  it('leaves out what is not known', () => {
    expect(parseMarkdownV2(telegramText({ ...payload, builder: undefined })).text).toBe(
      '🚨 Failed deploying to R:\n > foo',
    );
    expect(parseMarkdownV2(telegramText({ ...payload, names: [] })).text).toBe('🚨 Failed deploying to R');
    expect(parseMarkdownV2(telegramText({ ...payload, names: ['foo', 'foo-doc'] })).text).toBe(
      '🚨 Failed deploying to R on b_1:\n > foo\n > foo-doc',
    );
  });
  it('escapes each of the 18 reserved characters and the backslash', () => {
    const all = '_*[]()~`>#+-=|{}.!\\';
    expect(escapeText(all)).toBe([...all].map((letter) => `\\${letter}`).join(''));
    expect(() => parseMarkdownV2('a.b')).toThrow('reserved');
    expect(() => parseMarkdownV2('a\\')).toThrow('escape');
  });
  it('is always understood, and shows what was meant', () => {
    fc.assert(
      fc.property(text, text, text, text, (headline, builder, name, path) => {
        const logs = `https://a.example/${path}`;
        const shown = parseMarkdownV2(telegramText({ ...payload, headline, builder, names: [name], logs }));
        expect(shown.text).toBe(`${headline} on ${builder}:\n > ${name} - logs`);
        expect(shown.links).toEqual([{ label: 'logs', address: logs }]);
      }),
      { numRuns: 500 },
    );
  });
  it('puts many messages into one that is not too long', () => {
    const many = (headline: string, count: number) =>
      Array.from({ length: count }, (_, index) => ({
        ...payload,
        headline,
        names: [`package-${index}`, 'more'],
      }));
    const few = parseMarkdownV2(telegramSummary([...many('📣 New', 2), ...many('🚨 Failed', 1)])).text;
    expect(few).toBe(
      '3 events in a short time\n📣 New:\n > package-0\n > package-1\n🚨 Failed:\n > package-0',
    );
    const source = telegramSummary([...many('📣 New', 400), ...many('🚨 Failed', 400)]);
    expect(source.length).toBeLessThanOrEqual(4096);
    const { text: shown, bold } = parseMarkdownV2(source);
    expect(bold).toHaveLength(3);
    const listed = shown.match(/ > package-/g)?.length ?? 0;
    const left = [...shown.matchAll(/ > and (\d+) more/g)].map(([, count]) => Number(count));
    expect(left).toHaveLength(2);
    expect(listed + left.reduce((sum, count) => sum + count, 0)).toBe(800);
  });
});
