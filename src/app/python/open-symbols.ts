import { dirname, join } from 'node:path';
import type { Problem } from '../../diagnostics/index.ts';
import { entryFacts, pathKind } from '../../host/index.ts';
import {
  answerPath,
  cachingManager,
  connectManager,
  type DistributionIndex,
  datafilesOf,
  type Manifest,
  makeIndex,
  managerInput,
  openManager,
  readIndex,
  readManifest,
  type SymbolAnswer,
  type SymbolManager,
  serveManager,
} from '../../python-resources/index.ts';
import { type SymbolUsage, usageOf } from './symbol-usage.ts';

export interface SymbolData {
  /** File of the manifest. */
  readonly manifest: string;
  /** File of the index; undefined: `distidx.json` or `index.json` beside the manifest, else made from the graphs. */
  readonly index?: string | undefined;
  readonly onProblem?: (problem: Problem) => void;
}

/** Answers about symbols, until it is closed. */
export interface OpenedSymbols {
  readonly manager: SymbolManager;
  /** See `answerPath`. */
  answer(path: string): Promise<SymbolAnswer>;
  /** See `usageOf`. */
  usage(path: string): Promise<SymbolUsage>;
  /** Top-levels that begin with a text, in their order, at most `limit`. */
  toplevels(prefix: string, limit: number): Promise<readonly string[]>;
  close(): void;
}

/** Opens the datafiles of a manifest. Throws MPY310, MPY311, MPY318, MPY320. */
export function openSymbols(data: SymbolData): OpenedSymbols {
  const manifest = readManifest(data.manifest);
  const { manager } = openManager({
    ...managerInput(manifest, indexOf(data, manifest), data.onProblem),
    // somebody waits for the answer: a file that cannot be read now is told at once
    attempts: 1,
  });
  const cached = cachingManager(manager);
  return opened(cached, () => manager.close());
}

/** Asks the manager of another process. Throws MPY337. */
export async function connectSymbols(socket: string): Promise<OpenedSymbols> {
  const { manager, close } = await connectManager(socket);
  return opened(manager, close);
}

/**
 * Answers from a manifest as it is at that moment: it is opened with the first question, and again when its file has changed.
 * Each call throws what `openSymbols` throws.
 */
export function followedSymbols(
  manifest: string,
  onProblem: (problem: Problem) => void,
): Pick<OpenedSymbols, 'answer' | 'toplevels'> {
  let now: { readonly of: string; readonly symbols: OpenedSymbols } | undefined;
  const current = (): OpenedSymbols => {
    const facts = entryFacts(manifest);
    const of = facts === undefined ? '' : `${facts.inode} ${facts.modifiedMs} ${facts.sizeBytes}`;
    if (now?.of === of) return now.symbols;
    const symbols = openSymbols({ manifest, onProblem });
    now?.symbols.close();
    now = { of, symbols };
    return symbols;
  };
  return {
    answer: async (path) => await current().answer(path),
    toplevels: async (prefix, limit) => await current().toplevels(prefix, limit),
  };
}

function opened(manager: SymbolManager, close: () => void): OpenedSymbols {
  return {
    manager,
    answer: (path) => answerPath(manager, path),
    usage: (path) => usageOf(manager, path),
    toplevels: async (prefix, limit) =>
      (await manager.toplevels()).filter((one) => one.startsWith(prefix)).slice(0, limit),
    close,
  };
}

function indexOf({ manifest: file, index }: SymbolData, manifest: Manifest): DistributionIndex {
  if (index !== undefined) return readIndex(index);
  for (const name of ['distidx.json', 'index.json']) {
    const beside = join(dirname(file), name);
    if (pathKind(beside) === 'file') return readIndex(beside);
  }
  const source = datafilesOf(manifest);
  return makeIndex(
    source.distributions.map((one) => [one, source.graph(one)?.value.toplevels ?? []] as const),
  );
}

/** Serves answers to other processes over a unix socket until the signal. Throws MPY337 and what `openSymbols` throws. */
export async function serveSymbols(
  data: SymbolData & { readonly socket: string },
  until: () => Promise<void>,
): Promise<void> {
  const symbols = openSymbols(data);
  try {
    const server = await serveManager(symbols.manager, data.socket);
    await until();
    await server.close();
  } finally {
    symbols.close();
  }
}
