import { readVersionCheck } from '../src/upstream/index.ts';
import { asText, type FuzzTarget, must } from './target.ts';

export const target: FuzzTarget = {
  name: 'version-check',
  check(input) {
    const file = 'foo/.nvchecker.toml';
    const { check, problems } = readVersionCheck(asText(input), { pkgbase: 'foo', file });
    must((check === undefined) === problems.length > 0, 'a file is a check or has a problem');
    if (check) must(!/^(?:cmd|combiner)$/.test(check.source), 'nothing that runs code is a check');
  },
};
