import {
  type BeginRequest,
  beginRequestSchema,
  type Hello,
  helloSchema,
  type LogPieceMessage,
  logPieceSchema,
  protocolVersion,
  type ReportMessage,
  type ResultsHome,
  readMessage,
  reportSchema,
  type Welcome,
  type WorkOrder,
} from '../../api/index.ts';
import { passingTrouble } from '../../builder/index.ts';
import type { CallHandler } from '../../channel/index.ts';
import { fault, isFault } from '../../diagnostics/index.ts';
import type { BegunAttempt, Dispatcher } from '../../dispatcher/index.ts';
import { isDiskFull } from '../../host/index.ts';
import { type LogHub, logPath, RemoteLogWriter } from '../../logs/index.ts';
import type { Artifact, Outcome } from '../../model/index.ts';
import { attemptId, type JobId } from '../../primitives/index.ts';
import type { Lease } from '../../queue/index.ts';
import { verifyAutogenResults } from '../../recipes/autogen/index.ts';
import { verifyHandedIn } from '../../recipes/pkgbuild/index.ts';
import { targetOf } from '../attempt-inputs.ts';
import { takeDistfile } from '../autogen-kind.ts';
import { withRecord } from '../build-records.ts';
import { verifyBuild } from '../ebin-targets/orders.ts';
import type { Farm } from '../farm.ts';
import { verifyGraph } from '../python-targets/orders.ts';
import { verifyStage } from '../stage-targets/orders.ts';
import { usualArchOf } from './architectures.ts';
import type { LandingZone } from './landing-zone.ts';
import type { Tokens } from './tokens.ts';
import type { WorkOrders } from './work-orders.ts';

export interface DeskParts {
  readonly farm: Farm;
  readonly dispatcher: Dispatcher;
  readonly orders: WorkOrders;
  readonly tokens: Tokens;
  readonly hub: LogHub;
  readonly landingZone: LandingZone | undefined;
  /** Where results may go, best first. */
  readonly homes: () => readonly ResultsHome[];
}

/** Where builders elsewhere begin attempts, hand in logs and results, and show that they live. */
export class BuilderDesk {
  readonly #parts: DeskParts;
  readonly #logs = new Map<number, Promise<RemoteLogWriter>>();

  constructor(parts: DeskParts) {
    this.#parts = parts;
  }

  /** The calls that are answered here; each is safe to repeat. */
  handlers(): Readonly<Record<string, CallHandler>> {
    return {
      hello: async (body) => this.#hello(readMessage(helloSchema, body)),
      begin: async (body) => this.#begin(readMessage(beginRequestSchema, body)),
      log: async (body) => this.#log(readMessage(logPieceSchema, body)),
      report: async (body) => this.#report(readMessage(reportSchema, body)),
    };
  }

  /** An attempt is over, whoever ended it: its log is complete, its folder in the landing zone goes. */
  async ended(attempt: number): Promise<void> {
    const log = this.#logs.get(attempt);
    this.#logs.delete(attempt);
    const record = this.#parts.farm.database.attempts.get(attemptId(attempt));
    (await log?.catch(() => undefined))?.close();
    if (record) await this.#parts.landingZone?.clear(attempt, record.fence);
  }

