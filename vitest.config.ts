import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { alias: { 'fast-check': join(import.meta.dirname, 'test/seeded-fast-check.ts') } },
  test: {
    include: ['src/**/*.spec.ts', 'test/**/*.spec.ts'],
    pool: 'forks',
    // Most tests wait for processes of their own, so the two cores of a small machine carry more workers
    // than the runner's default of one.
    maxWorkers: 3,
    execArgv: ['--disable-warning=ExperimentalWarning'],
    // Real programs are slow on a busy machine; a test that hangs still has to end some time.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    sequence: { shuffle: { files: true, tests: false } },
  },
});
