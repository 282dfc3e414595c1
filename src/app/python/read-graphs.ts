import { fault, type Problem, problem } from '../../diagnostics/index.ts';
import {
  type GraphShard,
  type PythonDistribution,
  readShards,
  validateShard,
} from '../../formats/python-graph/index.ts';
import { namesIn, pathKind, readPieces } from '../../host/index.ts';
import {
  compareGraphs,
  coverageOf,
  type DistributionCoverage,
  type GraphComparison,
  type WholeGraph,
} from '../../python-symbols/index.ts';

type Told = (problem: Problem) => void;

/**
 * Coverage of each graph of these files and folders; graphs that were cut short are told (MPY021). Throws MPY400, and MPY020 for a
 * file that is no graph.
 */
export async function readCoverage(
  paths: readonly string[],
  told: Told,
): Promise<readonly DistributionCoverage[]> {
  const found: DistributionCoverage[] = [];
  for (const file of graphFiles(paths)) {
    const { distribution, shards } = await readWhole(file, told);
    found.push(coverageOf(distribution, shards.values()));
  }
  return found;
}

/** What is different between two graphs of one distribution; those that were cut short are told (MPY021). Throws MPY400 and MPY020. */
export async function compareVersions(before: string, after: string, told: Told): Promise<GraphComparison> {
  return compareGraphs(await readWhole(oneFile(before), told), await readWhole(oneFile(after), told));
}

/** The files that paths mean: files themselves, and of folders all that end in `.valid.json`. Throws MPY400. */
export function graphFiles(paths: readonly string[]): readonly string[] {
  return paths.flatMap((path) => {
    const kind = pathKind(path);
    if (kind === 'file') return [path];
    const files = kind === 'folder' ? namesIn(path).filter((name) => name.endsWith('.valid.json')) : [];
    if (files.length === 0) throw fault('MPY400', { what: `'${path}' has no graph` });
    return files.sort().map((name) => `${path}/${name}`);
  });
}

function oneFile(path: string): string {
  const files = graphFiles([path]);
  if (files.length > 1)
    throw fault('MPY400', { what: `'${path}' has ${files.length} graphs, and one is compared` });
  return files[0] as string;
}

/** A whole graph in memory, made valid when it is a raw one; one that was cut short is told. Throws MPY020 for what is none. */
async function readWhole(file: string, told: Told): Promise<WholeGraph> {
  const shards = new Map<string, GraphShard>();
  let distribution: PythonDistribution = { name: '', version: '' };
  let isValid = false;
  for await (const event of readShards(readPieces(file))) {
    if (event.event === 'header') {
      distribution = event.header.distribution;
      isValid = event.header.state === 'valid';
    }
    if (event.event === 'end' && !event.complete)
      told(problem('MPY021', { what: 'the graph ends too early', place: { file } }));
    if (event.event !== 'shard') continue;
    const shard = isValid ? event.shard : validateShard(event.shard).shard;
    if (shard !== undefined) shards.set(shard.toplevel, shard);
  }
  return { distribution, shards };
}
