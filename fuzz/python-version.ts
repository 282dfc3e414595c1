import { isFault } from '../src/diagnostics/index.ts';
import {
  comparePythonVersions,
  compareUpstreamVersions,
  formatPythonVersion,
  matchVersion,
  meetsSpecifier,
  parsePythonVersion,
  parseSpecifier,
  toEbuildVersion,
} from '../src/formats/python/index.ts';
import { asText, type FuzzTarget, must } from './target.ts';

/** What a text is read as, or undefined when it is refused with one of our codes. */
function unlessRefused<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (isFault(error)) return undefined;
    throw error;
  }
}

export const target: FuzzTarget = {
  name: 'python-version',
  check(input) {
    const [a = '', b = '', c = ''] = asText(input).split('\n');
    must(compareUpstreamVersions(a, b) + compareUpstreamVersions(b, a) === 0, 'the order turns round');
    const one = parsePythonVersion(a);
    const two = parsePythonVersion(b);
    if (one) {
      const again = parsePythonVersion(formatPythonVersion(one));
      must(
        again !== undefined && comparePythonVersions(one, again) === 0,
        'the normal form is the same version',
      );
    }
    if (one && two)
      must(comparePythonVersions(one, two) + comparePythonVersions(two, one) === 0, 'the order turns round');
    const specifier = unlessRefused(() => parseSpecifier(c));
    if (specifier && one) meetsSpecifier(one, specifier);
    const ebuild = unlessRefused(() => toEbuildVersion(a));
    if (ebuild !== undefined) must(toEbuildVersion(ebuild) === ebuild, 'an ebuild version stays');
    matchVersion(b, { kind: 'grabby', rejectTrailing: true });
    matchVersion(b, { kind: 'standard' });
  },
};
