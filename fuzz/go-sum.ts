import { egoSumLines, goFileName, goProxyPath, parseGoSum } from '../src/autogen/languages/go-sum.ts';
import { ProblemError } from '../src/diagnostics/index.ts';
import { asText, type FuzzTarget, must } from './target.ts';

export const target: FuzzTarget = {
  name: 'go-sum',
  check(input) {
    try {
      const files = parseGoSum(asText(input), 'x');
      for (const file of files) {
        const parts = goProxyPath(file).split('/');
        must(
          !parts.some((part) => part === '' || part === '.' || part === '..'),
          'a path stays below the proxy',
        );
        must(!/[\s\0/]/.test(goFileName(file)), 'a name of a file is one');
      }
      must(
        files.length === 0 || egoSumLines(files).split('\n').length === files.length,
        'a line for each file',
      );
      const names = files.map(({ module, version, kind }) => `${module} ${version} ${kind}`);
      must(new Set(names).size === names.length, 'a file is named once');
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      must(error.problem.code === 'GEN006', 'a go.sum fails with a code of its own');
    }
  },
};
