import { describe, expect, it } from 'vitest';
import { matchPath } from './match.ts';

describe('paths of pages', () => {
  it('match as a whole, with or without a slash at the end', () => {
    expect(matchPath('/queue', '/queue')).toEqual({});
    expect(matchPath('/queue', '/queue/')).toEqual({});
    expect(matchPath('/queue', '/queues')).toBeUndefined();
    expect(matchPath('/', '/')).toEqual({});
  });

  it('give what stands in the places of names, decoded', () => {
    expect(matchPath('/packages/:name', '/packages/c%2B%2B-tools')).toEqual({ name: 'c++-tools' });
    expect(matchPath('/jobs/:target/:arch/:name', '/jobs/a/b/c')).toEqual({
      target: 'a',
      arch: 'b',
      name: 'c',
    });
    expect(matchPath('/packages/:name', '/packages/a/b')).toBeUndefined();
    expect(matchPath('/logs/:rest*', '/logs/a/b/c')).toEqual({ rest: 'a/b/c' });
  });

  it('do not match when they cannot be decoded', () => {
    expect(matchPath('/packages/:name', '/packages/%E0%A4%A')).toBeUndefined();
  });
});
