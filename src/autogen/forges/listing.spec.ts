import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hrefsOf } from './listing.ts';

describe('links of a page', () => {
  it('are read in all quotes, with entities, each once', () => {
    const page = `<A class=x HREF="a.tar.gz">a</A> <a href='b.tar.gz?x=1&amp;y=2'><a\nhref=c/>c</a><a data-href="no">
<a href="a.tar.gz"><link href="style.css"><abbr href="no"> <a href="&#x66;oo&#45;1.zip">`;
    expect(hrefsOf(page)).toEqual(['a.tar.gz', 'b.tar.gz?x=1&y=2', 'c/', 'foo-1.zip']);
  });

  it('any page is read to its end', () => {
    fc.assert(
      fc.property(fc.string(), fc.webUrl(), (text, url) => {
        const page = `${text.replaceAll('<', '')}<a href="${url.replaceAll('&', '&amp;').replaceAll('"', '')}">`;
        expect(hrefsOf(page)).toEqual([url.replaceAll('"', '')]);
      }),
    );
  });
});
