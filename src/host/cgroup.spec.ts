import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findHierarchy, keyedNumber, ownGroupName, sweepGroups } from './cgroup.ts';
import { describeGroupV2, enableControllers } from './cgroup-v2.ts';
import { parseMounts } from './mounts.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'packmill-cgroup-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const mounts = parseMounts(`31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
35 31 0:32 / /sys/fs/cgroup/memory rw,relatime shared:4 - cgroup cgroup rw,memory
39 31 0:36 /docker/abc /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids
41 31 0:38 / /sys/fs/cg\\040roup/unified rw - cgroup2 cgroup2 rw
short line
`);
const membership = '8:pids:/docker/abc\n4:memory,cpu:/jobs/x\n0::/user.slice/a.scope\n';

describe('control groups', () => {
  it('are found as mounted, whatever part of the tree a container shows', () => {
    expect(findHierarchy(mounts, membership, 'memory')).toEqual({
      own: '/sys/fs/cgroup/memory/jobs/x',
      top: '/sys/fs/cgroup/memory',
    });
    expect(findHierarchy(mounts, membership, 'pids')?.own).toBe('/sys/fs/cgroup/pids');
    expect(findHierarchy(mounts, membership, undefined)?.own).toBe(
      '/sys/fs/cg roup/unified/user.slice/a.scope',
    );
    expect(findHierarchy(mounts, membership, 'freezer')).toBeUndefined();
  });

  it('of a packmill that is gone are swept, those of a running one and of other containers stay', () => {
    const own = ownGroupName(1);
    const gone = join(folder, own.replace(`-${process.pid}-`, '-4194999-'));
    const living = join(folder, own);
    const foreign = join(folder, 'somebody-else');
    // The same process number means another process there.
    const otherContainer = join(folder, 'packmill-1-4194999-3');
    for (const path of [gone, living, foreign, otherContainer]) mkdirSync(path);
    expect(sweepGroups(folder)).toBe(1);
    expect(sweepGroups(folder)).toBe(0);
    expect(sweepGroups(join(folder, 'absent'))).toBe(0);
  });

  it('of version 2 tell their peak and their victims', () => {
    writeFileSync(join(folder, 'memory.peak'), '123456\n');
    writeFileSync(join(folder, 'memory.events'), 'low 0\nmax 7\noom 1\noom_kill 2\noom_group_kill 1\n');
    expect(describeGroupV2(folder).usage()).toEqual({ peakMemoryBytes: 123_456, outOfMemoryKills: 2 });
    expect(describeGroupV2(join(folder, 'absent')).usage()).toEqual({
      peakMemoryBytes: undefined,
      outOfMemoryKills: 0,
    });
  });

  it('of version 2 need both controllers, and switch them on', () => {
    writeFileSync(join(folder, 'cgroup.controllers'), 'cpu memory\n');
    writeFileSync(join(folder, 'cgroup.subtree_control'), '');
    expect(enableControllers(folder)).toBe(false);
    writeFileSync(join(folder, 'cgroup.controllers'), 'cpu memory pids\n');
    // A plain file keeps the text of the request, which the kernel would have turned into names.
    expect(enableControllers(folder)).toBe(false);
    expect(readFileSync(join(folder, 'cgroup.subtree_control'), 'utf8')).toBe('+memory +pids');
    writeFileSync(join(folder, 'cgroup.subtree_control'), 'memory pids\n');
    expect(enableControllers(folder)).toBe(true);
  });

  it('take a number by its whole name', () => {
    expect(keyedNumber('oom_kill_disable 0\nunder_oom 0\noom_kill 5\n', 'oom_kill')).toBe(5);
    expect(keyedNumber(undefined, 'oom_kill')).toBe(0);
  });
});
