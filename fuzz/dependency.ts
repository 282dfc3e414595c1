import { formatDependency, parseDependency, satisfies } from '../src/formats/pacman/index.ts';
import { asText, type FuzzTarget, must } from './target.ts';

export const target: FuzzTarget = {
  name: 'dependency',
  check(input) {
    for (const line of asText(input).split('\n').slice(0, 50)) {
      const dependency = parseDependency(line);
      must(formatDependency(dependency) === line, 'a dependency prints as it was read');
      must(
        satisfies(undefined, dependency) === (dependency.operator === undefined),
        'no version meets no operator',
      );
      const own = dependency.operator === undefined || !/[<>]$/.test(dependency.operator);
      if (own) must(satisfies(dependency.version ?? '1', dependency), 'its own version meets it');
    }
  },
};