  #hello(hello: Hello): Welcome {
    const { farm, dispatcher, homes } = this.#parts;
    const { builders } = farm.database;
    const compatible = hello.protocol === protocolVersion;
    const seenMs = hello.leaving ? 0 : farm.clock.nowMs();
    builders.see({ name: hello.builder, instance: hello.instance, hello: JSON.stringify(hello), seenMs });
    return {
      protocol: protocolVersion,
      compatible,
      drained: this.#isKeptOut(hello.builder),
      homes: [...homes()],
      leaseMs: farm.config.service.lease,
      arch: usualArchOf(farm),
      stop: hello.attempts.flatMap((attempt) => {
        const reason = dispatcher.stopReason(attemptId(attempt));
        return reason === undefined ? [] : [{ attempt, reason }];
      }),
    };
  }

  /**
   * Whether a builder gets no new jobs: it is drained, or of another protocol, or has never said who it is; and all of
   * them where there is no place for their results.
   */
  #isKeptOut(name: string): boolean {
    if (this.#parts.homes().length === 0) return true;
    const builder = this.#parts.farm.database.builders.all().find((one) => one.name === name);
    if (!builder || builder.drained) return true;
    return (JSON.parse(builder.hello) as Hello).protocol !== protocolVersion;
  }

  async #begin(request: BeginRequest): Promise<{ order?: WorkOrder; drained?: boolean }> {
    const { farm, dispatcher, orders, tokens, landingZone } = this.#parts;
    const lease = request.lease as unknown as Lease;
    // a builder learns with its next sign of life that it is drained, and may have claimed a job before
    const isRepeated = farm.database.attempts
      .running()
      .some(({ job, fence }) => job === lease.entry.job && fence === lease.fence);
    if (!isRepeated && this.#isKeptOut(request.builder)) return { drained: true };
    const begun = await dispatcher.begin(lease, {
      logPathOf: (attempt) => this.#logPath(lease.entry.job, attempt),
    });
    if (!begun) return {};
    const token = tokens.ofAttempt(begun.id, lease.fence);
    try {
      const order = await orders.compose(begun, { builder: request.builder, fence: lease.fence, token });
      await landingZone?.prepare(order);
      return { order };
    } catch (error) {
      const passing = passingTrouble(error);
      if (passing !== undefined) await this.#handBack(begun, lease, { reason: passing, error });
      if (passing !== undefined || !isFault(error)) throw error;
      await this.#refuse(begun, lease, error.problem);
      return {};
    }
  }

  /**
   * Ends an attempt that could not begin for a reason that passes; that is no fault of job or builder. A git server
   * that is away, or called off because this manager ends, and a full disk are waited out; what may stay for good
   * counts as a loss, of which a job has only so many.
   */
  async #handBack(
    begun: BegunAttempt,
    lease: Lease,
    { reason, error }: { readonly reason: string; readonly error: unknown },
  ): Promise<void> {
    const isWaitedOut = isDiskFull(error) || isFault(error, 'GIT001');
    const outcome: Outcome = isWaitedOut
      ? { kind: 'canceled', requeue: true, reason: `manager: ${reason}` }
      : { kind: 'lost', reason: `manager: ${reason}` };
    await this.#parts.dispatcher.report(lease, begun.id, { outcome });
  }

  /** Ends an attempt for which no order can be written. */
  async #refuse(begun: BegunAttempt, lease: Lease, problem: Extract<Outcome, { kind: 'failed' }>['problem']) {
    const log = await this.#openLog(begun.id, lease.entry.job);
    const lines = [problem.what, problem.why, problem.next].filter((line) => line !== undefined);
    const bytes = Buffer.from(lines.map((line) => `==> packmill: ${line}\n`).join(''));
    log.append({ offset: log.sizeBytes, bytes, phases: [] });
    await this.#parts.dispatcher.report(lease, begun.id, { outcome: { kind: 'failed', problem } });
  }

  async #log(piece: LogPieceMessage): Promise<{ sizeBytes: number; stop?: string }> {
    const { farm, dispatcher } = this.#parts;
    const { attempt, fence, offset } = piece;
    const record = farm.database.attempts.get(attemptId(attempt));
    const bytes = Buffer.from(piece.bytes, 'base64');
    const stop = dispatcher.stopReason(attemptId(attempt));
    // a log that nobody waits for is taken as read, so that its builder comes to an end
    if (!record || !dispatcher.isUnderWay(record.id, fence)) {
      return { sizeBytes: offset + bytes.byteLength, stop: stop ?? 'the attempt is over' };
    }
    const log = await this.#openLog(attempt, record.job);
    const sizeBytes = log.append({ offset, bytes, phases: piece.phases });
    return { sizeBytes, ...(stop === undefined ? {} : { stop }) };
  }

  async #report(report: ReportMessage): Promise<{ verdict: 'accepted' | 'stale' }> {
    const { dispatcher, tokens } = this.#parts;
    const lease = report.lease as unknown as Lease;
    const id = attemptId(report.attempt);
    const of = tokens.attemptOf(report.token);
    if (of?.attempt !== report.attempt || of.fence !== report.fence || lease.fence !== report.fence) {
      throw fault('BLD041', { what: `attempt ${report.attempt} is not reported with its own token` });
    }
    if (!dispatcher.isUnderWay(id, report.fence)) return { verdict: 'stale' };
    const outcome = await this.#checked(lease.entry.job, report, id);
    const { durationMs, peakMemoryBytes, peakDiskBytes } = report;
    const facts = { durationMs, peakMemoryBytes, peakDiskBytes };
    return { verdict: await dispatcher.report(lease, id, { outcome, facts }) };
  }

  /** The outcome with packages as their bytes say; one whose packages are not what they should be has failed. */
  async #checked(job: JobId, report: ReportMessage, attempt: ReturnType<typeof attemptId>): Promise<Outcome> {
    // hashes are looked at as texts before they are believed
    const outcome = report.outcome as Outcome;
    if (outcome.kind !== 'succeeded') return outcome;
    const { farm, landingZone } = this.#parts;
    const record = farm.database.attempts.get(attempt);
    const row = record && farm.database.jobs.get(record.jobKey);
    if (!row) return outcome;
    try {
      await landingZone?.takeIn(report.attempt, report.fence, report.landed);
      const begun = { plan: row.plan, job: farm.database.jobs.planned(row.key) };
      const artifacts = await this.#read(job, outcome.artifacts, begun);
      return {
        kind: 'succeeded',
        artifacts: await withRecord(farm, begun.job, artifacts, outcome.artifacts),
      };
    } catch (error) {
      if (isDiskFull(error) || !isFault(error)) throw error;
      return { kind: 'failed', problem: error.problem };
    }
  }

  /** The artifacts as their bytes tell them. Throws what is wrong with them. */
  async #read(
    job: JobId,
    claimed: readonly Artifact[],
    begun: Pick<BegunAttempt, 'plan' | 'job'>,
  ): Promise<readonly Artifact[]> {
    const { farm, orders } = this.#parts;
    if (orders.isEbin(begun)) return await verifyBuild(farm, claimed, orders.buildOf(begun));
    if (orders.isStage(begun)) return await verifyStage(farm, claimed, await orders.stageOf(begun));
    if (orders.isPython(begun)) return await verifyGraph(farm.store, claimed, await orders.pythonOf(begun));
    if (orders.isAutogen(begun)) {
      const { store } = farm;
      const keepDistfile = (path: string): Promise<string> => takeDistfile(farm, path);
      return await verifyAutogenResults(claimed, { store, job: begun.job.name, keepDistfile });
    }
    const recipe = await orders.pkgbuildOf(begun);
    return await verifyHandedIn(farm.store, claimed, {
      recipe: recipe.name,
      outputs: recipe.outputs,
      arch: targetOf(job).arch,
      allowProhibited: recipe.details.settings.allowProhibited,
    });
  }

  #logPath(job: JobId, attempt: number): string {
    const { target, arch } = targetOf(job);
    return logPath({
      target,
      arch,
      name: job.slice(target.length + arch.length + 2),
      attempt: String(attempt),
    });
  }

  #openLog(attempt: number, job: JobId): Promise<RemoteLogWriter> {
    const known = this.#logs.get(attempt);
    if (known) return known;
    const { farm, hub } = this.#parts;
    const { target, arch } = targetOf(job);
    const name = job.slice(target.length + arch.length + 2);
    const opening = RemoteLogWriter.open({
      farm: farm.paths.root,
      subject: { target, arch, name, attempt: String(attempt) },
      onChange: (path) => hub.touched(path),
    });
    this.#logs.set(attempt, opening);
    opening.catch(() => this.#logs.delete(attempt));
    return opening;
  }
}
