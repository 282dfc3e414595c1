import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unifiedDiff } from '../../src/primitives/index.ts';

describe('unifiedDiff', () => {
  it('is a patch that patch(1) applies, and no longer than the one of diff(1)', () => {
    const folder = mkdtempSync(join(tmpdir(), 'packmill-diff-'));
    const path = (name: string): string => join(folder, name);
    const lines = fc.array(fc.constantFrom('a', 'b', 'c', '', 'dd'), { minLength: 1, maxLength: 30 });
    const changes = (text: string): number =>
      text.split('\n').filter((line) => /^[-+](?![-+]{2} )/.test(line)).length;
    try {
      fc.assert(
        fc.property(lines, lines, (before, after) => {
          const [old, fresh] = [before, after].map((list) => `${list.join('\n')}\n`) as [string, string];
          writeFileSync(path('file'), old);
          writeFileSync(path('other'), fresh);
          const ours = unifiedDiff(old, fresh, 'file');
          const theirs = spawnSync('diff', ['-u', '-d', path('file'), path('other')], {
            encoding: 'utf8',
          }).stdout;
          expect(changes(ours)).toBeLessThanOrEqual(changes(theirs));
          expect(ours === '').toBe(old === fresh);
          if (old === fresh) return;
          const applied = spawnSync('patch', ['-s', '-p0', 'file'], {
            cwd: folder,
            input: ours,
            encoding: 'utf8',
          });
          expect([applied.status, applied.stdout + applied.stderr]).toEqual([0, '']);
          expect(readFileSync(path('file'), 'utf8')).toBe(fresh);
        }),
        { numRuns: 60 },
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('shows a new file and one that goes', () => {
    expect(unifiedDiff('', 'a\n', 'x')).toBe('--- /dev/null\n+++ x\n@@ -0,0 +1,1 @@\n+a\n');
    expect(unifiedDiff('a\n', '', 'x')).toBe('--- x\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-a\n');
  });
});
