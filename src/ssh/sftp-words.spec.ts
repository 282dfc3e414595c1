import { describe, expect, it } from 'vitest';
import { lastCommand, quoteForLs, quoteForSftp, readFreeBytes, readSizes } from './sftp-words.ts';

describe('paths in a batch', () => {
  it('are quoted', () => {
    expect(quoteForSftp('a "b" \\ *')).toBe('"a \\"b\\" \\\\ *"');
    expect(quoteForSftp('-rf')).toBe('"./-rf"');
    expect(quoteForLs('a{b}')).toBe('"a\\{b}"');
    expect(() => quoteForSftp('a\nb')).toThrow('SSH008');
  });
});

describe('what sftp prints', () => {
  it('has sizes by command', () => {
    const printed = [
      'sftp> -mkdir "/a"',
      'sftp> -ls -ln "/a/b"',
      '-rw-r--r--    ? 0        0          123456 Nov 26 22:36 /a/b',
      'sftp> -ls -ln "/a/c"',
      'sftp> -ls -ln "/a/d"',
      '-rw-------    1 1000     1000            0 Nov 26  2024 /a/d',
    ].join('\n');
    expect([...readSizes(printed)]).toEqual([
      [1, 123_456],
      [3, 0],
    ]);
    expect(lastCommand(printed)).toBe('-ls -ln "/a/d"');
    expect(lastCommand('')).toBeUndefined();
  });
  it('has the space that is left for others than root', () => {
    const printed = [
      'sftp> df "/a"',
      '        Size         Used        Avail       (root)    %Capacity',
      '         512            8          504          604           1%',
    ].join('\n');
    expect(readFreeBytes(printed)).toBe(504 * 1024);
    expect(readFreeBytes('sftp> df "/a"\n')).toBeUndefined();
  });
});
