import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { demo, scratch } from './demo.ts';

describe('packmill demo ebins', () => {
  it('makes one ebuild of nine builds, does nothing the second time, and reads only the tenth build when it comes', () => {
    const folder = scratch();
    const { status, stdout, stderr } = demo('ebins', folder);
    expect(status, stderr).toBe(0);
    const runs = [
      ...stdout.matchAll(/^images taken apart: (\d+); files written: (\d+); objects written: (\d+)$/gm),
    ];
    const [first, , again, more] = runs.map(([, ...counts]) => counts.map(Number));
    // the nine main parts differ, debug data depends on two flags, sources on none
    expect([first?.[0], first?.[2]]).toEqual([9, 9 + 4 + 1]);
    expect(again).toEqual([0, 0, 0]);
    expect([more?.[0], more?.[2]]).toEqual([1, 1]);
    expect(stdout).toContain('installsources: 1 different contents for 9 combinations');
    expect(stdout).toContain('splitdebug: 4 different contents for 9 combinations');
    expect(stdout).toContain('addresses in SRC_URI: 14; with one chain for each combination: 27');
    expect(stdout).toContain('not built; the nearest that is: (none)');
    const text = readFileSync(join(folder, 'ebins/app-misc/greet/greet-1.0.ebuild'), 'utf8');
    expect(text).toContain('REQUIRED_USE="examples? ( color nls )"');
    expect(stdout).toMatch(/1 ebuild, \d+ combinations of its flags and of parts, 15 objects: all in order/);
  });

  it('touches no folder that holds something', () => {
    const folder = scratch();
    writeFileSync(join(folder, 'mine'), 'text');
    const refused = demo('ebins', folder);
    expect([refused.status, refused.stderr]).toEqual([1, `demo: '${folder}' is not empty\n`]);
    expect(readdirSync(folder)).toEqual(['mine']);
  });
});
