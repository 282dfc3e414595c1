import { expect, it } from 'vitest';
import { parseImageReference, pullFailure } from './image-reference.ts';

it.each([
  ['archlinux', 'archlinux', 'latest'],
  ['archlinux:base-devel', 'archlinux', 'base-devel'],
  ['host.example:5000/a/b', 'host.example:5000/a/b', 'latest'],
  ['host.example:5000/a/b:1', 'host.example:5000/a/b', '1'],
  ['a/b@sha256:0123', 'a/b', 'sha256:0123'],
  ['a/b:1@sha256:0123', 'a/b', 'sha256:0123'],
])("the image '%s' is '%s' with '%s'", (text, name, tag) => {
  expect(parseImageReference(text)).toEqual({ name, tag });
});

it('the progress of a pull tells whether it failed', () => {
  expect(pullFailure('{"status":"Pulling"}\r\n{"status":"Done"}\r\n')).toBeUndefined();
  expect(pullFailure('{"status":"Pulling"}\n{"errorDetail":{"message":"no route"},"error":"no"}\n')).toBe(
    'no route',
  );
  expect(pullFailure('{"error":"denied"}')).toBe('denied');
  expect(pullFailure('{"status":"Pul')).toContain('broke off');
});
