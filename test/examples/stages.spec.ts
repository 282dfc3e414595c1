import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { demo, scratch } from './demo.ts';

it('9.1, 9.8: a seed becomes a stage3 that compiles in a sandbox, also for another processor and with other packages', () => {
  const folder = scratch();
  const { status, stdout, stderr } = demo('stages', folder);
  expect(status, stderr).toBe(0);
  const home = (place: string): string =>
    readdirSync(join(folder, 'mirror', place, '2026-01-31'))
      .sort()
      .join(' ');
  for (const place of [
    'small/x86-64bit/generic_64',
    'small/x86-64bit/core2_64',
    'small-tools/x86-64bit/generic_64',
  ])
    expect(home(place)).toMatch(
      /build-info.json .*stage1-.*\.tar\.gpg .*stage3-.*\.tar\.gz\.hash\.txt status/,
    );
  expect(stdout.match(/^stage\d: built/gm)).toHaveLength(9);
  expect(stdout).toContain('try for a sandbox on Small 1 for core2_64, 2026-01-31\nhello for core2_64');
  // the tailored build has the same stage1 and stage2, and another stage3
  const digests = [...stdout.matchAll(/^(stage\d): built.*sha256 (\w+)$/gm)].map(
    ([, target, digest]) => `${target} ${digest}`,
  );
  expect(digests.slice(6, 8)).toEqual(digests.slice(0, 2));
  expect(digests[8]).not.toBe(digests[2]);
  expect(existsSync(join(folder, 'mirror/small/x86-64bit/generic_64/oci-latest.oci.tar'))).toBe(true);
  expect(readFileSync(join(folder, 'mirror/index.xml'), 'utf8')).toContain('value="-O2 -pipe -march=core2"');
  expect(stdout).toContain('0 problems');
});
