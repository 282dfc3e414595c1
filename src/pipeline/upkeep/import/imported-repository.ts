/** What of a package folder the report of `packmill import` looks at. Texts are undefined where there is no file. */
export interface ImportedPackage {
  readonly name: string;
  /** `.CI/config`. */
  readonly config: string | undefined;
  readonly srcinfo: string | undefined;
  /** Names directly in the folder, and in its `.CI`. */
  readonly files: ReadonlySet<string>;
  readonly ciFiles: ReadonlySet<string>;
  /** The version check that is on: its file's name and text. */
  readonly versionCheck: { readonly file: string; readonly text: string } | undefined;
}

/** What git knows of the repository; undefined for a folder that is no checkout. */
export interface ImportedHistory {
  readonly head: string;
  /** The commit of tag `scheduled`. */
  readonly scheduled: string | undefined;
  /** Commits whose message has a deploy marker, newest first. */
  readonly marked: readonly { readonly id: string; readonly message: string }[];
  /** Names of review branches of the remote: `update-foo`. */
  readonly reviewBranches: readonly string[];
  /** File names on the state branch. */
  readonly state: ReadonlySet<string> | undefined;
}

/** A repository of recipes as it is, before packmill has touched it. */
export interface ImportedRepository {
  /** Folder or address, for people. */
  readonly name: string;
  /** `.ci/config`. */
  readonly settings: string | undefined;
  readonly maintainers: string | undefined;
  /** Paths outside of package folders: `.gitlab-ci.yml`, `.ci/functions.sh`, `.github/workflows/lint.yml`. */
  readonly otherFiles: ReadonlySet<string>;
  readonly packages: readonly ImportedPackage[];
  readonly history: ImportedHistory | undefined;
  /** Which of `BUILD_REPO` and `REPO_NAME` the manager knows as targets; undefined: no manager was asked. */
  readonly knownTargets?: ReadonlySet<string> | undefined;
}
