/** One server-sent event as a browser would see it. */
export interface SeenEvent {
  readonly id: string | undefined;
  readonly name: string;
  readonly data: unknown;
}

/** Reads an event stream until it ends; comments are handed to `onComment`. */
export async function* readEvents(
  answer: Response,
  onComment?: (text: string) => void,
): AsyncGenerator<SeenEvent> {
  if (answer.body === null) throw new Error('no body');
  let text = '';
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const piece of answer.body) {
    text += decoder.decode(piece, { stream: true });
    for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
      const block = text.slice(0, end);
      text = text.slice(end + 2);
      if (block.startsWith(':')) onComment?.(block.slice(1).trim());
      const fields = new Map(block.split('\n').map((line) => line.split(/: ?(.*)/s, 2) as [string, string]));
      const data = fields.get('data');
      if (data === undefined) continue;
      yield { id: fields.get('id'), name: fields.get('event') ?? 'message', data: JSON.parse(data) };
    }
  }
}
