import type { Fetcher } from '../fetcher/index.ts';
import type { RemoteHeads } from '../git/index.ts';
import { asCause, troubleOf } from './package-trouble.ts';

export interface HttpQuestion {
  readonly fetcher: Fetcher;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

const delimiter = '0001';
const flush = '0000';
const mostBytes = 8 * 1024 * 1024;
const resultType = 'application/x-git-upload-pack-result';

/**
 * Asks a git server over HTTP for the commits of refs, by whole name, with one request and no process: the command
 * `ls-refs` of gitprotocol-v2(5), without the advertisement in front of it, as each request stands for itself
 * (gitprotocol-http(5)). `odd`: this server has to be asked by git, because it speaks another protocol, wants a password,
 * or is none. Throws FET015 when called off.
 */
export async function headsOverHttp(
  url: string,
  refs: readonly string[],
  { fetcher, timeoutMs, signal }: HttpQuestion,
): Promise<RemoteHeads | 'odd'> {
  try {
    const answer = await fetcher.get(`${url.replace(/\/+$/, '')}/git-upload-pack`, {
      method: 'POST',
      body: Buffer.from(lsRefs(refs)),
      accept: resultType,
      headers: {
        'content-type': 'application/x-git-upload-pack-request',
        'git-protocol': 'version=2',
      },
      maxBytes: mostBytes,
      timeoutMs,
      signal,
    });
    if (answer.headers['content-type'] !== resultType) return 'odd';
    const commits = readRefs(Buffer.from(answer.bytes), new Set(refs));
    return commits ? { kind: 'commits', commits } : 'odd';
  } catch (error) {
    const trouble = troubleOf(error);
    return silences.has(trouble.code) ? { kind: 'unreachable', why: asCause(trouble) } : 'odd';
  }
}

/** Out of reach, too slow, no secure connection, too many requests, in trouble, left alone. */
const silences: ReadonlySet<string> = new Set(['FET001', 'FET002', 'FET003', 'FET006', 'FET007', 'FET011']);

const packet = (line: string): string => (Buffer.byteLength(line) + 4).toString(16).padStart(4, '0') + line;

function lsRefs(refs: readonly string[]): string {
  const wanted = refs.map((ref) => packet(`ref-prefix ${ref}\n`));
  return [packet('command=ls-refs\n'), packet('agent=packmill\n'), delimiter, ...wanted, flush].join('');
}

/** `OID NAME[ ATTRIBUTE...]` of each ref that is wanted; undefined for anything that is no whole answer. */
function readRefs(bytes: Buffer, wanted: ReadonlySet<string>): ReadonlyMap<string, string> | undefined {
  const commits = new Map<string, string>();
  for (let at = 0; ; ) {
    const prefix = bytes.toString('latin1', at, at + 4);
    if (prefix === flush) return commits;
    const length = /^[0-9a-f]{4}$/.test(prefix) ? Number.parseInt(prefix, 16) : 0;
    if (length <= 4 || at + length > bytes.length) return undefined;
    const row = bytes.toString('utf8', at + 4, at + length).replace(/\n$/, '');
    const [, commit, name] = /^([0-9a-f]{40}|[0-9a-f]{64}) (\S+)/.exec(row) ?? [];
    // `ERR` and whatever else a server may say
    if (commit === undefined || name === undefined) return undefined;
    if (wanted.has(name)) commits.set(name, commit);
    at += length;
  }
}
