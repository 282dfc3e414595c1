import type { Problem } from '../../diagnostics/index.ts';
import type { PackageState } from '../../formats/pkgbuild-repo/index.ts';
import type { FileTree } from '../../host/index.ts';
import type { AurPackage, BranchAnswer } from '../../upstream/index.ts';
import type { ScheduledPackage } from './context.ts';

/** What upstream says of all packages, gathered before each is looked at. */
export interface UpstreamNews {
  readonly aur: ReadonlyMap<string, AurPackage>;
  /** Packages that the AUR says it does not have. */
  readonly notInAur: ReadonlySet<string>;
  /** Newest commits by `branchKey`. */
  readonly heads: ReadonlyMap<string, BranchAnswer>;
  /** Version of a package in the databases that are watched, or of what it provides. */
  readonly published: (name: string, provided?: string) => string | undefined;
}

/** What the source of a recipe has for us. */
export interface RecipeUpdate {
  /** The whole folder as it would be; undefined: nothing new. */
  readonly after: FileTree | undefined;
  readonly state: Partial<PackageState>;
  /** Who made it: for trust. `own`: we rewrote our own recipe. */
  readonly origin: 'own' | 'aur' | 'url';
  readonly isVersionCheck: boolean;
  readonly notes: readonly string[];
  readonly problems: readonly Problem[];
}

/** Nothing new. */
export const noUpdate: RecipeUpdate = {
  after: undefined,
  state: {},
  origin: 'own',
  isVersionCheck: false,
  notes: [],
  problems: [],
};

export interface UpdateInput {
  readonly package: ScheduledPackage;
  readonly state: PackageState;
  readonly news: UpstreamNews;
  /** The folder at the commit that the run began with. */
  readonly before: () => Promise<FileTree>;
  /** Folder of our own for this package. */
  readonly scratch: string;
  /** Version that an open review already proposes. */
  readonly proposed: () => Promise<string | undefined>;
}
