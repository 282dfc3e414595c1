import type { RecipeKindName } from './recipe.ts';

/** A value that JSON can hold. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [name: string]: Json | undefined };

/** What a thing is to the build that uses it. */
export type MaterialRole = 'recipe' | 'source' | 'dependency' | 'root' | 'settings';

/** One thing that went into a build, by digest wherever one is known. */
export interface Material {
  readonly role: MaterialRole;
  /** For readers: a file name, or a name and a version. */
  readonly name: string;
  /** Where it came from, when it came from elsewhere. */
  readonly uri?: string | undefined;
  /** By algorithm, lower-case hexadecimal: `sha256` of bytes, `gitCommit` of a repository. Empty when nothing is known. */
  readonly digest: Readonly<Record<string, string>>;
  /** Whether the farm's store has the bytes under their SHA-256. */
  readonly isKept?: boolean | undefined;
  readonly annotations?: Readonly<Record<string, Json | undefined>> | undefined;
}

/** Under which circumstances a job ran; with its materials, all that it takes to run it again. */
export interface BuildCircumstances {
  readonly target: string;
  readonly arch: string;
  /** `JobReason`s of the job, as its kind saw them. */
  readonly reasons: Json;
  /** `PublishedFile`s, as its kind saw them. */
  readonly published: Json;
  readonly repositoryNeeds: readonly string[];
  readonly processors: number;
  readonly epochSeconds: number;
  readonly network: string;
}

/** Where a build ran. */
export interface BuildMachine {
  readonly name: string;
  /** As `uname -m` says it. */
  readonly arch: string;
  /** Versions of what did the work, by its name: `packmill`, `node`. */
  readonly versions: Readonly<Record<string, string>>;
}

/** What the machine that built says of one successful attempt; made there, kept with its result as canonical JSON. */
export interface BuildRecord {
  readonly version: 1;
  readonly kind: RecipeKindName;
  readonly recipe: { readonly name: string; readonly version: string; readonly inputDigest: string };
  readonly materials: readonly Material[];
  readonly circumstances: BuildCircumstances;
  /** Settings of the recipe's kind that count for the result. */
  readonly settings: Readonly<Record<string, Json>>;
  readonly machine: BuildMachine;
}

/** A package as it describes itself to those who install it. */
export interface DescribedSubject {
  readonly name: string;
  readonly version: string;
  readonly arch: string;
  readonly sha256: string;
  readonly description: string | undefined;
  readonly url: string | undefined;
  /** As PKGBUILD(5) has them: SPDX identifiers or names of custom licences. */
  readonly licenses: readonly string[];
  /** Run-time dependencies as it declares them: `libfoo>=1.2`. */
  readonly depends: readonly string[];
}

/** Where a kind of recipe says what a job uses. Each may be called at any time of the job; the order is of no matter. */
export interface BuildNotes {
  uses(material: Material): void;
  /** A setting that counts for the result. */
  setting(name: string, value: Json): void;
}
