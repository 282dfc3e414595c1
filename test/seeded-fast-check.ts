import { createRequire } from 'node:module';
import type * as FastCheck from 'fast-check';

// Every spec gets this module for 'fast-check' (vitest.config.ts). A run of the tests tries the same samples
// each time, so that a failure says something about the change at hand and can be had again;
// PACKMILL_TEST_SEED=n looks at other samples.
const fc = createRequire(import.meta.url)('fast-check') as typeof FastCheck;
fc.configureGlobal({ seed: Number(process.env.PACKMILL_TEST_SEED ?? 20_261_127) });

export default fc.default;
