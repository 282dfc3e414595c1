import { describe, expect, it } from 'vitest';
import { cutText, withoutQuickActions } from './texts.ts';

describe('texts of requests', () => {
  it('are cut to what services take, never within a character', () => {
    expect(cutText('x'.repeat(255), 255)).toBe('x'.repeat(255));
    expect(cutText('x'.repeat(256), 255)).toBe(`${'x'.repeat(252)}...`);
    expect(cutText(`${'x'.repeat(251)}😀xxxx`, 255)).toBe(`${'x'.repeat(251)}...`);
    expect(cutText('x'.repeat(2_000), 1_500).endsWith('x\n\n(cut)')).toBe(true);
  });

  it('show lines that GitLab would obey', () => {
    const text = 'changed:\n/merge\n  /approve now\n> /close\r\n/usr/bin/x\nsee /merge\n/assign @me';
    expect(withoutQuickActions(text)).toBe(
      'changed:\n\\/merge\n  \\/approve now\n> \\/close\r\n/usr/bin/x\nsee /merge\n\\/assign @me',
    );
  });
});
