import { hrefsOf } from '../src/autogen/forges/listing.ts';
import { asText, type FuzzTarget, must } from './target.ts';

/** Also that it comes to an end: a page of many beginnings once took hours. */
export const target: FuzzTarget = {
  name: 'page-links',
  check(input) {
    const text = asText(input);
    const hrefs = hrefsOf(text);
    must(new Set(hrefs).size === hrefs.length, 'each link is there once');
    const begins = text.match(/<a\b/gi)?.length ?? 0;
    must(hrefs.length <= begins, 'a link has a tag');
    for (const pattern of [
      text,
      '<a '.repeat(20_000) + text,
      `<a href="${text}`,
      `<a${' '.repeat(20_000)}${text}`,
    ])
      hrefsOf(pattern);
  },
};
