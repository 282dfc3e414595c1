import { isFault, messageOf } from '../../diagnostics/index.ts';
import type { Engine } from './detect-engine.ts';
import { EngineClient } from './engine-client.ts';
import { pullFailure } from './image-reference.ts';

export interface ImageOrder {
  /** A tar with a file `Dockerfile`, and whatever that copies. */
  readonly context: Uint8Array;
  readonly tag: string;
  /** What the engine says while it builds, line by line. */
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Builds an image and gives it a name, as `docker build --force-rm --tag TAG -` does. Undefined when it went well, else the engine's own
 * words; never throws for what the engine meets.
 */
export async function buildImage(engine: Engine, order: ImageOrder): Promise<string | undefined> {
  const { context, tag, say, signal } = order;
  const client = new EngineClient(engine.socketPath, engine.apiVersion);
  let rest = '';
  let failure: string | undefined;
  const take = (text: string): void => {
    for (const line of text.split('\n').filter((one) => one.trim() !== '')) {
      failure ??= pullFailure(line);
      const said = wordsOf(line);
      if (said !== undefined) say(said);
    }
  };
  try {
    const stream = await client.open({
      ...{ method: 'POST', path: '/build', archive: context },
      query: { t: tag, rm: '1', forcerm: '1' },
    });
    if (stream.status !== 200) return await client.refusal(stream);
    signal.addEventListener('abort', () => stream.body.destroy(), { once: true });
    for await (const piece of stream.body) {
      rest += Buffer.from(piece as Uint8Array).toString('utf8');
      const end = rest.lastIndexOf('\n');
      take(rest.slice(0, end + 1));
      rest = rest.slice(end + 1);
    }
    take(rest);
    return signal.aborted ? 'it was canceled' : failure;
  } catch (error) {
    if (isFault(error)) return error.problem.why ?? error.problem.what;
    return failure ?? `the connection broke off: ${messageOf(error)}`;
  }
}

function wordsOf(line: string): string | undefined {
  try {
    const { stream } = JSON.parse(line) as { readonly stream?: unknown };
    return typeof stream === 'string' && stream.trim() !== '' ? stream.trimEnd() : undefined;
  } catch {
    return undefined;
  }
}
