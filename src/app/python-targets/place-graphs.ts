import {
  ensureFolder,
  namesIn,
  pathKind,
  readPieces,
  removeEntry,
  renameEntry,
  replaceFile,
  textIfThere,
  writeNewFile,
} from '../../host/index.ts';
import type { PythonGraph } from './contract.ts';

/**
 * Lets a folder have the graphs, and their sources, that a build is of: `STEM.json` and `STEM.tar`. What is there already stays as it
 * is, with its times; which object each file is stands beside the folder. A thousand files are copied once, as showing each of
 * them to the sandbox would take longer than the build. Throws SYS004.
 */
export async function placeGraphs(folder: string, graphs: readonly PythonGraph[]): Promise<void> {
  ensureFolder(folder);
  const record = `${folder}.json`;
  const before = readRecord(record);
  const wanted = new Map<string, { readonly object: string; readonly path: string }>();
  for (const { item, file, sources } of graphs) {
    const stem = item.stem.toLowerCase();
    wanted.set(`${stem}.json`, { object: file.artifact.object, path: file.path });
    if (sources !== undefined) wanted.set(`${stem}.tar`, sources);
  }
  for (const name of namesIn(folder)) if (!wanted.has(name)) removeEntry(`${folder}/${name}`);
  // until all are in their places, nothing says what they are
  removeEntry(record);
  for (const [name, { object, path }] of wanted) {
    const place = `${folder}/${name}`;
    if (before.get(name) === object && pathKind(place) === 'file') continue;
    const fresh = `${place}.new`;
    removeEntry(fresh);
    await writeNewFile(fresh, readPieces(path), 0o644);
    renameEntry(fresh, place);
  }
  replaceFile(record, JSON.stringify([...wanted].map(([name, { object }]) => [name, object])));
}

function readRecord(path: string): ReadonlyMap<unknown, unknown> {
  try {
    const rows: unknown = JSON.parse(textIfThere(path) ?? '[]');
    return new Map(Array.isArray(rows) ? rows.filter(Array.isArray).map(([name, of]) => [name, of]) : []);
  } catch {
    return new Map();
  }
}
