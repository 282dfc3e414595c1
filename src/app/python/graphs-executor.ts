import { fault } from '../../diagnostics/index.ts';
import { readTarBytes } from '../../formats/archives/index.ts';
import {
  bytesIfThere,
  ensureFolder,
  linkNew,
  pathKind,
  removeTree,
  type TreeFile,
  writeFileTree,
  writeWhole,
} from '../../host/index.ts';
import { isPlainPath } from '../../primitives/index.ts';
import type { BuildItem, Executor, ExecutorWork, SourceTree } from '../../python-build/index.ts';

/**
 * Takes raw graphs that were explored elsewhere, `STEM.json` in a folder, and `STEM.tar` with their sources where there are some: nothing is
 * run.
 */
export class GraphsExecutor implements Executor {
  readonly mark = 'graphs';
  readonly #folder: string;
  readonly #environments: string;

  /** `environments`: folder for sources, one folder in it for each distribution. */
  constructor(folder: string, environments: string) {
    this.#folder = folder;
    this.#environments = environments;
  }

  async sources({ stem }: Pick<BuildItem, 'stem'>): Promise<readonly string[]> {
    await Promise.resolve();
    return [this.#graphOf(stem), this.#tarOf(stem)].filter((path) => pathKind(path) === 'file');
  }

  async prepare({ say }: ExecutorWork): Promise<void> {
    await Promise.resolve();
    say(`[INFO] graphs of '${this.#folder}'`);
  }

  /** Unpacks the sources. Throws MPY205 for a distribution whose graph is not there, FMT020 for a tar that is none. */
  async install({ stem }: BuildItem, { say }: ExecutorWork): Promise<void> {
    if (pathKind(this.#graphOf(stem)) !== 'file')
      throw fault('MPY205', { what: `there is no graph '${this.#graphOf(stem)}'` });
    const target = `${this.#environments}/${stem}`;
    await removeTree(target);
    const bytes = bytesIfThere(this.#tarOf(stem));
    if (bytes === undefined) return;
    const files = new Map<string, TreeFile>();
    for (const { path, type, body } of readTarBytes(bytes, `${stem}.tar`)) {
      if (type === 'file' && isPlainPath(path)) files.set(path, { bytes: body, mode: '100644' });
    }
    ensureFolder(target);
    await writeFileTree(target, files);
    say(`[INFO] ${files.size} files of sources`);
  }

  async trees({ stem }: BuildItem): Promise<readonly SourceTree[]> {
    await Promise.resolve();
    const folder = `${this.#environments}/${stem}`;
    return pathKind(folder) === 'folder' ? [{ folder }] : [];
  }

  async explore(
    { stem }: BuildItem,
    files: { readonly output: string; readonly log: string },
  ): Promise<void> {
    await Promise.resolve();
    linkNew(this.#graphOf(stem), files.output);
    writeWhole(files.log, '');
  }

  #graphOf(stem: string): string {
    return `${this.#folder}/${stem}.json`;
  }

  #tarOf(stem: string): string {
    return `${this.#folder}/${stem}.tar`;
  }
}
