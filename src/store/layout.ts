import type { Digest } from '../primitives/index.ts';
import { parseDigest } from '../primitives/index.ts';

/**
 * Where things stand below the root of a store:
 * `objects/ab/cdef…` complete objects, read-only; `incoming/` bytes on their way in; `condemned/DIGEST` marks of
 * the collection; `trash/DIGEST` objects between their removal and their end; `quarantine/DIGEST` damaged ones.
 */
export class StoreLayout {
  readonly root: string;
  readonly objects: string;
  readonly incoming: string;
  readonly condemned: string;
  readonly trash: string;
  readonly quarantine: string;

  constructor(root: string) {
    this.root = root;
    this.objects = `${root}/objects`;
    this.incoming = `${root}/incoming`;
    this.condemned = `${root}/condemned`;
    this.trash = `${root}/trash`;
    this.quarantine = `${root}/quarantine`;
  }

  folders(): readonly string[] {
    return [this.root, this.objects, this.incoming, this.condemned, this.trash, this.quarantine];
  }

  shelf(digest: Digest): string {
    return `${this.objects}/${digest.slice(0, 2)}`;
  }

  object(digest: Digest): string {
    return `${this.shelf(digest)}/${digest.slice(2)}`;
  }

  mark(digest: Digest): string {
    return `${this.condemned}/${digest}`;
  }

  trashed(digest: Digest): string {
    return `${this.trash}/${digest}`;
  }
}

/** The digest of a name on a shelf; undefined for strangers. */
export function digestOnShelf(shelf: string, name: string): Digest | undefined {
  return /^[0-9a-f]{2}$/.test(shelf) ? parseDigest(shelf + name) : undefined;
}
