import { parseFarmConfig } from '../src/config/index.ts';
import { isFault } from '../src/diagnostics/index.ts';
import { asText, type FuzzTarget, must } from './target.ts';

export const target: FuzzTarget = {
  name: 'farm-config',
  check(input) {
    try {
      const config = parseFarmConfig(asText(input), 'packmill.yaml');
      must(config.repository !== '' && config.sandbox.timeout > 0, 'a configuration is complete');
    } catch (error) {
      if (!isFault(error, 'CFG002', 'CFG003')) throw error;
      must(error.problem.place?.file === 'packmill.yaml', 'a problem has a place');
    }
  },
};
