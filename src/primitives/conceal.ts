/** What stands where a secret stood. */
const mark = '[secret]';
const longestReason = 300;

/** Removes secrets, in clear, as part of an address or in base64, from words that others have written. */
export type Conceal = (words: string) => string;

/** Also makes one line of them, of at most 300 characters. Secrets of fewer than four characters are ignored. */
export function concealing(secrets: readonly (string | undefined)[]): Conceal {
  const forms = secrets
    .flatMap((secret) => (secret !== undefined && secret.length >= 4 ? [secret] : []))
    .flatMap((secret) => [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')])
    .sort((a, b) => b.length - a.length);
  return (words) => {
    let text = words;
    for (const form of forms) text = text.replaceAll(form, mark);
    const line = text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
    return line.length > longestReason ? `${line.slice(0, longestReason - 3)}...` : line;
  };
}

/** The parts of an address that may be secrets: name, password, path and query. */
export function secretsOfAddress(address: string): readonly string[] {
  const url = URL.parse(address);
  if (!url) return [address];
  const path = url.pathname.length > 1 ? url.pathname + url.search : url.search;
  const parts = [address, path, ...url.pathname.split('/').filter((part) => part.length >= 16)];
  return [...parts, decode(url.password), url.password];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
