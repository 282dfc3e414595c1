import type { Need, Recipe } from '../../model/index.ts';
import type { Digest } from '../../primitives/index.ts';
import type { ControlUpdate, SnapshotPlan, StagePlan } from '../../stages/index.ts';

/** A subarch of a build. */
export interface StagePlace {
  readonly build: string;
  readonly archDesc: string;
  readonly subarch: string;
}

/** Where an input of a target comes from: what another job makes, or what the mirror has. */
export type StageInput =
  | { readonly from: 'job'; readonly job: string; readonly version: string; readonly fileName: string }
  | {
      readonly from: 'mirror';
      readonly object: Digest;
      readonly fileName: string;
    };

/** A target is built in the tree of its seed. */
export interface ResultDetails {
  readonly kind: 'result';
  readonly plan: StagePlan;
  readonly seed: StageInput;
  readonly snapshot: StageInput | undefined;
  /** The seed that the whole run of this version begins with. */
  readonly begun: { readonly place: StagePlace; readonly type: string; readonly version: string };
}

/** A stage that others made is taken in, proven by its checksum. */
export interface SeedDetails {
  readonly kind: 'seed';
  readonly file: string;
  readonly sha256: string;
  readonly place: StagePlace;
  readonly type: string;
  readonly version: string;
}

/** A package tree is packed. */
export interface SnapshotDetails {
  readonly kind: 'snapshot';
  readonly plan: SnapshotPlan;
  readonly build: string;
  readonly version: string;
  /** Folder of the mirror that paths of the plan are in. */
  readonly mirror: string;
  /** Path of its link in the mirror. */
  readonly link: string | undefined;
}

/** What only this kind understands of its recipes. */
export type StageDetails = ResultDetails | SeedDetails | SnapshotDetails;

/** What the publisher has to know of a result (JSON). */
export interface StageFacts {
  /** The engine asks for the files of what it installs; a stage is installed nowhere. */
  readonly files: readonly string[];
  readonly kind: StageDetails['kind'];
  readonly place: StagePlace | { readonly build: string };
  readonly version: string;
  readonly target: string;
  /** `stage3` of every kind of stage3. */
  readonly type: string;
  /** Paths in the mirror: of the result, and of the link to the newest one. */
  readonly path: string;
  readonly latest: string | undefined;
  readonly control: readonly ControlUpdate[];
  readonly extras: readonly { readonly name: string; readonly digest: Digest }[];
  readonly begun?: ResultDetails['begun'];
  readonly key?: string;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly tools?: Readonly<Record<string, string>>;
  readonly durationMs?: number;
}

/** The label of builders that make stages of which such a machine runs the programs. */
export const stageLabel = (machine: string): string => `stages-${machine}`;

/** A job of a stage mirror as a recipe. */
export function stageRecipe(of: {
  readonly name: string;
  readonly folder: string;
  readonly version: string;
  readonly inputDigest: Digest;
  readonly needs: readonly string[];
  /** A builder that alone may do it, or labels that one has to carry. */
  readonly by: { readonly builder: string } | { readonly labels: readonly string[] };
  readonly details: StageDetails;
}): Recipe<StageDetails> {
  const { name, folder, version, inputDigest, details } = of;
  const needs = of.needs.map((need): Need => ({ phase: 'build', name: need, text: need }));
  return {
    ...{ kind: 'stage', name, folder, version, inputDigest, needs, details },
    // the engine compares digests: versions of stages are days, and the same one may be built again
    hasDynamicVersion: true,
    architectures: ['any'],
    outputs: [name],
    offers: [{ via: 'output', name }],
    buildClass: 'builder' in of.by ? of.by.builder : undefined,
    labels: 'labels' in of.by ? of.by.labels : undefined,
  };
}
