import { fault } from '../../diagnostics/index.ts';
import { ensureFolder } from '../../host/index.ts';
import type { Digest } from '../../primitives/index.ts';
import type { SftpSession } from '../../ssh/index.ts';
import type { LandedFile } from './order-line.ts';
import type { AttemptPass, ResultsTransport, TransportScene, TravellingObject } from './results-transport.ts';

/** Objects by SFTP through the manager's landing zone: the attempt's folder has `in` and `out` (specification 14.7). */
export class SftpTransport implements ResultsTransport {
  readonly #session: SftpSession;
  readonly #root: string;
  readonly #scene: TransportScene;

  /** `root`: the landing zone as the SSH account sees it. */
  constructor(session: SftpSession, root: string, scene: TransportScene) {
    this.#session = session;
    this.#root = root;
    this.#scene = scene;
    ensureFolder(scene.scratch);
  }

  async fetch(pass: AttemptPass, wanted: readonly TravellingObject[], signal: AbortSignal): Promise<void> {
    const { store, scratch } = this.#scene;
    const missing: TravellingObject[] = [];
    for (const one of wanted) if (!(await store.has(one.object as Digest))) missing.push(one);
    const folder = this.#folder(pass);
    // of this attempt alone: another slot may be fetching the same object
    const here = (object: string): string => `${scratch}/${pass.attempt}-${pass.fence}-${object}`;
    const downloads = missing.map(({ object }) => ({
      remotePath: `${folder}/in/${object}`,
      localPath: here(object),
    }));
    if (downloads.length > 0) await this.#session.download(downloads, { signal });
    for (const { object } of missing) {
      const stored = await store.putFile(here(object), { move: true });
      if (stored.digest !== object)
        throw fault('BLD040', { what: `the landing zone holds '${stored.digest}' as '${object}'` });
    }
  }

  async handIn(
    pass: AttemptPass,
    objects: readonly TravellingObject[],
    signal: AbortSignal,
  ): Promise<readonly LandedFile[]> {
    const folder = `${this.#folder(pass)}/out`;
    const files: { localPath: string; name: string }[] = [];
    for (const { object } of objects)
      files.push({ localPath: await this.#scene.store.path(object as Digest), name: object });
    await this.#session.upload(files, folder, { signal });
    return objects.map(({ object, sizeBytes }) => ({ path: `${folder}/${object}`, object, sizeBytes }));
  }

  #folder({ attempt, fence }: AttemptPass): string {
    return `${this.#root}/${attempt}-${fence}`;
  }
}
