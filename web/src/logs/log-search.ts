import type { LogHit, LogSearchNews } from '../../../src/api/index.ts';
import { ReadFault } from '../api.ts';

/** What a search has found so far. */
export interface Found {
  readonly hits: readonly LogHit[];
  /** Lines with hits; more than there are hits when there are very many. */
  readonly total: number;
  /** `running`, or how it ended. */
  readonly state: 'running' | 'complete' | 'time';
}

/** Looks for a text in a log; calls `tell` as something is found. Throws ReadFault. */
export async function searchLog(
  url: string,
  asked: { readonly text: string; readonly isExpression: boolean },
  { signal, tell }: { readonly signal: AbortSignal; readonly tell: (found: Found) => void },
): Promise<void> {
  const query = new URLSearchParams({
    q: asked.text,
    limit: '5000',
    ...(asked.isExpression ? { regex: '1' } : {}),
  });
  const response = await fetch(`${url}/search?${query}`, { signal });
  if (!response.ok || !response.body)
    throw new ReadFault(response.status, await response.json().catch(() => undefined));
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let hits: readonly LogHit[] = [];
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const lines = (rest + value).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const news = JSON.parse(line) as LogSearchNews;
      hits = news.hits.length === 0 ? hits : [...hits, ...news.hits];
      tell({ hits, total: news.total, state: news.end ?? 'running' });
    }
  }
}
