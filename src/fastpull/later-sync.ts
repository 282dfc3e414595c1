import { syncTogether } from '../host/index.ts';

/**
 * What has to survive a power loss before anything relies on it, gathered so that it is made durable in one go. Until then a
 * record that was written is complete for everybody who looks, also after the process was killed; a power loss may take it
 * back, and then it is fetched again.
 */
export class LaterSync {
  readonly #sync: (paths: readonly string[]) => Promise<void>;
  readonly #paths = new Set<string>();
  #before: Promise<unknown> = Promise.resolve();

  constructor(sync: (paths: readonly string[]) => Promise<void> = syncTogether) {
    this.#sync = sync;
  }

  add(paths: Iterable<string>): void {
    for (const path of paths) this.#paths.add(path);
  }

  /**
   * When it returns, all that was added before the call is durable, also what another call is busy with; what could not be made
   * so is tried again by the next call. Throws SYS004.
   */
  settle(): Promise<void> {
    const settled = this.#before.then(() => this.#settleNow());
    this.#before = settled.catch(() => undefined);
    return settled;
  }

  async #settleNow(): Promise<void> {
    const paths = [...this.#paths];
    this.#paths.clear();
    try {
      await this.#sync(paths);
    } catch (error) {
      this.add(paths);
      throw error;
    }
  }
}
