import type { FailureView } from '../../api/index.ts';
import { askLogs, isFarm, openFarm } from '../../app/index.ts';
import { exitCodes, type Shell } from '../shell.ts';

/** How text is looked for. */
export interface SearchOptions {
  readonly regex?: boolean;
  readonly case?: boolean;
}

export interface ManySearchOptions extends SearchOptions {
  readonly name?: string;
  readonly failed?: boolean;
  readonly since?: number;
  readonly limit: number;
}

const patternOf = (text: string, options: SearchOptions) => ({
  text,
  isExpression: options.regex === true,
  matchCase: options.case === true,
});

type Asked = Awaited<ReturnType<typeof askLogs>>;

async function withLogs(shell: Shell, work: (asked: Asked, nowMs: number) => Promise<void>): Promise<void> {
  const farm = await openFarm(shell.farmFolder(isFarm), 'read');
  try {
    await work(await askLogs(farm), farm.clock.nowMs());
  } finally {
    await farm.close();
  }
}

/** `logs NAME --search TEXT`: lines of the newest log, as grep prints them; exit code 1 when there are none. */
export function searchOne(shell: Shell, name: string, text: string, options: SearchOptions): Promise<void> {
  return withLogs(shell, async ({ workbench, log }) => {
    const search = { pattern: patternOf(text, options), fromLine: 1, maxHits: 100_000 };
    const hits = [];
    let isWhole = false;
    for await (const news of workbench.search(log(name), search)) {
      hits.push(...news.hits);
      isWhole = news.end === 'complete';
      if (news.hits.length > 0) shell.print(...news.hits.map((hit) => `${hit.line}:${hit.text}`));
    }
    shell.printJson({ hits, complete: isWhole });
    if (!isWhole) shell.tell('the search took too long and was ended; not all of the log was looked through');
    if (hits.length === 0) shell.exitCode = exitCodes.failed;
  });
}

/** `logs NAME --first-error` and `--class`: why the newest attempt failed; exit code 1 when it did not. */
export function explainOne(shell: Shell, name: string, how: 'first-error' | 'class'): Promise<void> {
  return withLogs(shell, async ({ workbench, log }) => {
    const { job, timestamp } = log(name);
    const failure = (await workbench.facts(job, timestamp))?.failure ?? null;
    shell.printJson(failure);
    if (failure === null) {
      shell.tell(`'${job}' has no failure`);
      shell.exitCode = exitCodes.failed;
    } else if (how === 'class') shell.print(...linesOf(failure));
    else if (failure.first) shell.print(`${failure.first.line}:${failure.first.text}`);
    else shell.tell('no line of the log says what went wrong');
  });
}

const linesOf = ({ title, phase, advice, evidence, signature }: FailureView): string[] => [
  `${title}, in phase '${phase}'`,
  ...evidence.map(({ line, text }) => `  ${line}: ${text}`),
  advice,
  `same failure: ${signature}`,
];

/** `logs failures`: failures since a time, those that are the same together. */
export function listFailures(
  shell: Shell,
  options: { readonly since?: number; readonly class?: string; readonly limit: number },
): Promise<void> {
  return withLogs(shell, async ({ workbench }, nowMs) => {
    const sinceMs = options.since === undefined ? 0 : nowMs - options.since;
    const found = await workbench.groups({ sinceMs, class: options.class, limit: options.limit });
    shell.printJson(found);
    for (const { count, jobs, title, newest, signature } of found.groups) {
      const times = count === 1 ? 'once' : `${count} times`;
      const where = jobs === 1 ? newest.job : `${jobs} jobs, last ${newest.job}`;
      shell.print(`${title}, ${times}, ${where}  [${signature}]`);
      if (newest.first) shell.print(`  ${newest.first.text}`);
    }
    if (found.groups.length === 0) shell.tell('no failures');
    if (found.unread > 0)
      shell.tell(`logs of failed attempts that the manager has not read yet: ${found.unread}`);
  });
}

/** `logs search TEXT`: attempts whose logs have it, newest first; exit code 1 when none has. */
export function searchMany(shell: Shell, text: string, options: ManySearchOptions): Promise<void> {
  return withLogs(shell, async ({ workbench }, nowMs) => {
    const found = await workbench.searchAttempts({
      pattern: patternOf(text, options),
      name: options.name,
      failed: options.failed,
      sinceMs: options.since === undefined ? undefined : nowMs - options.since,
      limit: options.limit,
    });
    shell.printJson(found);
    for (const { attempt, job, outcome, hits, total } of found.attempts) {
      shell.print(
        `${job}  attempt ${attempt}, ${outcome ?? 'running'}, ${total} ${total === 1 ? 'line' : 'lines'}`,
      );
      shell.print(...hits.map((hit) => `  ${hit.line}:${hit.text}`));
    }
    if (found.next !== null) shell.tell(`older attempts were not looked through: those before ${found.next}`);
    if (found.attempts.length === 0) shell.exitCode = exitCodes.failed;
  });
}
