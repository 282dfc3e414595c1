import type { Need, Recipe } from '../../model/index.ts';
import type { Digest } from '../../primitives/index.ts';

/** A distribution by name and version, as lists have it. */
export interface DistributionName {
  readonly name: string;
  readonly version: string;
}

/** Something that is installed for an exploration: the distribution first, then what it needs. */
export type PythonPiece =
  | {
      readonly from: 'archive';
      readonly object: Digest;
      readonly fileName: string;
      /** Where the manager has it; builders elsewhere have the object. */
      readonly path: string;
      /** Whether it is the distribution itself. */
      readonly isOwn: boolean;
    }
  | {
      readonly from: 'index';
      readonly index: string;
      readonly distribution: DistributionName;
      readonly isOwn: boolean;
    };

/** One distribution is explored: what comes of it is a graph. */
export interface ExploreDetails {
  readonly kind: 'explore';
  readonly stem: string;
  readonly distribution: DistributionName;
  readonly toplevels: readonly string[];
  /** Path of the interpreter in the root of the sandbox, and folders that it needs beyond that. */
  readonly python: string;
  readonly prefixes: readonly string[];
  readonly pieces: readonly PythonPiece[];
  /** Folders of the manager's machine with installed distributions. */
  readonly sites: readonly string[];
  readonly timeoutMs: number;
  /** Why there is nothing to explore. */
  readonly lacking: string | undefined;
}

/** One distribution of a manifest, with the name of the job that explores it. */
export interface ManifestItem {
  readonly stem: string;
  readonly distribution: DistributionName;
  readonly toplevels: readonly string[];
  readonly job: string;
}

/** The symbol data of all distributions are made of their graphs, and a manifest of them. */
export interface ManifestDetails {
  readonly kind: 'manifest';
  readonly items: readonly ManifestItem[];
  /** A folder with stubs, and one with corpora. */
  readonly stubs: string | undefined;
  readonly corpora: string | undefined;
  /** Targets of the build at one time. */
  readonly jobs: number;
  /** Least share of the distributions that has to be in a manifest, from 0 to 1. */
  readonly share: number;
  /** What is wrong with entries that are left out. */
  readonly problems: readonly ToldTrouble[];
}

/** What only this kind understands of its recipes. */
export type PythonDetails = ExploreDetails | ManifestDetails;

/** What is said of a trouble of an exploration. */
export interface ToldTrouble {
  readonly code: string;
  readonly what: string;
}

/** What is to be known of a graph besides its bytes (JSON). */
export interface GraphFacts {
  /** The engine asks for the files of what it installs; a graph is installed nowhere. */
  readonly files: readonly string[];
  readonly kind: 'graph';
  readonly stem: string;
  readonly distribution: DistributionName;
  readonly toplevels: number;
  readonly nodes: number;
  /** The first of them, and how many there are. */
  readonly troubles: readonly ToldTrouble[];
  readonly troubleCount: number;
  readonly durationMs: number;
  /** Version of Python that it was explored with. */
  readonly python: string;
  /** A tar of its sources, for what is read from them. */
  readonly sources?: Digest;
}

/** A row of `failures.json` of a farm. */
export interface PythonFailure {
  readonly stem: string;
  readonly stage: string;
  /** The job that failed; of later stages the target of the build. */
  readonly target: string;
  readonly code: string;
  readonly what: string;
  readonly why: string | undefined;
  /** Whether the manifest still has an earlier exploration of the same version. */
  readonly kept: boolean;
  readonly log: readonly string[];
}

/** What the publisher has to know of a manifest (JSON). */
export interface ManifestFacts {
  readonly files: readonly string[];
  readonly kind: 'manifest';
  /** Of everything that it was made of. */
  readonly key: string;
  readonly placed: readonly { readonly path: string; readonly object: Digest }[];
  /** Distributions that it has data of. */
  readonly stems: readonly string[];
  readonly failures: readonly PythonFailure[];
}

/** Name of the job that makes the manifest. */
export const manifestJob = 'manifest';
/** Name of the job that explores a distribution. */
export const exploreJob = (stem: string): string => `explore/${stem}`;

/** The label of builders that explore with some Python 3, or with one of a minor version such as `3.11`. */
export const pythonLabel = (version?: string): string =>
  version === undefined ? 'python' : `python-${version}`;

/** A job of Python resources as a recipe. */
export function pythonRecipe(of: {
  readonly name: string;
  readonly folder: string;
  readonly version: string;
  readonly inputDigest: Digest;
  /** Jobs whose graphs are used when they are there. */
  readonly needs: readonly string[];
  /** A builder that alone may do it, or labels that one has to carry. */
  readonly by: { readonly builder: string } | { readonly labels: readonly string[] };
  readonly details: PythonDetails;
}): Recipe<PythonDetails> {
  const { name, folder, version, inputDigest, details } = of;
  const needs = of.needs.map((need): Need => ({ phase: 'build', name: need, text: need, optional: true }));
  return {
    ...{ kind: 'python', name, folder, version, inputDigest, needs, details },
    // the engine compares digests: one version may be explored again with another interpreter
    hasDynamicVersion: true,
    architectures: ['any'],
    outputs: [name],
    offers: [{ via: 'output', name }],
    buildClass: 'builder' in of.by ? of.by.builder : undefined,
    labels: 'labels' in of.by ? of.by.labels : undefined,
  };
}
