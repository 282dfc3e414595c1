import type { Place, Problem } from '../diagnostics/index.ts';
import type {
  Download,
  DownloadProgress,
  DynamicRecord,
  Fastpull,
  Blob as StoredBlob,
} from '../fastpull/index.ts';
import type { Clock } from '../host/index.ts';
import type { Slots } from '../primitives/index.ts';
import type { DistdirCopies } from './distdir-copies.ts';
import type { MirrorList } from './mirror-list.ts';
import type { Overlay } from './overlay.ts';
import type { StagedBuild } from './staged-build.ts';
import type { TemplateShelf } from './template-shelf.ts';

/** A record of the dynamic store with an object that is here. */
export type FoundRecord = DynamicRecord & { readonly blob: StoredBlob };

/** What is the same for all autogens of a run. */
export interface RunSettings {
  readonly overlay: Overlay;
  /** Root of kit-fixups where there is one. */
  readonly fixups: string | undefined;
  /** A folder with repositories by their names; masters may be there. */
  readonly repositories?: string | undefined;
  readonly release: string;
  /** Where packages are written to; undefined: the overlay itself. */
  readonly into?: string | undefined;
  /** Every look-up of an archive finds nothing, so that all are built anew. */
  readonly forceDynamic: boolean;
  /** Nothing is copied to the folder of distfiles. */
  readonly production: boolean;
  /** In front of `gen_path`; `${REPODIR}` exists in Funtoo's Portage only. */
  readonly genPathPrefix: string;
  /** Addresses of registries and forges, by name. */
  readonly upstreams: Readonly<Record<string, string>>;
  /** Milliseconds for one generate with all its builds. */
  readonly timeLimitMs: number;
  /** Seconds since the epoch for members of archives. */
  readonly archiveTime: number;
}

/** Services that autogens of a run share. */
export interface RunContext {
  readonly settings: RunSettings;
  readonly fastpull: Fastpull;
  readonly clock: Clock;
  readonly templates: TemplateShelf;
  /** Servers behind `mirror://` addresses. */
  readonly mirrors: MirrorList;
  readonly distdir: DistdirCopies;
  /** For work that keeps a processor busy. */
  readonly cpu: Slots;
  /** Downloads of this run by what was asked: a second one gets the same answer, also when it is a failure. */
  readonly downloads: Map<string, Promise<Download>>;
  /** Archives of this run by scope and key, so that each is built once. */
  readonly flights: Map<string, Promise<FoundRecord>>;
  readonly signal: AbortSignal;
  /** Something worth a word that concerns no package alone. */
  readonly report: (problem: Problem) => void;
  readonly log: (line: LogLine) => void;
  readonly onDownload: (progress: DownloadProgress) => void;
}

/** A line that an autogen says. */
export interface LogLine {
  readonly level: 'debug' | 'info' | 'warning' | 'error';
  readonly autogenId: string;
  readonly text: string;
}

/** What others need to know of a build while it is made. */
export interface BuildInProgress {
  /** `category/name`. Throws AGN009. */
  readonly catpkg: string;
  /** Whether something became of it. */
  readonly isPushed: boolean;
  /** For messages, as far as it is known. */
  readonly shownName: string;
}

/** One package of one rule on its way: the unit that fails or succeeds on its own (specification 1.11). */
export interface Unit {
  readonly run: RunContext;
  readonly autogenId: string;
  /** The file that asked for it. */
  readonly file: string;
  /** `category/name[-version]` as far as it is known, for messages. */
  readonly label: string;
  /** Where the package was asked for. */
  readonly place: Place;
  /** Place in the queue: the earlier one wins where two want the same. */
  readonly order: number;
  /** Builds that were made, and whether something became of them. */
  readonly builds: Set<BuildInProgress>;
  /** Builds that were pushed. */
  readonly pushed: Promise<void>[];
  readonly staged: StagedBuild[];
  /** `category/name` of each package that it wants to write, also when it fails later. */
  readonly claims: Set<string>;
  readonly problems: Problem[];
}

/** A unit that ended, or never began. */
export interface EndedUnit {
  readonly unit: Unit;
  readonly failure: Problem | undefined;
  readonly isSkipped: boolean;
}
