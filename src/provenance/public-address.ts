/**
 * An address as others may read it: without the name and password that may stand in it; undefined for places of this
 * machine, which are nobody else's business.
 */
export function publicAddress(uri: string | undefined): string | undefined {
  if (uri === undefined || /^(?:[a-z]+\+)?file:|^[/.~]/i.test(uri)) return undefined;
  return uri.replace(/^([a-z+.-]+:\/\/)[^/?#]*@/i, '$1');
}
