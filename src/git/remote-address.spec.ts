import { describe, expect, it } from 'vitest';
import { remoteAddress } from './remote-address.ts';

describe('an address in messages', () => {
  it.each([
    ['https://user:secret@git.example.org/x.git?token=secret', 'https://git.example.org/x.git'],
    ['https://user:s@cret@git.example.org/x.git', 'https://git.example.org/x.git'],
    ['ssh://git@git.example.org/x@y.git', 'ssh://git.example.org/x@y.git'],
    ['https://evil.example?@git.example.org/x.git', 'https://evil.example'],
    ['https://evil.example#@git.example.org/x.git', 'https://evil.example'],
  ])('names the host that is asked, and no secret: %s', (url, shown) => {
    expect(remoteAddress(url)).toEqual({ url, shown });
  });
});
