import { type Problem, problem } from '../diagnostics/index.ts';
import type { Fetcher } from '../fetcher/index.ts';
import { branchKey, type WatchedBranch } from '../formats/pkgbuild-repo/index.ts';
import { type RemoteHeads, remoteHeads, serverOf, shownAddress } from '../git/index.ts';
import { headsOverHttp } from './git-over-http.ts';

export interface BranchOptions {
  /** Asks servers with HTTP itself, which takes no process; undefined: git asks everybody. */
  readonly fetcher?: Fetcher | undefined;
  /** Path of a git configuration that replaces the user's own. */
  readonly configFile: string;
  /** For one question; default 30,000. */
  readonly timeoutMs?: number | undefined;
  /** Questions at the same time; default 8. */
  readonly parallel?: number | undefined;
  /** Questions to one server at the same time; default 4. */
  readonly perServer?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What a server says of a branch. `nothing`: it has no such repository or branch; `silent`: it does not answer. */
export type BranchAnswer =
  | { readonly kind: 'commit'; readonly commit: string }
  | { readonly kind: 'nothing'; readonly problem: Problem }
  | { readonly kind: 'silent'; readonly problem: Problem };

/** Silent answers in a row after which a server is left alone. */
const patience = 3;

/**
 * Asks for the newest commits of branches; the answers are found by `branchKey`. One question for each repository, whole
 * names of refs, so many at once for each server; one that is silent again and again is left alone (specification 7.7).
 * Never throws for one server's trouble. Throws SYS001 without git.
 */
export async function branchHeads(
  branches: Iterable<WatchedBranch>,
  options: BranchOptions,
): Promise<ReadonlyMap<string, BranchAnswer>> {
  const servers = new Map<string, Server>();
  for (const { url, ref } of branches) {
    const name = serverOf(url);
    const server = servers.get(name) ?? new Server(name);
    servers.set(name, server);
    server.waiting.set(url, (server.waiting.get(url) ?? new Set()).add(ref));
  }
  const answers = new Map<string, BranchAnswer>();
  const perServer = options.perServer ?? 4;
  const ask = async (): Promise<void> => {
    for (let next = nextQuestion(servers, perServer); next; next = nextQuestion(servers, perServer)) {
      const { server, url, refs } = next;
      server.running += 1;
      const heads = await askServer(server, url, refs, options).finally(() => {
        server.running -= 1;
      });
      for (const ref of refs) answers.set(branchKey({ url, ref }), answerOf(heads, url, ref));
    }
  };
  // a worker that finds all servers busy ends; the ones at work take what is left
  await Promise.all(Array.from({ length: options.parallel ?? 8 }, ask));
  return answers;
}

class Server {
  readonly name: string;
  /** Refs that are wanted, by repository. */
  readonly waiting = new Map<string, Set<string>>();
  running = 0;
  /** Questions that were begun. */
  turns = 0;
  silences = 0;
  /** It has shown that it speaks an older protocol, which git knows. */
  isOld = false;

  constructor(name: string) {
    this.name = name;
  }
}

interface Question {
  readonly server: Server;
  readonly url: string;
  readonly refs: readonly string[];
}

/**
 * Takes one repository of the server with the fewest questions under way, of those the one that has rested longest: a
 * server that has just been asked makes the next question wait, while others have time.
 */
function nextQuestion(servers: ReadonlyMap<string, Server>, perServer: number): Question | undefined {
  let chosen: Server | undefined;
  for (const server of servers.values()) {
    if (server.waiting.size === 0 || server.running >= perServer) continue;
    const isBetter = !chosen || server.running < chosen.running;
    if (isBetter || (server.running === chosen?.running && server.turns < chosen.turns)) chosen = server;
  }
  const next = chosen?.waiting.entries().next().value;
  if (!chosen || !next) return undefined;
  chosen.waiting.delete(next[0]);
  chosen.turns += 1;
  return { server: chosen, url: next[0], refs: [...next[1]] };
}

async function askServer(
  server: Server,
  url: string,
  refs: readonly string[],
  options: BranchOptions,
): Promise<RemoteHeads> {
  if (server.silences >= patience) {
    return { kind: 'unreachable', why: `'${server.name}' did not answer ${patience} times in a row.` };
  }
  const heads = await ask(server, url, refs, options);
  server.silences = heads.kind === 'unreachable' ? server.silences + 1 : 0;
  return heads;
}

async function ask(
  server: Server,
  url: string,
  refs: readonly string[],
  { fetcher, configFile, timeoutMs = 30_000, signal }: BranchOptions,
): Promise<RemoteHeads> {
  const isHttp = fetcher !== undefined && !server.isOld && /^https?:\/\/[^/@]+\//.test(url);
  const heads = isHttp ? await headsOverHttp(url, refs, { fetcher, timeoutMs, signal }) : 'odd';
  if (heads !== 'odd') return heads;
  const answer = await remoteHeads(url, refs, { configFile, timeoutMs, signal });
  if (isHttp && answer.kind === 'commits') server.isOld = true;
  return answer;
}

function answerOf(heads: RemoteHeads, url: string, ref: string): BranchAnswer {
  const shown = shownAddress(url);
  const what = `'${shown}' does not tell its newest commit`;
  if (heads.kind === 'unreachable')
    return { kind: 'silent', problem: problem('UPS041', { what, why: heads.why }) };
  if (heads.kind === 'nothing')
    return { kind: 'nothing', problem: problem('UPS040', { what, why: heads.why }) };
  const commit = heads.commits.get(ref);
  if (commit !== undefined) return { kind: 'commit', commit };
  return { kind: 'nothing', problem: problem('UPS040', { what: `'${shown}' has no '${ref}'` }) };
}
