import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { pathProblem } from './file-entry.ts';
import { environment, type Filter, failed, killOnAbort, lastWords } from './filter-program.ts';
import { Hashes, type StreamHashes } from './hash-stream.ts';
import { type StartedProcess, startProcess } from './process.ts';

const lookAgainMs = 10;
const pieceBytes = 1 << 20;

interface Link {
  readonly filter: Filter;
  readonly started: StartedProcess;
  readonly words: () => string;
}

const killAll = (links: readonly Link[]): void => {
  for (const { started } of links) started.kill('SIGKILL');
};

/** Starts the programs from the last to the first, each with the input of its successor as its output; returns them in order. */
async function start(chain: readonly Filter[], output: number): Promise<readonly Link[]> {
  const links: Link[] = [];
  try {
    for (const [index, filter] of [...chain.entries()].toReversed()) {
      const next = links[0]?.started.stdin;
      const started = await startProcess(filter.program, filter.args, {
        stdin: index > 0 ? 'pipe' : 'ignore',
        stdout: next ?? output,
        env: environment(),
      });
      // the successor must see an end when the program ends, and not only when we let go
      next?.destroy();
      links.unshift({ filter, started, words: lastWords(started) });
    }
    return links;
  } catch (error) {
    killAll(links);
    throw error;
  }
}

/** Throws what the first program says that did not just lose its reader. */
async function judge(links: readonly Link[]): Promise<void> {
  const ends = await Promise.all(links.map(async (link) => ({ link, end: await link.started.ended })));
  const wrong = ends.filter(({ end }) => end.code !== 0);
  const told = wrong.find(({ end }) => end.signal !== 'SIGPIPE') ?? wrong[0];
  if (told) throw failed(told.link.filter, told.end, told.link.words());
}

/** Hashes a file while a program writes it, until that has ended. */
async function hashGrowing(
  file: FileHandle,
  ended: Promise<unknown>,
  algorithms: readonly string[],
): Promise<StreamHashes> {
  const hashes = new Hashes(algorithms);
  const piece = Buffer.allocUnsafe(pieceBytes);
  let isOver = false;
  const end = ended.then(() => {
    isOver = true;
  });
  for (;;) {
    // asked before the bytes: what is there when it first says so is all
    const wasOver = isOver;
    const { bytesRead } = await file.read(piece, 0, pieceBytes, hashes.sizeBytes);
    hashes.add(piece.subarray(0, bytesRead));
    if (bytesRead === pieceBytes) continue;
    if (wasOver) return hashes.finish();
    await Promise.race([end, wait(lookAgainMs)]);
  }
}

/**
 * Runs programs of which each reads what the one before it prints, the last one into a new file (mode 0644), which is durable at
 * the end. Their bytes pass from program to program and never through this process, which reads the file once while it grows.
 * Returns its hashes and size. Throws SYS001 when a program is missing, SYS003 when one fails, SYS004 for the file.
 */
export async function chainToFile(
  chain: readonly Filter[],
  path: string,
  options: { readonly algorithms: readonly string[]; readonly signal?: AbortSignal | undefined },
): Promise<StreamHashes> {
  const file = await open(path, 'wx+', 0o644).catch((error: unknown) => {
    throw pathProblem('make', path, error);
  });
  try {
    const links = await start(chain, file.fd);
    const letGo = links.map(({ started }) => killOnAbort(started, options.signal));
    try {
      const last = links.at(-1)?.started.ended ?? Promise.resolve();
      const hashes = await hashGrowing(file, last, options.algorithms);
      await judge(links);
      options.signal?.throwIfAborted();
      await file.sync();
      return hashes;
    } catch (error) {
      killAll(links);
      options.signal?.throwIfAborted();
      throw error;
    } finally {
      for (const free of letGo) free();
    }
  } finally {
    await file.close();
  }
}
