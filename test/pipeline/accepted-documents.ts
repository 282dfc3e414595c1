import { fault } from '../../src/diagnostics/index.ts';
import { type HandOverPort, packagesOf } from '../../src/pipeline/index.ts';

/** Takes documents by id, each once, or is not there. */
export class TakingManager implements HandOverPort {
  /** Names with their classes, by id of the document. */
  readonly documents = new Map<string, readonly string[]>();
  isDown = false;

  async deliver(document: Parameters<HandOverPort['deliver']>[0]): ReturnType<HandOverPort['deliver']> {
    if (this.isDown) throw fault('SCH005', { what: 'the manager does not answer' });
    const accepted = packagesOf(document).map(({ name, buildClass }) =>
      buildClass === undefined ? name : `${name}/${buildClass}`,
    );
    this.documents.set(document.id, accepted);
    return { accepted, refused: [], removed: [] };
  }

  /** All names in the order in which they were taken. */
  names(): readonly string[] {
    return [...this.documents.values()].flat();
  }
}
