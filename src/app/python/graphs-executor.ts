import { fault } from '../../diagnostics/index.ts';
import { linkNew, pathKind, writeWhole } from '../../host/index.ts';
import type { BuildItem, Executor, ExecutorWork } from '../../python-build/index.ts';

/** Takes raw graphs that were explored elsewhere, `STEM.json` in a folder: nothing is installed, and nothing is run. */
export class GraphsExecutor implements Executor {
  readonly mark = 'graphs';
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async sources(item: Pick<BuildItem, 'stem'>): Promise<readonly string[]> {
    await Promise.resolve();
    const path = this.#pathOf(item);
    return pathKind(path) === 'file' ? [path] : [];
  }

  async prepare({ say }: ExecutorWork): Promise<void> {
    await Promise.resolve();
    say(`[INFO] graphs of '${this.#folder}'`);
  }

  /** Throws MPY205 for a distribution whose graph is not there. */
  async install(item: BuildItem): Promise<void> {
    await Promise.resolve();
    if (pathKind(this.#pathOf(item)) === 'file') return;
    throw fault('MPY205', { what: `there is no graph '${this.#pathOf(item)}'` });
  }

  async explore(item: BuildItem, files: { readonly output: string; readonly log: string }): Promise<void> {
    await Promise.resolve();
    linkNew(this.#pathOf(item), files.output);
    writeWhole(files.log, '');
  }

  #pathOf({ stem }: Pick<BuildItem, 'stem'>): string {
    return `${this.#folder}/${stem}.json`;
  }
}
