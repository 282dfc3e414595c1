import type { Problem } from '../../diagnostics/index.ts';
import type { Fetcher } from '../../fetcher/index.ts';
import type { Forge } from '../../forge/index.ts';
import type { PackageSettings, RepositorySettings } from '../../formats/pkgbuild-repo/index.ts';
import type { RecipeClones } from '../../git/index.ts';
import type { Endpoints } from '../../upstream/index.ts';
import type { ClonePace } from '../clone-pace.ts';
import type { PipelineContext } from '../pipeline-context.ts';
import type { RecipeTools } from '../recipe-tools.ts';
import type { RemoteRefs } from '../state-branch.ts';

/** What a run works with. */
export interface ScheduleContext extends PipelineContext {
  /** Those of the repository. */
  readonly settings: RepositorySettings;
  /** Refs of the remote as fetched at the beginning. */
  readonly refs: RemoteRefs;
  readonly fetcher: Fetcher;
  readonly endpoints: Endpoints;
  /** Tokens for version checks, by service: `github`. */
  readonly tokens: Readonly<Record<string, string>>;
  /** Where reviews are opened; or the variable of the environment that is missing for it. */
  readonly forge: Forge | { readonly missing: string };
  readonly tools: RecipeTools;
  readonly clonePace: ClonePace;
  readonly clones: RecipeClones;
  /** A folder of the run's own, there already. */
  readonly folder: string;
  /** The repository has an `.editorconfig`; a copy of it is in `folder`. */
  readonly hasEditorconfig: boolean;
  /** A git configuration for questions to upstream. */
  readonly gitConfigFile: string;
  /** Only these packages; they are checked whatever happened before. */
  readonly only: ReadonlySet<string> | undefined;
  /** The guard (specification 7.2) is not asked: for tests of a repository (3.5). */
  readonly skipsGuard: boolean;
  readonly dryRun: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** One package of the repository at the commit that the run began with. */
export interface ScheduledPackage {
  readonly name: string;
  /** `.CI/config` as it stands; undefined: the package is self-managed. */
  readonly settingsText: string | undefined;
  readonly settings: PackageSettings;
  /** Troubles of `.CI/config`. */
  readonly problems: readonly Problem[];
  /** Undefined or empty: there is none. */
  readonly srcinfoText: string | undefined;
  readonly hasRecipe: boolean;
  /** Files of the folder that decide how it is updated. */
  readonly hasUpdateHook: boolean;
  readonly versionCheckFile: string | undefined;
}
