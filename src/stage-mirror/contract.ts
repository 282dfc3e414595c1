import type { BuildIdentity } from '../stages/index.ts';

/** One result of a mirror. */
export interface Artifact {
  readonly name: string;
  /** `stage3`, `lxd`, ...; undefined when its name does not tell. */
  readonly type: string | undefined;
  readonly path: string;
  readonly sizeBytes: number;
  /** SHA-256 that its `.hash.txt` states; undefined when there is none. */
  readonly stated: string | undefined;
  readonly isSigned: boolean;
}

/** Folder of one version (9.7). */
export interface MirrorVersion {
  readonly version: string;
  readonly path: string;
  /** Text of the `status` file; undefined: still at it. */
  readonly status: string | undefined;
  readonly artifacts: readonly Artifact[];
  /** `status` is ok, or a stage3 exists (9.9). */
  readonly isComplete: boolean;
  /** A stage1 is there, too. */
  readonly isFull: boolean;
  /** Newest change of the folder, in milliseconds since the epoch. */
  readonly modifiedMs: number;
}

/** Everything of one subarch of one build. */
export interface MirrorSubarch {
  readonly identity: Omit<BuildIdentity, 'version'>;
  readonly path: string;
  /** By name below `.control`: strategies, versions, where a remote seed lives. */
  readonly control: ReadonlyMap<string, string>;
  readonly failures: number;
  /** Who holds a lock of it; undefined when nobody does. */
  readonly busy: string | undefined;
  /** Oldest first. */
  readonly versions: readonly MirrorVersion[];
  /** Where links to the newest lead, by their names. */
  readonly latest: ReadonlyMap<string, string>;
}

export interface MirrorSnapshot {
  readonly build: string;
  readonly name: string;
  readonly path: string;
  readonly sizeBytes: number;
  /** Whether the link to the newest one leads here. */
  readonly isLatest: boolean;
}

export interface Mirror {
  readonly root: string;
  readonly subarches: readonly MirrorSubarch[];
  /** Oldest first in each build. */
  readonly snapshots: readonly MirrorSnapshot[];
}
