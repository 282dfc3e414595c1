import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { webDigest, webIsReady } from '../../tools/setup-web.mjs';

describe('the dashboard in the set-up', () => {
  let root: string;
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'packmill-set-up-'));
    write('package-lock.json', '{}');
    write('web/src/main.tsx', 'export const a = 1;');
    mkdirSync(join(root, 'tools'));
    cpSync(`${import.meta.dirname}/../../tools/build-web.mjs`, join(root, 'tools/build-web.mjs'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it('is ready when it was made of the sources as they are, and not otherwise', () => {
    expect(webIsReady(root)).toBe(false);
    write('web/dist/.made-of', webDigest(root));
    expect(webIsReady(root)).toBe(true);
    write('web/src/page.tsx', 'export const b = 1;');
    expect(webIsReady(root)).toBe(false);
  });

  it('does not depend on what is made, nor on tests', () => {
    const before = webDigest(root);
    write('web/dist/app/index-1.js', 'a');
    write('web/src/main.spec.ts', 'b');
    expect(webDigest(root)).toBe(before);
    write('package-lock.json', '{"packages": {}}');
    expect(webDigest(root)).not.toBe(before);
  });
});
