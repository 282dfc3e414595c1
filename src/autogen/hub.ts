import { join } from 'node:path';
import type { Problem } from '../diagnostics/index.ts';
import { archiveClassOf } from './archive-class.ts';
import { Artifact, type ArtifactOptions } from './artifact.ts';
import { BreezyBuild, type BreezyBuildOptions } from './breezy-build.ts';
import { BreezyError } from './breezy-error.ts';
import { generatorFolders } from './generator-folders.ts';
import { hubCommand } from './hub-command.ts';
import type { HubCore, HubLog } from './hub-core.ts';
import { hubPages } from './hub-pages.ts';
import { type HubServices, serviceMakers } from './hub-services.ts';
import { hubVersions } from './hub-versions.ts';
import { longNames, type PkgTools } from './pkg-tools.ts';
import { type ReleaseDefinition, readRelease } from './release-definition.ts';
import type { LogLine, Unit } from './run-context.ts';
import { strict } from './strict.ts';
import { upstreamAddress } from './upstream-addresses.ts';

/** What is handed to `generate`: the way to every service (specification 1.9). Unknown members throw AGN024. */
export interface Hub extends HubCore, HubServices {
  /** The long names of the same. */
  readonly pkgtools: PkgTools;
}

/** The hub of one unit. */
export function createHub(unit: Unit): Hub {
  const { run, autogenId } = unit;
  const BoundArtifact = class extends Artifact {
    constructor(options: ArtifactOptions) {
      super(unit, options);
    }
  };
  const BoundBuild = class extends BreezyBuild {
    constructor(options: BreezyBuildOptions) {
      super(unit, options);
    }
  };
  const BoundArchive = archiveClassOf(unit);
  const pages = hubPages(run);
  const release = once(() => readRelease(run.settings));
  const tempPath = once(() => run.fastpull.temporaryFolder('hub'));
  const members = {
    Archive: BoundArchive,
    Artifact: BoundArtifact,
    BreezyBuild: BoundBuild,
    BreezyError,
    archive: (finalName: string) => new BoundArchive(finalName),
    artifact: (options: ArtifactOptions) => new BoundArtifact(options),
    breezyBuild: (options: BreezyBuildOptions) => new BoundBuild(options),
    ...pages,
    getUrlFromRedirect: pages.getRedirect,
    versions: hubVersions,
    cmd: hubCommand(run.signal),
    log: logOf((level, text) => run.log({ level, text, autogenId })),
    report: (found: Problem) => {
      unit.problems.push(found);
    },
    autogenId,
    release: run.settings.release,
    get generatorTemplates(): readonly string[] {
      return generatorFolders({ ...run.settings, file: unit.file }).map((folder) =>
        join(folder, 'templates'),
      );
    },
    upstream: (name: string) => upstreamAddress(run.settings.upstreams, name),
    get tempPath(): string {
      return tempPath();
    },
    get releaseYaml(): ReleaseDefinition {
      return release();
    },
    get pkgtools(): PkgTools {
      return longNames(hub);
    },
  };
  const hub = strict(members as unknown as Hub, 'hub');
  addFormerNames(hub);
  addServices(hub);
  return hub;
}

/** Makes a value when it is first asked for. */
function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function logOf(write: (level: LogLine['level'], text: string) => void): HubLog {
  return {
    debug: (text) => write('debug', text),
    info: (text) => write('info', text),
    warning: (text) => write('warning', text),
    error: (text) => write('error', text),
  };
}

/** The names of the original that people still type. */
const formerNames = {
  get_page: 'getPage',
  get_url_from_redirect: 'getRedirect',
  temp_path: 'tempPath',
  release_yaml: 'releaseYaml',
  autogen_id: 'autogenId',
} as const satisfies Readonly<Record<string, keyof HubCore>>;

function addFormerNames(hub: Hub): void {
  for (const [name, member] of Object.entries(formerNames)) {
    Object.defineProperty(hub, name, { enumerable: true, configurable: true, get: () => hub[member] });
  }
}

/** Adds each service as a member that is made when it is first read. */
function addServices(hub: Hub): void {
  const makers: Readonly<Record<string, (hub: HubCore) => unknown>> = serviceMakers;
  for (const [name, make] of Object.entries(makers)) {
    const get = once(() => make(hub));
    Object.defineProperty(hub, name, { enumerable: true, configurable: true, get });
  }
}
