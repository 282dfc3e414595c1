// Looks at a farm as many open pages do: node viewers.ts URL PATH COUNT SECONDS. Prints how many answers there were, as JSON.
const [, , url = '', path = '', count = '1', span = '1'] = process.argv;

const soonMs = 400;
let answers = 0;
let fresh = 0;
let bytes = 0;
const over = new AbortController();

/** One page: reads now, a moment after something happens, never twice within two seconds, and else every twenty. */
async function look(): Promise<void> {
  let tag = '';
  let lastMs = 0;
  let timer: NodeJS.Timeout | undefined;
  let dueMs = Number.POSITIVE_INFINITY;
  const read = async (): Promise<void> => {
    dueMs = Number.POSITIVE_INFINITY;
    lastMs = performance.now();
    const answer = await fetch(url + path, { headers: tag === '' ? {} : { 'if-none-match': tag } });
    tag = answer.headers.get('etag') ?? '';
    bytes += (await answer.arrayBuffer()).byteLength;
    answers += 1;
    if (answer.status === 200) fresh += 1;
    plan(20_000);
  };
  const plan = (inMs: number): void => {
    const atMs = performance.now() + inMs;
    if (atMs >= dueMs || over.signal.aborted) return;
    clearTimeout(timer);
    dueMs = atMs;
    timer = setTimeout(() => void read().catch(() => {}), inMs);
  };
  over.signal.addEventListener('abort', () => clearTimeout(timer));
  await read();
  const stream = await fetch(`${url}/api/events/stream`, { signal: over.signal });
  for await (const piece of stream.body ?? []) {
    bytes += piece.byteLength;
    plan(Math.max(soonMs, lastMs + 1_600 + Math.random() * 800 - performance.now()));
  }
}

const viewers = Array.from({ length: Number(count) }, () => look().catch(() => {}));
setTimeout(() => over.abort(), Number(span) * 1000);
await Promise.all(viewers);
console.log(JSON.stringify({ answers, fresh, bytes }));
