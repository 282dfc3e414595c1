import { syncTogether } from '../host/index.ts';

/**
 * What has to survive a power loss before anything relies on it, gathered so that it is made durable in one go. Until then a
 * record that was written is complete for everybody who looks, also after the process was killed; a power loss may take it
 * back, and then it is fetched again.
 */
export class LaterSync {
  readonly #paths = new Set<string>();

  add(paths: Iterable<string>): void {
    for (const path of paths) this.#paths.add(path);
  }

  /** When it returns, all that was added before the call is durable. Throws SYS004. */
  async settle(): Promise<void> {
    const paths = [...this.#paths];
    this.#paths.clear();
    await syncTogether(paths);
  }
}
