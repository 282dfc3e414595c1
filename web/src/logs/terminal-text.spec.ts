import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readableText, terminalText } from './terminal-text.ts';

describe('text for the terminal', () => {
  it('keeps colours and progress, and nothing that leaves the line', () => {
    expect(terminalText('\u001b[1;31mred\u001b[0m plain')).toBe('\u001b[1;31mred\u001b[0m plain');
    expect(terminalText('10%\r20%\u001b[K\r')).toBe('10%\r20%\u001b[K');
    expect(terminalText('a\u001b[2Ab\u001b[10;5Hc\u001b[2Jd')).toBe('abcd');
    expect(terminalText('\u001b]0;title\u0007x\u001b]8;;http://a\u001b\\link')).toBe('xlink');
    expect(terminalText('a\u001bMb\u001bcc\u0007\u000b\u0000')).toBe('abc');
    expect(terminalText('cut \u001b[')).toBe('cut ');
  });

  it('has no control characters but those, whatever the text is', () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom('\u001b', '[', '\u001b[3', 'm', 'A', '\u001b]', '\u009b2J', '\r', '\n'),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const line = pieces.join('').replaceAll('\n', ' ');
        const left = terminalText(line).replace(/\u001b\[[0-9;:?<=>]*[mK]/g, '');
        expect(left).not.toMatch(/[\u0000-\u0007\u000a-\u000c\u000e-\u001f\u007f-\u009f]/);
        expect(readableText(line)).not.toMatch(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/);
      }),
    );
  });

  it('is readable as a person sees it', () => {
    expect(readableText('10%\r20%\r\u001b[32mdone\u001b[0m\r')).toBe('done');
  });
});
