import type { Clock } from '../../host/index.ts';
import type { AvailableArtifact, JobContext, JobRun } from '../../model/index.ts';
import type { Digest } from '../../primitives/index.ts';
import type {
  ManifestDetails,
  ManifestFacts,
  ManifestItem,
  PythonDetails,
  PythonFailure,
} from '../../recipes/python/index.ts';
import type { SandboxDriver, SandboxLimits, SandboxRoot } from '../../sandbox/index.ts';
import type { ObjectStore } from '../../store/index.ts';

/** What Python resources are made with, wherever the builder is. */
export interface PythonHands {
  readonly store: ObjectStore;
  readonly sandbox: SandboxDriver;
  readonly root: () => Promise<SandboxRoot>;
  readonly clock: Clock;
  /** What the manager alone has: builders elsewhere make no manifests. */
  readonly manifest?: ManifestHands;
}

/** What a manifest is made with. */
export interface ManifestHands {
  /** What became of explorations that did not go well, by their jobs; `kept` is not known yet. */
  readonly failed: (items: readonly ManifestItem[]) => readonly PythonFailure[];
  /** What was said of the manifest that was made last. */
  readonly last: (job: { readonly target: string }) => Promise<ManifestFacts | undefined>;
  readonly limits: SandboxLimits;
  /** packmill as it runs here. */
  readonly program: {
    readonly runtime: string;
    readonly program: readonly { readonly name: string; readonly path: string }[];
  };
}

/** The job of a manifest. */
export interface ManifestJob {
  readonly context: JobContext<PythonDetails>;
  readonly details: ManifestDetails;
  readonly run: JobRun;
}

/** A graph that is there, with the distribution that it is of. */
export interface PythonGraph {
  readonly item: ManifestItem;
  readonly file: AvailableArtifact;
  /** Its sources, where there are some. */
  readonly sources: { readonly object: Digest; readonly path: string } | undefined;
}

/** Where things are in the sandbox of a build. */
export const inBuild = {
  root: '/resources',
  graphs: '/resources/graphs',
  stubs: '/resources/build/typeshed',
  corpora: '/resources/corpora',
  program: '/packmill',
} as const;
