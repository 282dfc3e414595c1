import type { Problem } from '../diagnostics/index.ts';
import type { Archive } from './archive.ts';
import type { ArchiveClass } from './archive-class.ts';
import type { Artifact, ArtifactOptions } from './artifact.ts';
import type { BreezyBuild, BreezyBuildOptions } from './breezy-build.ts';
import type { BreezyError } from './breezy-error.ts';
import type { HubCommand } from './hub-command.ts';
import type { HubPages } from './hub-pages.ts';
import type { HubVersions } from './hub-versions.ts';
import type { ReleaseDefinition } from './release-definition.ts';

/** What `log` of a hub takes; shown with the name of the autogen. */
export interface HubLog {
  /** Shown with -v only. */
  debug(text: string): void;
  info(text: string): void;
  warning(text: string): void;
  error(text: string): void;
}

/** What the hub has beside services for kinds of upstream (specification 1.9). */
export interface HubCore extends HubPages {
  readonly Archive: ArchiveClass;
  readonly Artifact: new (options: ArtifactOptions) => Artifact;
  readonly BreezyBuild: new (options: BreezyBuildOptions) => BreezyBuild;
  readonly BreezyError: typeof BreezyError;
  /** `new hub.Archive(finalName)`. */
  archive(finalName: string): Archive;
  /** `new hub.Artifact(options)`. */
  artifact(options: ArtifactOptions): Artifact;
  /** `new hub.BreezyBuild(options)`. */
  breezyBuild(options: BreezyBuildOptions): BreezyBuild;
  /** As `getRedirect`. */
  getUrlFromRedirect(url: string): Promise<string>;
  readonly versions: HubVersions;
  readonly cmd: HubCommand;
  readonly log: HubLog;
  /** Something worth a word beside the outcome: it is listed with the package. */
  report(problem: Problem): void;
  /** A folder of this run alone, removed at its end. */
  readonly tempPath: string;
  /** The definition of the release that is made, as it stands in `repositories.yaml`. Throws AGN029. */
  readonly releaseYaml: ReleaseDefinition;
  /** Name of the release that is made. */
  readonly release: string;
  readonly autogenId: string;
  /** Folders that may hold `NAME.tmpl` in place of the template that comes with a generator, the first one wins. */
  readonly generatorTemplates: readonly string[];
  /** The address of a registry or forge from the settings, without a slash at its end. Throws AGN026. */
  upstream(name: string): string;
}
