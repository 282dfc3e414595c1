import type {
  BuilderView,
  EbinRequest,
  EbinRequestView,
  JobSelection,
  JobView,
  QueuedPackages,
  QueueMetrics,
  QueueStats,
  RemovalReply,
  RemovalRequest,
  ScheduleReply,
  ScheduleRequest,
  StageSourceView,
  UpkeepPackages,
  UpkeepRunReply,
  UpkeepRunRequest,
  UpkeepView,
} from '../../api/index.ts';
import type { AuditMeans } from '../../database/index.ts';
import type { FarmEvent } from '../../model/index.ts';
import type { RebuildDesk } from '../abi/rebuild-desk.ts';
import type { DashboardLook } from '../dashboard/dashboard.ts';
import type { EbinLook } from '../ebins/index.ts';
import type { PythonViews } from '../python-targets/views.ts';
import type { Accounts } from './accounts.ts';
import type { AuditLog } from './audit-log.ts';
import type { RepositoryLook } from './repository-look.ts';

/** Who may do what. `builder`: hand in objects, fetch inputs. `operator`: schedule, cancel, drain. */
export type TokenRole = 'builder' | 'operator';

/** Whose token it is, what it may do, and how that is known. */
export interface Bearer {
  readonly role: TokenRole;
  readonly name: string;
  readonly means: AuditMeans;
}

/** One revision of a package's log: queue notes and the logs of all attempts of one job, as one stream of bytes. */
export interface LogRevision {
  /** `target/arch/name`. */
  readonly job: string;
  /** ms since the epoch of the request; names the revision. */
  readonly timestamp: number;
  /** Absolute paths of the files that make the stream, in order, as of now. */
  segments(): readonly string[];
  /** Whether nothing will be added to the stream any more. */
  isFinished(): boolean;
}

/** A number for metrics that only the manager knows: time per phase, status calls that failed. */
export interface Measurement {
  /** As Prometheus names it, without the prefix `packmill_`; counters end in `_total`. */
  readonly name: string;
  readonly help: string;
  readonly kind: 'counter' | 'gauge';
  readonly value: number;
  /** Every measurement of one name has the same labels. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** What the faces (HTTP, command line) may ask of a running manager. All reading is cheap enough to be polled. */
export interface FarmService {
  /** How people sign in with their accounts; undefined: with tokens alone. */
  readonly accounts: Accounts | undefined;
  /** Who did what. */
  readonly audit: AuditLog;
  /** What may be seen of repositories of ebins. */
  readonly ebins: EbinLook;
  /** Results that are held back since they break published packages. */
  readonly rebuilds: Pick<RebuildDesk, 'list' | 'preview' | 'decide'>;
  /** What is published, and what was. */
  readonly repositories: Pick<RepositoryLook, 'list' | 'generations' | 'packages' | 'changes' | 'rollback'>;
  /** What pages of the dashboard read. */
  readonly dashboard: DashboardLook;
  /** `early`: the answer to a request for many packages need not wait until they are queued. */
  schedule(request: ScheduleRequest, how?: { readonly early?: boolean }): Promise<ScheduleReply>;
  removeObsolete(request: RemovalRequest): Promise<RemovalReply>;
  /** Ends queued jobs and asks running ones to stop; returns the ids it concerned. */
  cancel(selection: JobSelection, reason: string): Promise<readonly string[]>;
  /** Gives queued jobs another urgency, and what they wait for at least the same; returns the ids that it concerned. */
  setUrgency(selection: JobSelection, urgency: number): Promise<readonly string[]>;
  /** Schedules the newest job of each again, at the commit it had. */
  retry(jobs: readonly string[]): Promise<ScheduleReply>;
  /** Cancels what is queued and leaves running jobs and logs alone (specification 13.9). */
  clearQueue(selection: JobSelection): Promise<readonly string[]>;
  /** No new jobs for a builder, or again some. Throws SCH007 when no such builder is known. */
  drain(builder: string, drained: boolean): Promise<void>;
  /** Puts a run of a recipe source's upkeep in its line. Throws CIF001, CIC007 (a package that it does not have). */
  runUpkeep(source: string, request: UpkeepRunRequest): Promise<UpkeepRunReply>;
  /** No runs by pushes and by the clock, or again some; outlives a restart. Throws CIF001. */
  pauseUpkeep(source: string, paused: boolean): Promise<void>;

  /** Writes down that a combination of flags is wanted, and has it built where somebody can. Throws EBN101, EBN103. */
  requestEbin(request: EbinRequest): Promise<EbinRequestView>;
  /** Forgets such a request. Throws EBN104. */
  dropEbinRequest(id: number): Promise<void>;
  /** Sources of Python distributions: how they stand, what failed, and what was built. */
  python(): Promise<PythonViews>;
  /** Sources of stages, and what their mirrors have. */
  stages(): Promise<readonly StageSourceView[]>;
  /** Combinations that are asked for, and how they stand. */
  ebinRequests(): readonly EbinRequestView[];

  /** Recipe sources that keep themselves up to date. */
  upkeep(): readonly UpkeepView[];
  /** What is known of the packages of one. Throws CIF001. */
  upkeepPackages(source: string): Promise<UpkeepPackages>;
  stats(): QueueStats;
  queuedPackages(target?: string): QueuedPackages;
  metrics(): QueueMetrics;
  job(id: string): JobView | undefined;
  builds(filter: { pkgbase?: string; target?: string; limit: number }): readonly JobView[];
  builders(): readonly BuilderView[];
  /** Newest revision of a package's log, or the one of a timestamp; ids are pkgbases or whole job ids. */
  logRevision(id: string, timestamp?: number): LogRevision | undefined;
  /** Events after the one with this id, oldest first. */
  events(after: number, limit: number): readonly FarmEvent[];
  subscribe(listener: (event: FarmEvent) => void): () => void;
  /** `ready`: it can accept requests now; `problems`: what is the matter with queue store, disk, sources. */
  health(): Promise<{ readonly ready: boolean; readonly problems: readonly string[] }>;

  /** Further numbers for `/metrics`, as of now. */
  measurements?(): readonly Measurement[];

  /** The role a bearer token stands for, and whose it is. */
  authenticate(token: string): Bearer | undefined;
  /** Whether this token of an attempt (`WorkOrder.token`) may hand in objects now. */
  mayHandIn(token: string): boolean;
}
