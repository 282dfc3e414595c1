import { describe, expect, it } from 'vitest';
import { isTrustedUrl } from './trust.ts';

describe('a recipe from a git URL is trusted', () => {
  const list = ['git.example.org', 'github.com/farm', 'gitlab.com/group/sub'];
  it.each([
    ['https://git.example.org/anybody/x.git', true],
    ['https://GIT.example.org:8443/x.git', true],
    ['ssh://git@github.com/farm/x.git', true],
    ['https://github.com/farmer/x.git', false],
    ['https://github.com/Farm2/farm/x.git', false],
    ['https://gitlab.com/group/sub/x.git', true],
    ['https://gitlab.com/group/x.git', false],
    ['https://git.example.org.evil.net/x.git', false],
    ['https://evil.net/git.example.org/x.git', false],
    ['https://git.example.org@evil.net/x.git', false],
    ['https://github.com/farm/../evil/x.git', false],
    ['https://github.com/farm/%2E%2e/evil/x.git', false],
    ['file:///git.example.org/x', false],
    ['file://git.example.org/x', false],
    ['https://me:token@github.com/farm/x.git', true],
    ['https://evil.net?@github.com/farm/x.git', false],
    ['https://evil.net#@github.com/farm/x.git', false],
    ['https://evil.net:8443?@git.example.org/x.git', false],
    ['https://git.example.org\\@evil.net/x.git', false],
    ['https://evil.net\\@git.example.org/x.git', false],
    ['https://a@evil.net@git.example.org/x.git', false],
    ['https://git.example.org:x@evil.net/x.git', false],
    ['https://git.example.org/x.git?y', false],
    ['https://git.example.org/x.git#y', false],
    ['https://git.exa\tmple.org/x.git', false],
  ])('by host or owner, literally: %s', (url, expected) => expect(isTrustedUrl(url, list)).toBe(expected));
});
