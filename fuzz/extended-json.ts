import { ProblemError } from '../src/diagnostics/index.ts';
import { parseExtendedJson, printExtendedJson } from '../src/formats/extended-json/index.ts';
import { asText, type FuzzTarget, must } from './target.ts';

/** Records of the stores: what is read is any value of BSON. */
export const target: FuzzTarget = {
  name: 'extended-json',
  check(input) {
    try {
      const printed = printExtendedJson(parseExtendedJson(asText(input)));
      must(printExtendedJson(parseExtendedJson(printed)) === printed, 'a value prints the same again');
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      must(error.problem.code.startsWith('EJS'), 'a value fails with a code of its own');
    }
  },
};
