import {
  evaluate,
  explainRequiredUse,
  flatten,
  holds,
  leaves,
  parseDependencies,
  parseRequiredUse,
  parseSourceUri,
  printDependencies,
  printRequiredUse,
  printSourceUri,
  satisfied,
} from '../src/formats/gentoo/index.ts';
import { asText, type FuzzTarget, must } from './target.ts';

const place = { file: 'x' };
const flags = new Set(['ssl', 'a']);

export const target: FuzzTarget = {
  name: 'gentoo-expression',
  check(input) {
    const text = asText(input);
    const dependencies = parseDependencies(text, { place });
    must(
      (dependencies.expression === undefined) === dependencies.problems.length > 0,
      'a value or a problem',
    );
    if (dependencies.expression) {
      const printed = printDependencies(dependencies.expression);
      const again = parseDependencies(printed, { place }).expression;
      must(again !== undefined && printDependencies(again) === printed, 'what is printed prints the same');
      const left = leaves(evaluate(dependencies.expression, flags)).length;
      must(left === flatten(dependencies.expression, flags).length, 'evaluating keeps what applies');
    }
    const sources = parseSourceUri(text, { place }).expression;
    if (sources) {
      const printed = printSourceUri(sources);
      const again = parseSourceUri(printed, { place }).expression;
      must(again !== undefined && printSourceUri(again) === printed, 'what is printed prints the same');
    }
    const required = parseRequiredUse(text, { place }).expression;
    if (!required) return;
    printRequiredUse(required);
    const isMet = satisfied(required, { flags, holds: (condition) => holds(condition, flags) });
    must(isMet === (explainRequiredUse(required, flags).length === 0), 'what is not met is explained');
  },
};
