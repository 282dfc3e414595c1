import { fault } from '../../diagnostics/index.ts';
import type { FindsPattern } from '../../formats/python/index.ts';
import { firstMatchWithin } from '../../host/index.ts';

/** How long one pattern may take for one text. */
const limitMs = 1_000;

/**
 * The groups of the first match of a pattern that an autogen brings along; null for none. Throws GEN008 when it takes longer
 * than a second: nothing else goes on meanwhile, and some patterns take years.
 */
export const findInTime: FindsPattern = (pattern, text) => {
  const found = firstMatchWithin(text, pattern, limitMs);
  if (found !== undefined) return found;
  const shown = text.length > 100 ? `${text.slice(0, 100)}…` : text;
  throw fault('GEN008', {
    what: `the pattern '${pattern.source}' takes longer than a second for '${shown}'`,
  });
};
