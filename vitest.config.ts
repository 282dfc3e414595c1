import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { useQuickFolder } from './test/quick-folder.ts';
import { SpecOrder } from './test/spec-order.ts';

useQuickFolder();

export default defineConfig({
  resolve: { alias: { 'fast-check': join(import.meta.dirname, 'test/seeded-fast-check.ts') } },
  test: {
    pool: 'forks',
    // Most tests wait for processes of their own, so the two cores of a small machine carry more workers
    // than the runner's default of one.
    maxWorkers: 4,
    execArgv: ['--disable-warning=ExperimentalWarning'],
    // Real programs are slow on a busy machine; a test that hangs still has to end some time.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    sequence: { sequencer: SpecOrder, shuffle: { files: true, tests: false } },
    projects: [
      // Specs beside the code keep nothing in their modules: a worker that goes on saves a start for each file.
      {
        extends: true,
        test: { name: 'src', include: ['src/**/*.spec.ts', 'web/src/**/*.spec.ts'], isolate: false },
      },
      { extends: true, test: { name: 'test', include: ['test/**/*.spec.ts'] } },
    ],
  },
});
