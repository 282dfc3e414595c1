import { expect, it } from 'vitest';
import type { StoredArtifact } from '../../database/index.ts';
import { type AttemptId, jobId } from '../../primitives/index.ts';
import { gather } from './held-groups.ts';
import type { PreviewedRebuild } from './preview.ts';

const result = (base: string, attempt: number, name = base): StoredArtifact =>
  ({
    attempt: attempt as AttemptId,
    job: jobId({ target: 'demo', arch: 'x86_64', name: base }),
    artifact: { name },
  }) as StoredArtifact;

const broken = (base: string, by: readonly string[], after: readonly string[] = []): PreviewedRebuild => ({
  base,
  packages: [],
  because: by.map((one) => ({ name: `lib${one}.so.1`, machine: 6264, by: one, symbols: [] })),
  after,
});

const told = (groups: ReturnType<typeof gather>) =>
  groups.map(({ results, rebuild }) => ({
    results: results.map(({ artifact }) => artifact.name),
    rebuild: rebuild.map(({ base }) => base),
  }));

it('holds back together what breaks the same packages, and nothing else', () => {
  const waiting = [result('quill', 1), result('ink', 2), result('paper', 3), result('stone', 4)];
  const rebuild = [broken('pen', ['quill', 'ink']), broken('book', ['paper'])];
  expect(told(gather(waiting, { libraries: [], rebuild }))).toEqual([
    { results: ['quill', 'ink'], rebuild: ['pen'] },
    { results: ['paper'], rebuild: ['book'] },
  ]);
});

it('goes by recipes: packages of one build, and what comes after one another, are one group', () => {
  const waiting = [result('quill', 1, 'libquill'), result('quill', 1, 'quill-tools'), result('ink', 2)];
  const rebuild = [broken('pen', ['libquill']), broken('brush', ['ink'], ['pen'])];
  expect(told(gather(waiting, { libraries: [], rebuild }))).toEqual([
    { results: ['libquill', 'quill-tools', 'ink'], rebuild: ['pen', 'brush'] },
  ]);
});
