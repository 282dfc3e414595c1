import type { BuilderView, UpkeepPackages, UpkeepView } from '../../api/index.ts';
import type { LogHub } from '../../logs/index.ts';
import type { FarmEvent } from '../../model/index.ts';
import { RebuildDesk, type RebuildHands } from '../abi/rebuild-desk.ts';
import { Dashboard } from '../dashboard/dashboard.ts';
import { ebinLook } from '../ebin-targets/look.ts';
import type { EbinLook } from '../ebins/index.ts';
import type { Farm } from '../farm.ts';
import { type Foresight, foresightOf } from '../foresight/index.ts';
import { LogWorkbench } from '../log-workbench/log-workbench.ts';
import { type PackageLook, packageLook } from '../packages/package-look.ts';
import { pythonViews } from '../python-targets/views.ts';
import { stageViews } from '../stage-targets/views.ts';
import { type AuditLog, auditLog } from './audit-log.ts';
import { ebinRequestViews } from './ebin-requests.ts';
import type { LogRevision } from './log-revision.ts';
import { QueueNotes } from './queue-notes.ts';
import { RepositoryLook } from './repository-look.ts';
import { UpkeepLook } from './upkeep-look.ts';
import { FarmViews } from './views.ts';

/** Pages show at once what they can. */
const patienceMs = 30;

/** What may be asked of a farm without changing it: the same of its manager and of those who only look. */
export abstract class FarmLook {
  readonly farm: Farm;
  readonly hub: LogHub;
  /** Repositories of ebins. */
  readonly ebins: EbinLook;
  /** Finding one's way in logs. */
  readonly workbench: LogWorkbench;
  readonly foresight: Foresight;
  /** Who did what. */
  readonly audit: AuditLog;
  readonly rebuilds: RebuildDesk;
  readonly repositories: RepositoryLook;
  readonly dashboard: Dashboard;
  readonly packages: PackageLook;
  protected readonly views: FarmViews;
  protected readonly notes: QueueNotes;
  readonly #upkeep: UpkeepLook;
  readonly #logsUrl: string | undefined;

  /** `logsUrl`: address of the log viewer where the setting `notify.logs-url` names none. */
  constructor(farm: Farm, hub: LogHub, logsUrl: string | undefined) {
    this.farm = farm;
    this.hub = hub;
    this.rebuilds = new RebuildDesk(farm, this.hands());
    this.repositories = new RepositoryLook(farm, this.hands() !== undefined);
    this.views = new FarmViews(farm, () => this.localBuilders());
    this.notes = new QueueNotes(farm, hub);
    this.audit = auditLog(farm.database.audit);
    this.ebins = ebinLook(farm, () => this.localBuilders() !== undefined);
    this.workbench = new LogWorkbench({
      root: farm.paths.root,
      database: farm.database,
      clock: farm.clock,
      mayWrite: () => this.localBuilders() !== undefined,
      idsOf: (name) => this.views.idsOf(name),
      revisionOf: (name, timestamp) => this.views.revision(name, timestamp),
      logOf: (job) => this.notes.revision(job),
    });
    this.foresight = foresightOf(farm, this.views, () => this.localBuilders(), patienceMs);
    this.#upkeep = new UpkeepLook(farm);
    this.packages = packageLook(farm);
    this.dashboard = new Dashboard(farm, this.#upkeep, () => ({
      open: this.views.counts(),
      builders: this.builders(),
      upkeep: this.upkeep(),
      troubles: this.troubles(),
    }));
    this.#logsUrl = farm.config.notify['logs-url'] ?? logsUrl;
  }

  /** Builders of the manager's own process, which the record does not know; undefined: this is another process. */
  protected abstract localBuilders(): readonly BuilderView[] | undefined;

  /** What those have who work on the farm. */
  protected hands(): RebuildHands | undefined {
    return undefined;
  }

  /** What is the matter with the farm, a line each. */
  protected abstract troubles(): readonly string[];

  upkeep(): readonly UpkeepView[] {
    return this.#upkeep.views();
  }

  upkeepPackages(source: string): Promise<UpkeepPackages> {
    return this.#upkeep.packages(source);
  }

  stages() {
    return stageViews(this.farm);
  }

  python() {
    return pythonViews(this.farm);
  }

  ebinRequests() {
    return ebinRequestViews(this.farm, this.builders());
  }

  stats() {
    return this.views.stats(this.#logsUrl);
  }

  queuedPackages(target?: string) {
    return this.views.queuedPackages(target);
  }

  metrics() {
    return this.views.metrics();
  }

  job(id: string) {
    return this.views.job(id);
  }

  builds(filter: { pkgbase?: string; target?: string; limit: number }) {
    return this.views.builds(filter);
  }

  builders() {
    return this.views.builders();
  }

  logRevision(id: string, timestamp?: number): LogRevision | undefined {
    const found = this.views.revision(id, timestamp);
    return found && this.notes.revision(found);
  }

  events(after: number, limit: number): readonly FarmEvent[] {
    return this.farm.database.events.since(after, limit);
  }
}
