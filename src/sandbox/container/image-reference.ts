/** A name of an image as the API wants it: without a tag the engine would pull all tags there are. */
export interface ImageReference {
  readonly name: string;
  /** A tag, or a digest such as `sha256:...`. */
  readonly tag: string;
}

/** Takes `NAME`, `NAME:TAG` or `NAME@DIGEST` apart; a colon before the last slash belongs to a port. */
export function parseImageReference(text: string): ImageReference {
  const at = text.indexOf('@');
  if (at >= 0) return { name: text.slice(0, at).replace(/:[^:/]*$/, ''), tag: text.slice(at + 1) };
  const colon = text.lastIndexOf(':');
  if (colon > text.lastIndexOf('/')) return { name: text.slice(0, colon), tag: text.slice(colon + 1) };
  return { name: text, tag: 'latest' };
}

/**
 * Why a pull failed, from the lines of its progress (each a JSON value): the status of the answer is 200 long before
 * the engine knows. Undefined: it did not.
 */
export function pullFailure(progress: string): string | undefined {
  for (const line of progress.split('\n')) {
    if (line.trim() === '') continue;
    let value: { error?: unknown; errorDetail?: { message?: unknown } };
    try {
      value = JSON.parse(line);
    } catch {
      return 'the engine broke off in the middle of a message';
    }
    const error = value.errorDetail?.message ?? value.error;
    if (error !== undefined) return String(error);
  }
  return undefined;
}
